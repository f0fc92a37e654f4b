"""Trusted partners of an engagement, and from when until when each of them has early access.

A partner's own people see themselves, and not whom else there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.reviews.models import GOVERNMENT, Agreement, Engagement, Partner, Party
from tidegate.desks.reviews.queries.terms import terms_in_force
from tidegate.desks.reviews.states.engagements import ENDED, State
from tidegate.desks.reviews.states.windows import Window


class Standing(StrEnum):
    """How far a trusted partner is."""

    PROPOSED = "proposed"
    """Its record waits for signatures."""
    DECLINED = "declined"
    AGREED = "agreed"
    """Both sides have signed its record; access has not begun, or waits for its own terms."""
    HAS_ACCESS = "has-access"
    """Grants of its people may be used."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature under a partner's record."""

    organisation: str
    """Name."""
    person: str
    """Name."""
    method: str
    """A word of `Signature.Method`."""
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerShown:
    """One trusted partner."""

    organisation: str
    """Key."""
    name: str
    standing: Standing
    proposed_by_side: str
    """A word of `Partner.Side`."""
    proposed_by: str
    proposed_at: datetime
    identity: str
    scope: str
    hardening: str
    attested_by: str
    attested_at: datetime
    begins_at: datetime
    """As the record says it."""
    access_begins_at: datetime
    """With the government's window considered: not before that ends, unless `early`."""
    ends_at: datetime
    early: bool
    declined_at: datetime | None
    record_number: int
    record_sha256: str
    """Of the document that is signed; it is an agreement of kind `partner`."""
    agreed_at: datetime | None
    signatures: tuple[Signed, ...]
    waits_for: tuple[str, ...]
    """`developer`, `government`: whose signature is missing."""
    has_terms: bool
    """Its own terms are in force; there is no access without them."""
    may: frozenset[str]
    """`sign`, `decline`, `let-early`, `end`, `terms`: what the actor may do, for buttons."""


@dataclass(frozen=True, slots=True)
class PartnersPage:
    """The trusted partners of an engagement that somebody may see."""

    engagement: str
    partners: tuple[PartnerShown, ...]
    """In the order in which they were proposed."""
    earliest: datetime | None
    """When early access begins at the earliest, unless the developer lets it begin early."""
    may: frozenset[str]
    """`propose`, `early`: what the actor may do, for buttons."""


