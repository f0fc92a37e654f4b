"""Which organisations take part in a case: invited, waiting in the line, removed.

An invited organisation learns that there is a case, and the terms under which it may read it. No
content reaches it before it accepts (`consenting`). A vendor takes no more new cases in seven days
than it has said; the others wait (`capacity`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, OrganisationKind
from tidegate.desks.cases.models import Participant
from tidegate.desks.cases.policies.words import Trigger
from tidegate.desks.cases.queries.line import room_of, waiting
from tidegate.desks.cases.services import deadlines, teams
from tidegate.desks.cases.services.machines import Held, held, hold, keep, party_of, taken
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.texts import reasoned
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.consents import CONSENTS, Consent, ConsentEvent
from tidegate.desks.findings.models import Finding
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation

_Part: Final = Participant.Part

_FITTING: Final = {
    _Part.FINDER: {
        OrganisationKind.FINDER,
        OrganisationKind.COORDINATOR,
        OrganisationKind.MODEL_DEVELOPER,
        OrganisationKind.TRUSTED_PARTNER,
    },
    _Part.VENDOR: {OrganisationKind.VENDOR},
    _Part.COORDINATOR: {OrganisationKind.COORDINATOR},
    _Part.OPERATOR: {OrganisationKind.OPERATOR, OrganisationKind.AGENCY},
    _Part.OTHER: set(OrganisationKind),
}
"""What an organisation has to be, one of them, for a part in a case."""

_OF_A_FINDER: Final = (_Part.FINDER, _Part.VENDOR, _Part.COORDINATOR)
"""Parts that an organisation may have that handed in a finding of the case."""


def invite(
    actor: Actor, case_key: str, organisation_key: str, role: str, *, at: datetime
) -> Participant:
    """Invite an organisation to a case, or put it in the line where it takes no more this week.

    One that declined, or whose consent lapsed, is invited anew.

    Args:
        actor: a coordinator.
        case_key: of the case.
        organisation_key: whom.
        role: a word of `Participant.Part`.
        at: now.

    Raises:
        NotFoundError: there is no such case or organisation, or not for them.
        NotPossibleError: it takes part already, is suspended, or is not what the part asks for.
    """
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        organisation = find(
            actor, Organisation.objects.all(), Act.SEE, at=at, key=as_written(organisation_key)
        )
        part = _fitting(holding, organisation, role)
        if organisation.suspended_at is not None:
            raise NotPossibleError(
                f"{organisation.name} is suspended; reinstate it before it is invited"
            )
        party = holding.parties.get(organisation.key)
        if party is not None:
            return _invited_anew(holding, party, part, actor, at)
        _new_part(holding, organisation, part, actor)
        holding = held(holding.row)
        # A vendor knows what the public knows, whether or not it is invited.
        holding = keep(holding, holding.case, at=at, actor=actor)
        party = party_of(holding, organisation.key)
        if part == _Part.VENDOR and not _has_room(organisation, at):
            party.queued_at = at
            party.save(update_fields=["queued_at"])
            record("party-waits", holding.row, at=at, actor=actor, party=party, part=part.value)
            return party
        admit(holding, party, actor=actor, at=at)
        return party


def admit(holding: Held, party: Participant, *, actor: Actor, at: datetime) -> Held:
    """Let an invitation go out to a party, out of the line or at once."""
    party.invited_at, party.queued_at = at, None
    if party.contact == Participant.Contact.NOT_CONTACTED:
        party.contact = Participant.Contact.NOTIFIED
    party.save(update_fields=["invited_at", "queued_at", "contact"])
    if holding.case.embargo.state.on_the_table:
        moved = model.consent(holding.case, party.organisation.key, ConsentEvent.INVITE)
        holding = keep(holding, taken(moved, holding), at=at, actor=actor)
    if party.role == _Part.VENDOR:
        # Whoever does not answer an invitation must not hold up every deadline by that.
        deadlines.happened(holding.row, Trigger.REPORTED, at=at)
    record("party-invited", holding.row, at=at, actor=actor, party=party, part=party.role)
    return holding


def remove(
    actor: Actor, case_key: str, organisation_key: str, *, reason: str, at: datetime
) -> Participant:
    """End an organisation's part in a case; what it has read it has read.

    Raises:
        NotFoundError: there is no such case, or not for them.
        NotPossibleError: it takes no part, or no reason is given.
    """
    why = reasoned(reason)
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        party = party_of(holding, organisation_key)
        leave(holding, party, actor=actor, at=at)
        record("party-removed", holding.row, at=at, actor=actor, party=party, reason=why)
        return party


def leave(holding: Held, party: Participant, *, actor: Actor, at: datetime) -> None:
    """Keep that a party takes no part any more: nobody is on its team, and it binds nobody."""
    for member in party.team.select_related("person").filter(left_at=None):
        teams.take_off(party, member, at=at, why="the party left")
    name = party.organisation.key
    if holding.case.participants[name].consent is Consent.SIGNATORY:
        moved = model.consent(holding.case, name, ConsentEvent.DECLINE)
        keep(holding, taken(moved, holding), at=at, actor=actor)
    party.removed_at, party.queued_at = at, None
    party.save(update_fields=["removed_at", "queued_at"])


def _fitting(holding: Held, organisation: Organisation, role: str) -> Participant.Part:
    """Return the part that is meant, if the organisation may have it.

    A finder reads its own findings alone. So one that handed in a finding of the case has no part
    in which it would read the others', but for a vendor's and a coordinator's.
    """
    if role not in _Part.values:
        raise NotPossibleError(f"{role[:40]!r} is no part in a case; say one of {', '.join(_Part)}")
    part = _Part(role)
    if not organisation.kind_words & _FITTING[part]:
        kinds = " or ".join(sorted(_FITTING[part]))
        raise NotPossibleError(
            f"{organisation.name} is not a {kinds}, which it would have to be as {part};"
            " choose another part, or change what the organisation is"
        )
    own = Finding.objects.filter(case=holding.row.case, finder__organisation=organisation)
    if part not in _OF_A_FINDER and own.exists():
        raise NotPossibleError(
            f"{organisation.name} handed in a finding of {holding.key}; invite it as finder"
        )
    return part


def _invited_anew(
    holding: Held, party: Participant, part: Participant.Part, actor: Actor, at: datetime
) -> Participant:
    name = party.organisation.key
    consent = holding.case.participants[name].consent
    asked = (consent, ConsentEvent.INVITE) in CONSENTS and consent is not Consent.NO_EMBARGO
    if party.role != part:
        raise NotPossibleError(
            f"{name} takes part in {holding.key} as {party.role} already; remove it first to"
            " invite it in another part"
        )
    if not asked:
        state = "waits in the line" if party.invited_at is None else f"takes part as {party.role}"
        raise NotPossibleError(f"{name} {state} in {holding.key} already")
    moved = model.consent(holding.case, name, ConsentEvent.INVITE)
    keep(holding, taken(moved, holding), at=at, actor=actor)
    record("party-invited", holding.row, at=at, actor=actor, party=party, part=party.role)
    return party


def _new_part(
    holding: Held, organisation: Organisation, part: Participant.Part, actor: Actor
) -> None:
    """Make an organisation's part in a case; one that was removed begins anew, in its old row."""
    moved = model.join(holding.case, organisation.key, is_vendor=part == _Part.VENDOR)
    fresh = taken(moved, holding).participants[organisation.key]
    Participant.objects.update_or_create(
        coordination=holding.row,
        organisation=organisation,
        defaults={
            "role": part,
            "report": fresh.report,
            "consent": fresh.consent,
            "consent_until": None,
            "contact": Participant.Contact.NOT_CONTACTED,
            "invited_by": actor.name,
            "invited_at": None,
            "queued_at": None,
            "joined_at": None,
            "removed_at": None,
        },
    )


def _has_room(organisation: Organisation, at: datetime) -> bool:
    """Say whether a vendor takes one more new case now; its row is locked until the end.

    Nobody overtakes the line: while somebody waits in it, whoever comes waits, too.
    """
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    room = room_of(locked, at)
    return room is None or (room > 0 and not waiting(locked.pk).exists())
