"""Trusted partners: proposed by either side, a record that both sign, and early access with dates.

The record is a document of its own, signed by the developer and by the government. The partner is
told once both have, and has access under its own terms. What the government says here is about the
record alone: access is the developer's to give and to end, and no release waits for any of it.
"""

from __future__ import annotations

from datetime import datetime

import rfc8785
from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import find, may
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, OrganisationKind
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant, needed, worded
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.models import GOVERNMENT, Agreement, Engagement, Grant, Partner, Party
from tidegate.desks.reviews.queries.partners import (
    earliest_access,
    leading_for_government,
    record_of,
)
from tidegate.desks.reviews.services.course import hold, hold_part, lead_on, require_going_on
from tidegate.desks.reviews.services.endings import end_access
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.services.terms import next_number, put_forward
from tidegate.desks.reviews.states.engagements import Event


def propose_partner(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    *,
    identity: str,
    scope: str,
    hardening: str,
    begins_at: datetime,
    ends_at: datetime,
    early: bool = False,
    at: datetime,
) -> Partner:
    """Propose a trusted partner: whom, what is attested of them, and when they have access.

    It signs nothing; the record is an `Agreement` of kind `partner`, which both sides then sign.

    Args:
        actor: who runs the engagement for the developer, or leads for the government in it.
        engagement_key: of the engagement.
        organisation_key: of the partner; its people are not told before both have signed.
        identity: how it was made sure who they are.
        scope: what they are authorised to do with the model.
        hardening: how their accounts and machines are hardened.
        begins_at: early access begins; not before the government's window ends, unless `early`.
        ends_at: it ends.
        early: it may begin while the window is open; only the developer can say so.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
        NotPossibleError: no terms are agreed on, there is no trusted partner of that key, it is a
            party already or was of the government's side, a text is missing, or the dates cannot
            be; the message says the mend.
    """
    texts = {
        "identity": needed(identity, "how it was made sure who they are"),
        "scope": needed(scope, "what they are authorised to do with the model"),
        "hardening": needed(hardening, "how their accounts and machines are hardened"),
    }
    begins, ends = instant(begins_at, "the beginning"), instant(ends_at, "the end")
    with transaction.atomic():
        engagement, side, proposing = _hold_side(actor, engagement_key, at)
        require_going_on(engagement)
        if engagement.agreed_at is None:
            raise NotPossibleError(
                f"no terms of {engagement.key} are agreed on; partners are proposed after that"
            )
        _check_dates(engagement, begins, ends, side, early=early, at=at)
        organisation = _trusted(engagement, organisation_key)
        party = Party.objects.create(
            engagement=engagement,
            organisation=organisation,
            part=Party.Part.PARTNER,
            invited_by=actor.name,
        )
        row = Partner.objects.create(
            party=party,
            proposed_by_side=side,
            proposed_by=actor.name,
            proposed_at=at,
            **texts,
            attested_by=f"{actor.name}, {proposing.name}"[:200],
            attested_at=at,
            begins_at=begins,
            ends_at=ends,
            early=early,
        )
        put_forward(
            engagement,
            Agreement.Kind.PARTNER,
            party,
            _document(row, engagement, proposing),
            proposed_for=proposing,
            actor=actor,
            at=at,
        )
        # Not about the partner: it is told nothing before both have signed.
        record(
            "partner-proposed",
            engagement,
            at=at,
            actor=actor,
            partner=organisation.key,
            side=side.value,
        )
        return row


def decline_partner(
    actor: Actor, engagement_key: str, organisation_key: str, *, at: datetime
) -> Partner:
    """Decline a proposed partner, or take the proposal back; until both sides have signed.

    Args:
        actor: who runs the engagement for the developer, or leads for the government in it.
        engagement_key: of the engagement.
        organisation_key: of the partner.
        at: now.

    Raises:
        NotFoundError: there is no such partner, or not for them.
        NotPossibleError: both have signed it; then access is ended with `end_partner`.
    """
    with transaction.atomic():
        engagement, side, _ = _hold_side(actor, engagement_key, at)
        row = _find(actor, engagement, organisation_key, at)
        kept = record_of(row)
        if kept is not None and kept.agreed_at is not None:
            raise NotPossibleError(
                f"both sides have signed the record of {row.party.organisation.name} at"
                f" {shown(kept.agreed_at)}; end its access instead"
            )
        if row.declined_at is not None:
            raise NotPossibleError(
                f"{row.party.organisation.name} was declined at {shown(row.declined_at)} already"
            )
        row.declined_at = row.party.ended_at = at
        row.save(update_fields=["declined_at"])
        row.party.save(update_fields=["ended_at"])
        Agreement.objects.filter(party=row.party, agreed_at=None, taken_back_at=None).update(
            taken_back_at=at
        )
        record(
            "partner-declined",
            engagement,
            at=at,
            actor=actor,
            partner=row.party.organisation.key,
            side=side.value,
        )
        return row