def partners_page(actor: Actor, engagement_key: str, *, at: datetime) -> PartnersPage:
    """Return the trusted partners that `actor` may see.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    rows = Engagement.objects.select_related("developer")
    engagement = find(actor, rows, Act.SEE, at=at, key=as_written(engagement_key))
    every = Partner.objects.filter(party__engagement=engagement).order_by("pk")
    read = narrowed(actor, every, Act.READ, at=at)
    side = acts_for(actor, engagement, at)
    open_ = State(engagement.state) not in ENDED
    proposing = {"propose"} if side and open_ and engagement.agreed_at else set()
    if proposing and side is Partner.Side.DEVELOPER:
        proposing.add("early")
    reads_all = may(actor, Act.READ, engagement, at=at)
    return PartnersPage(
        engagement.key,
        tuple(
            _shown(actor, engagement, row, side, at)
            for row in read.select_related("party__organisation", "party__engagement")
        ),
        earliest_access(engagement) if reads_all else None,
        frozenset(proposing),
    )


def access_of(partner: Partner) -> Window | None:
    """Return from when until when a partner's people may hold and use grants; None if they may not.

    None while its record is not signed by both, its own terms are not in force, it was declined, or
    nothing is left of the time.
    """
    record = record_of(partner)
    engagement = partner.party.engagement
    if (
        record is None
        or record.agreed_at is None
        or partner.declined_at is not None
        or partner.party.ended_at is not None
        or State(engagement.state) in ENDED
        or terms_in_force(engagement, partner=partner.party) is None
    ):
        return None
    begins_at = access_begins(partner)
    return Window(begins_at, partner.ends_at) if begins_at < partner.ends_at else None


def earliest_access(engagement: Engagement) -> datetime | None:
    """Return before when no early access begins by itself: the end of the government's window.

    Before a window is opened it is the planned release to other trusted partners, if there is one.
    """
    return engagement.window_ends_at or engagement.planned_release_at


def access_begins(partner: Partner) -> datetime:
    """Return when a partner's access begins: as its record says, and not while the window is open.

    The window may have been opened, or its end moved, after the record was signed. Where the
    developer lets it begin early, only the record counts.
    """
    ends = partner.party.engagement.window_ends_at
    if partner.early or ends is None:
        return partner.begins_at
    return max(partner.begins_at, ends)


def record_of(partner: Partner) -> Agreement | None:
    """Return the record of a partner that both sides sign; None if it has none."""
    rows = Agreement.objects.filter(party=partner.party, kind=Agreement.Kind.PARTNER)
    return rows.order_by("-number").first()


def acts_for(actor: Actor, engagement: Engagement, at: datetime) -> Partner.Side | None:
    """Return for which side they propose and decline partners, if for one."""
    if may(actor, Act.ADMINISTER, engagement, at=at):
        return Partner.Side.DEVELOPER
    return Partner.Side.GOVERNMENT if leading_for_government(actor, engagement, at) else None


def leading_for_government(actor: Actor, engagement: Engagement, at: datetime) -> Party | None:
    """Return the party of the government that they lead, and through which they read it."""
    parties = Party.objects.select_related("organisation").filter(
        engagement=engagement, part__in=GOVERNMENT
    )
    for party in narrowed(actor, parties, Act.RESPOND, at=at).order_by("pk"):
        alone = narrowed_to(actor, organisation=party.organisation_id)
        if may(alone, Act.READ, engagement, at=at):
            return party
    return None


def _shown(
    actor: Actor, engagement: Engagement, row: Partner, side: Partner.Side | None, at: datetime
) -> PartnerShown:
    record = record_of(row)
    signatures = (
        tuple(record.signatures.select_related("organisation", "person").order_by("pk"))
        if record
        else ()
    )
    has_terms = terms_in_force(engagement, partner=row.party) is not None
    standing = _standing(row, record, at)
    waits = _waits_for(engagement, {one.organisation_id for one in signatures})
    return PartnerShown(
        row.party.organisation.key,
        row.party.organisation.name,
        standing,
        row.proposed_by_side,
        row.proposed_by,
        row.proposed_at,
        row.identity,
        row.scope,
        row.hardening,
        row.attested_by,
        row.attested_at,
        row.begins_at,
        access_begins(row),
        row.ends_at,
        row.early,
        row.declined_at,
        record.number if record else 0,
        record.sha256 if record else "",
        record.agreed_at if record else None,
        tuple(
            Signed(one.organisation.name, one.person.name, one.method, one.signed_at)
            for one in signatures
        ),
        waits if standing is Standing.PROPOSED else (),
        has_terms,
        _may(actor, engagement, row, side, standing, waits, at),
    )


def _standing(row: Partner, record: Agreement | None, at: datetime) -> Standing:
    if row.declined_at is not None:
        return Standing.DECLINED
    ended = row.party.ended_at is not None or State(row.party.engagement.state) in ENDED
    if row.ends_at <= at or ended:
        return Standing.ENDED
    if record is None or record.agreed_at is None:
        return Standing.PROPOSED
    access = access_of(row)
    return Standing.HAS_ACCESS if access and access.is_open(at) else Standing.AGREED


def _waits_for(engagement: Engagement, signed: set[int]) -> tuple[str, ...]:
    government = Party.objects.filter(engagement=engagement, part__in=GOVERNMENT)
    governing = set(government.values_list("organisation", flat=True))
    waits = []
    if engagement.developer_id not in signed:
        waits.append(Partner.Side.DEVELOPER.value)
    if not signed & governing:
        waits.append(Partner.Side.GOVERNMENT.value)
    return tuple(waits)


def _may(
    actor: Actor,
    engagement: Engagement,
    row: Partner,
    side: Partner.Side | None,
    standing: Standing,
    waits: tuple[str, ...],
    at: datetime,
) -> frozenset[str]:
    if State(engagement.state) in ENDED:
        return frozenset()
    if standing is Standing.PROPOSED:
        able = {"decline"} if side else set()
        if side in waits:
            able.add("sign")
    elif standing in (Standing.AGREED, Standing.HAS_ACCESS):
        own = may(actor, Act.RESPOND, row.party, at=at)
        ruling = side is Partner.Side.DEVELOPER
        able = {"end", "terms"} if own or ruling else set()
    else:
        return frozenset()
    if side is Partner.Side.DEVELOPER and not row.early:
        able.add("let-early")
    return frozenset(able)
