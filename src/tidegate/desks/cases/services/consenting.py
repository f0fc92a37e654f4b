"""What a party answers: it joins and agrees to the terms, declines them, or says nothing.

From the moment in which it has joined and its consent stands, the people on its team read the case.
Where there is no embargo there is nothing to agree to: then accepting is joining, and no more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Clock, Coordination, Participant
from tidegate.desks.cases.policies.words import Trigger
from tidegate.desks.cases.services import clocks, deadlines, inviting, teams
from tidegate.desks.cases.services.machines import Held, held, hold, keep, party_of, taken
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.consents import ConsentEvent
from tidegate.desks.cases.states.reports import ReportEvent, ReportState
from tidegate.desks.cases.states.vulnerabilities import CaseEvent, VendorState
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person

CONSENT: Final = "consent"
"""Name of the clocks on which a consent lapses."""


def accept(
    actor: Actor,
    case_key: str,
    organisation_key: str,
    *,
    terms: datetime | None = None,
    until: datetime | None = None,
    at: datetime,
) -> Participant:
    """Agree to the terms on the table for a party, and let it join if it has not yet.

    Whoever accepts for their own organisation is put on its team when it joins.

    Args:
        actor: who works in the organisation; or a coordinator, who records what it has told them.
        case_key: of the case.
        organisation_key: whose consent it is.
        terms: the end of the embargo that they had before them; None where there is no embargo.
        until: when the consent lapses by itself; never, without it.
        at: now.

    Raises:
        NotFoundError: there is no such part of a case, or not for them to answer for.
        NotPossibleError: there are other terms on the table, or none; it has agreed to them
            already; it has to be invited anew.
    """
    with transaction.atomic():
        holding, party = _party(actor, case_key, organisation_key, at)
        joining = party.joined_at is None
        if holding.case.embargo.state.on_the_table:
            holding = sign(holding, party, terms=terms, until=until, actor=actor, at=at)
        elif terms is not None or until is not None:
            raise NotPossibleError(
                f"{holding.key} has no embargo to agree to; accept without terms, to join"
            )
        elif not joining:
            raise NotPossibleError(f"{party.organisation.key} has joined {holding.key} already")
        if joining:
            _join(holding, party, actor=actor, at=at)
        _replied(party, holding, at)
        record(
            "party-joined" if joining else "consent-given",
            holding.row,
            at=at,
            actor=actor,
            party=party,
            terms=shown(instant(terms, "the end")) if terms else "",
            until=shown(party.consent_until) if party.consent_until else "",
        )
        return party


def decline(
    actor: Actor, case_key: str, organisation_key: str, *, reason: str = "", at: datetime
) -> Participant:
    """Decline the terms on the table for a party, or withdraw from them.

    Where there is no embargo, there is nothing but the part itself to decline, and it ends.

    Raises:
        NotFoundError: there is no such part of a case, or not for them to answer for.
        NotPossibleError: it has declined already.
    """
    why = worded(reason, "a reason")
    with transaction.atomic():
        holding, party = _party(actor, case_key, organisation_key, at)
        if holding.case.embargo.state.on_the_table:
            moved = model.consent(holding.case, party.organisation.key, ConsentEvent.DECLINE)
            keep(holding, taken(moved, holding), at=at, actor=actor)
        else:
            inviting.leave(holding, party, actor=actor, at=at)
        _replied(party, holding, at)
        record("party-declined", holding.row, at=at, actor=actor, party=party, reason=why)
        return party


def record_silence(
    actor: Actor, case_key: str, organisation_key: str, *, at: datetime
) -> Participant:
    """Keep that a party has not answered in the time that it had; it may be invited anew.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: nothing was asked of it.
    """
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        party = party_of(holding, organisation_key)
        moved = model.consent(holding.case, party.organisation.key, ConsentEvent.STAY_SILENT)
        keep(holding, taken(moved, holding), at=at, actor=actor)
        record("party-silent", holding.row, at=at, actor=actor, party=party)
        return party


def sign(
    holding: Held,
    party: Participant,
    *,
    terms: datetime | None,
    until: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Held:
    """Keep a party's consent to the terms on the table, and let the clock run on which it lapses.

    Raises:
        NotPossibleError: the terms are others, or its consent cannot be given from where it stands.
    """
    name = party.organisation.key
    named = instant(terms, "the end of the embargo") if terms else None
    end = _ahead(until, at)
    moved = model.consent(holding.case, name, ConsentEvent.SIGN, terms=named)
    after = keep(holding, taken(moved, holding), at=at, actor=actor)
    if end is not None:
        party.consent_until = end
        party.save(update_fields=["consent_until"])
        clocks.run(
            holding.row,
            Clock.Kind.CONSENT_LAPSE,
            CONSENT,
            end,
            trigger="consented",
            triggered_at=at,
            subject=name,
        )
    return after


def consent_lapsed(clock: Clock, *, at: datetime) -> None:
    """Let a consent lapse whose time is over."""
    row = Coordination.objects.select_related("case").get(pk=clock.coordination_id)
    holding = held(row)
    party = holding.parties.get(clock.subject)
    if party is None or party.consent_until is None or party.consent_until > at:
        return
    moved = model.consent(holding.case, clock.subject, ConsentEvent.LAPSE)
    keep(holding, taken(moved, holding), at=at, actor=HOUSE)
    record("consent-lapsed", row, at=at, actor=HOUSE, party=party)


def _party(
    actor: Actor, case_key: str, organisation_key: str, at: datetime
) -> tuple[Held, Participant]:
    """Return the part that the actor may answer for; one that waits in the line is none yet."""
    organisation = as_written(organisation_key)
    holding = hold(actor, case_key, Act.SEE, at=at)
    find(
        actor,
        Participant.objects.filter(coordination=holding.row),
        Act.RESPOND,
        at=at,
        organisation__key=organisation,
        removed_at=None,
        invited_at__isnull=False,
    )
    return holding, party_of(holding, organisation)


def _join(holding: Held, party: Participant, *, actor: Actor, at: datetime) -> None:
    """Let a party in: it has the report now, and a vendor is aware."""
    name = party.organisation.key
    party.joined_at = at
    if party.contact in (Participant.Contact.NOT_CONTACTED, Participant.Contact.NOTIFIED):
        party.contact = Participant.Contact.SEEN
    party.save(update_fields=["joined_at", "contact"])
    case = holding.case
    if case.participants[name].report is ReportState.START:
        case = taken(model.handle_report(case, name, ReportEvent.RECEIVE), holding)
    if party.role == Participant.Part.VENDOR and party.vendor == VendorState.UNAWARE:
        case = taken(
            model.record_progress(
                case, name, CaseEvent.VENDOR_AWARE, happened_at=at, recorded_at=at
            ),
            holding,
        )
    keep(holding, case, at=at, actor=actor)
    if actor.person is not None and party.organisation_id in actor.organisations:
        teams.put_on(party, Person.objects.get(pk=actor.person), by=actor, at=at)


def _replied(party: Participant, holding: Held, at: datetime) -> None:
    if party.role == Participant.Part.VENDOR:
        deadlines.happened(holding.row, Trigger.VENDOR_REPLIED, at=at)


def _ahead(until: datetime | None, at: datetime) -> datetime | None:
    if until is None:
        return None
    end = instant(until, "the end of the consent")
    if end <= at:
        raise NotPossibleError(f"{shown(end)} is not ahead; name a later end, or none")
    return end