def let_begin_early(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    *,
    begins_at: datetime | None = None,
    at: datetime,
) -> Partner:
    """Let a partner's access begin before the government's window ends; the developer's alone.

    Args:
        actor: who runs the engagement for the developer.
        engagement_key: of the engagement.
        organisation_key: of the partner.
        begins_at: from when on, if sooner than the record says; now, at the earliest.
        at: now.

    Raises:
        NotFoundError: there is no such partner, or not for them.
        NotPossibleError: its access has ended, or that beginning is none.
    """
    begins = instant(begins_at, "the beginning") if begins_at else None
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        row = _find(actor, engagement, organisation_key, at)
        _check_goes_on(row, at)
        if row.early and begins is None:
            raise NotPossibleError(
                f"the access of {row.party.organisation.name} may begin early already; say a"
                " beginning to have it begin sooner"
            )
        if begins is not None and not at <= begins < row.ends_at:
            raise NotPossibleError(
                f"access would begin at {shown(begins)}; begin it between now and"
                f" {shown(row.ends_at)}"
            )
        row.early, row.begins_at = True, min(begins or row.begins_at, row.begins_at)
        row.save(update_fields=["early", "begins_at"])
        record(
            "partner-early",
            engagement,
            at=at,
            actor=actor,
            about=row.party.organisation,
            begins_at=shown(row.begins_at),
        )
        return row


def end_partner(
    actor: Actor, engagement_key: str, organisation_key: str, *, why: str = "", at: datetime
) -> Partner:
    """End a partner's early access, and every grant of its people, at once.

    It stays a party: it reads what it has signed, and certifies what it has destroyed.

    Args:
        actor: who runs the engagement for the developer, or leads for the partner itself.
        engagement_key: of the engagement.
        organisation_key: of the partner.
        why: may be empty.
        at: now.

    Raises:
        NotFoundError: there is no such partner, or not for them.
        NotPossibleError: its access has ended already, or its record is not signed by both.
    """
    said = worded(why, "why it ends")
    with transaction.atomic():
        engagement = _hold_to_end(actor, engagement_key, organisation_key, at)
        row = _find(actor, engagement, organisation_key, at)
        kept = record_of(row)
        if kept is None or kept.agreed_at is None:
            raise NotPossibleError(
                f"the record of {row.party.organisation.name} is not signed by both; decline it"
            )
        _check_goes_on(row, at)
        row.ends_at = at
        row.save(update_fields=["ends_at"])
        grants = Grant.objects.filter(named__party=row.party)
        end_access(engagement, at=at, actor=actor, why=said, grants=grants)
        record(
            "partner-ended",
            engagement,
            at=at,
            actor=actor,
            about=row.party.organisation,
            why=said,
        )
        return row


def agreed(agreement: Agreement, *, at: datetime, actor: Actor = HOUSE) -> None:
    """Take note that both sides have signed a partner's record: it is told of the engagement now.

    For `signing`, in its transaction, in which the engagement's row is locked.

    Args:
        agreement: of kind `partner`.
        at: now.
        actor: who signed last.
    """
    party = agreement.party
    if party is None:
        raise NotPossibleError(f"agreement {agreement.number} is about no trusted partner")
    # The row that the caller holds, as it is now.
    engagement = Engagement.objects.select_for_update().get(pk=agreement.engagement_id)
    party.invited_at = at
    party.save(update_fields=["invited_at"])
    if lead_on(engagement, Event.SHARE):
        engagement.save(update_fields=["state"])
    record("partner-agreed", engagement, at=at, actor=actor, about=party.organisation)


def _hold_side(
    actor: Actor, engagement_key: str, at: datetime
) -> tuple[Engagement, Partner.Side, Organisation]:
    """Hold an engagement, and return for which side and organisation `actor` speaks in it."""
    key = as_written(engagement_key)
    seen = find(actor, Engagement.objects.all(), Act.READ, at=at, key=key)
    if may(actor, Act.ADMINISTER, seen, at=at):
        engagement = hold(actor, key, Act.ADMINISTER, at=at)
        return engagement, Partner.Side.DEVELOPER, engagement.developer
    engagement = hold(actor, key, Act.READ, at=at)
    party = leading_for_government(actor, engagement, at)
    if party is None:
        raise NotFoundError("engagement", key)
    return engagement, Partner.Side.GOVERNMENT, party.organisation


def _check_dates(
    engagement: Engagement,
    begins_at: datetime,
    ends_at: datetime,
    side: Partner.Side,
    *,
    early: bool,
    at: datetime,
) -> None:
    if ends_at <= max(begins_at, at):
        raise NotPossibleError(
            f"access would end at {shown(ends_at)}, which is not ahead of it; end it later"
        )
    if early:
        if side is not Partner.Side.DEVELOPER:
            raise NotPossibleError(
                "only the developer lets a partner's access begin early; propose it for later"
            )
        return
    earliest = earliest_access(engagement)
    if earliest is not None and begins_at < earliest:
        raise NotPossibleError(
            f"access would begin at {shown(begins_at)}, before the government's window is over;"
            f" begin it at {shown(earliest)} or later, or let the developer say that it may begin"
            " early"
        )


def _trusted(engagement: Engagement, organisation_key: str) -> Organisation:
    """Return the organisation that is meant, if it can become a trusted partner."""
    key = as_written(organisation_key)
    found = Organisation.objects.filter(key=key, suspended_at=None).first()
    if found is None or OrganisationKind.TRUSTED_PARTNER not in found.kind_words:
        raise NotPossibleError(
            f"there is no trusted partner {key or organisation_key[:20]!r}; ask it for its key, and"
            " the operator of this instance whether it is one"
        )
    parties = Party.objects.filter(engagement=engagement, organisation=found)
    if parties.filter(ended_at=None).exists():
        raise NotPossibleError(f"{found.name} is a party of {engagement.key} already")
    if parties.filter(part__in=GOVERNMENT).exists():
        raise NotPossibleError(
            f"{found.name} was of the government's side in {engagement.key}, whose access ends with"
            " the window; it is no trusted partner in it"
        )
    return found


def _document(row: Partner, engagement: Engagement, proposing: Organisation) -> bytes:
    """Return the record that both sides sign: JSON in its RFC 8785 form."""
    return rfc8785.dumps(
        {
            "kind": "trusted-partner",
            "engagement": engagement.key,
            "number": next_number(engagement, Agreement.Kind.PARTNER, row.party),
            "model": engagement.model,
            "version": engagement.version,
            "developer": engagement.developer.name,
            "partner": row.party.organisation.name,
            "partner_key": row.party.organisation.key,
            "proposed_by": proposing.name,
            "identity": row.identity,
            "scope": row.scope,
            "hardening": row.hardening,
            "attested_by": row.attested_by,
            "attested_at": shown(row.attested_at),
            "begins_at": shown(row.begins_at),
            "ends_at": shown(row.ends_at),
            "early": row.early,
        }
    )


def _find(actor: Actor, engagement: Engagement, organisation_key: str, at: datetime) -> Partner:
    """Return a partner; the one that was not declined, where an organisation was proposed anew."""
    rows = Partner.objects.filter(party__engagement=engagement)
    newest = rows.select_related("party__organisation", "party__engagement").order_by("-pk")
    key = as_written(organisation_key)
    return find(actor, newest, Act.READ, at=at, party__organisation__key=key)


def _hold_to_end(
    actor: Actor, engagement_key: str, organisation_key: str, at: datetime
) -> Engagement:
    """Hold an engagement for its developer, or for who leads the partner's own part in it."""
    try:
        return hold(actor, engagement_key, Act.ADMINISTER, at=at)
    except NotFoundError:
        engagement, party = hold_part(actor, engagement_key, organisation_key, at=at)
        if party.part != Party.Part.PARTNER:
            raise
        return engagement


def _check_goes_on(row: Partner, at: datetime) -> None:
    name = row.party.organisation.name
    if row.declined_at is not None:
        raise NotPossibleError(f"{name} was declined at {shown(row.declined_at)}")
    if row.ends_at <= at:
        raise NotPossibleError(
            f"the access of {name} has ended at {shown(row.ends_at)}; to give it another"
            " one, end its part, and propose it anew"
        )
