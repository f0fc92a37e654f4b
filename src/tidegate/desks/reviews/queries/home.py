"""The home of somebody who has to do with engagements: whose they are, their grants, what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import SCOPE_OF, Act
from tidegate.desks.reviews.models import (
    GOVERNMENT,
    Acknowledgement,
    Agreement,
    Certificate,
    Engagement,
    Grant,
    NamedPerson,
    Party,
    TwoPersonRequest,
)
from tidegate.desks.reviews.queries.engagement_windows import ShownWindow, shown_window
from tidegate.desks.reviews.queries.retention import settings_over, still_to_certify


@dataclass(frozen=True, slots=True)
class Row:
    """An engagement in a list."""

    key: str
    developer: str
    asks: str
    model: str
    """Empty, as what follows, for who may only see that there is one."""
    version: str
    state: str
    planned_release_at: datetime | None
    window: ShownWindow | None
    access_off_at: datetime | None
    ended: str
    """`withdrawn` or `closed`; empty while it goes on."""
    parts: tuple[str, ...]
    """Words of `Party.Part`: what the actor's own organisations are in it."""
    since: datetime
    """When it was opened, for the developer; else when the organisation was told."""
    open_grants: int
    """Of the engagement for the developer, else the actor's own."""


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant of the actor's own that has not ended."""

    key: str
    engagement: str
    purpose: str
    endpoints: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    state: str
    """`asked`, `issued` or `in-use` (taken up)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for the actor."""

    what: str
    """`terms-to-sign`, `terms-to-acknowledge`, `people-to-name`, `vetting-to-attest`,
    `grant-to-issue`, `grant-to-take-up`, `request-to-second`, `certificate-due`."""
    engagement: str
    """Key."""
    subject: str
    """Key of the grant, request or organisation, or digest of the terms, that it is about."""
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """What the actor has to do with engagements; those that go on first, the newest first."""

    as_developer: tuple[Row, ...]
    as_reviewer: tuple[Row, ...]
    """As reviewing or determining party."""
    as_partner: tuple[Row, ...]
    grants: tuple[HeldGrant, ...]
    waiting: tuple[Waiting, ...]


def my_engagements(actor: Actor, *, at: datetime) -> Home:
    """Return what somebody has to do with engagements; nothing, for who has nothing to do."""
    if SCOPE_OF[Act.READ] not in actor.scopes:
        # What waits for them is found by what they may do; to be told of it is to read.
        return Home((), (), (), (), ())
    own = Party.objects.filter(organisation__in=actor.organisations)
    seen = narrowed(actor, own, Act.SEE, at=at) | narrowed(actor, own, Act.CERTIFY, at=at)
    parts: dict[int, list[Party]] = defaultdict(list)
    for party in seen.order_by("pk"):
        parts[party.engagement_id].append(party)
    # Of what is suspended, or recused from, nothing is left but to release and to withdraw.
    decided = narrowed(actor, Engagement.objects.exclude(pk__in=parts), Act.RELEASE, at=at)
    developers = Party.objects.filter(engagement__in=decided, part=Party.Part.DEVELOPER)
    for party in developers.order_by("pk"):
        parts[party.engagement_id].append(party)
    rows = _rows(actor, parts, at)
    return Home(
        as_developer=_of(rows, {Party.Part.DEVELOPER}),
        as_reviewer=_of(rows, set(GOVERNMENT)),
        as_partner=_of(rows, {Party.Part.PARTNER}),
        grants=tuple(_held(grant) for grant in _own_grants(actor, at)),
        waiting=tuple(
            sorted(_waiting(actor, at), key=lambda one: (one.due_at is None, one.due_at or at))
        ),
    )


def _rows(actor: Actor, parts: dict[int, list[Party]], at: datetime) -> list[Row]:
    found = Engagement.objects.select_related("developer").filter(pk__in=parts)
    readable = set(narrowed(actor, found, Act.READ, at=at).values_list("pk", flat=True))
    grants = narrowed(actor, Grant.objects.filter(engagement__in=parts), Act.SEE, at=at).filter(
        ended_at=None, issued_at__isnull=False, ends_at__gt=at
    )
    open_grants: dict[int, int] = defaultdict(int)
    for engagement, holder in grants.values_list("engagement", "named__person"):
        is_developers = any(one.part == Party.Part.DEVELOPER for one in parts[engagement])
        open_grants[engagement] += is_developers or holder == actor.person
    rows = [
        _row(one, parts[one.pk], one.pk in readable, open_grants[one.pk], at)
        for one in narrowed(actor, found, Act.SEE, at=at)
    ]
    return sorted(rows, key=lambda row: (not row.ended, row.since, row.key), reverse=True)


def _row(
    engagement: Engagement, parts: list[Party], reads: bool, open_grants: int, at: datetime
) -> Row:
    told = [party.invited_at for party in parts if party.invited_at is not None]
    return Row(
        key=engagement.key,
        developer=engagement.developer.name,
        asks=engagement.asks,
        model=engagement.model if reads else "",
        version=engagement.version if reads else "",
        state=engagement.state if reads else "",
        planned_release_at=engagement.planned_release_at if reads else None,
        window=shown_window(engagement, at=at) if reads else None,
        access_off_at=engagement.access_off_at if reads else None,
        ended=engagement.state if engagement.withdrawn_at or engagement.closed_at else "",
        parts=tuple(party.part for party in parts),
        since=min(told, default=engagement.opened_at),
        open_grants=open_grants,
    )


def _of(rows: list[Row], parts: set[str]) -> tuple[Row, ...]:
    return tuple(row for row in rows if parts & set(row.parts))


def _own_grants(actor: Actor, at: datetime) -> QuerySet[Grant]:
    own = Grant.objects.select_related("engagement", "named__party").filter(
        named__person=actor.person, ended_at=None, ends_at__gt=at
    )
    return narrowed(actor, own, Act.SEE, at=at).order_by("ends_at", "pk")


def _held(grant: Grant) -> HeldGrant:
    return HeldGrant(
        key=grant.key,
        engagement=grant.engagement.key,
        purpose=grant.purpose,
        endpoints=tuple(grant.endpoints),
        begins_at=grant.begins_at,
        ends_at=grant.ends_at,
        state="asked" if not grant.issued_at else "in-use" if grant.taken_up_at else "issued",
    )


def _waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    led = narrowed(actor, _going_on(Party.objects.all()), Act.RESPOND, at=at)
    parties = list(led.select_related("organisation", "engagement").order_by("pk"))
    for party in parties:
        yield from _to_sign(actor, party, at)
        if party.part != Party.Part.DEVELOPER:
            yield from _to_name(actor, party)
    yield from _of_grants(actor, at)
    requests = TwoPersonRequest.objects.select_related("engagement").filter(
        seconded_at=None, used_at=None, expires_at__gt=at
    )
    for one in narrowed(actor, requests, Act.RESPOND, at=at).order_by("pk"):
        yield Waiting("request-to-second", one.engagement.key, one.key, one.expires_at)
    yield from _to_certify(actor, at)


def _going_on(parties: QuerySet[Party]) -> QuerySet[Party]:
    return parties.filter(engagement__withdrawn_at=None, engagement__closed_at=None)


def _to_sign(actor: Actor, party: Party, at: datetime) -> Iterator[Waiting]:
    """Yield what is on the table that a party's side has not signed."""
    on_table = Agreement.objects.filter(
        engagement=party.engagement_id, agreed_at=None, taken_back_at=None
    )
    if party.part == Party.Part.PARTNER:
        on_table = on_table.filter(party=party, kind=Agreement.Kind.TERMS)
    elif party.part == Party.Part.REVIEWER:
        on_table = on_table.exclude(party__isnull=False, kind=Agreement.Kind.TERMS)
    elif party.part != Party.Part.DEVELOPER:
        return
    side = Party.objects.filter(engagement=party.engagement_id, part=party.part)
    unsigned = on_table.exclude(signatures__organisation__in=side.values("organisation"))
    for one in narrowed(actor, unsigned, Act.SEE, at=at).order_by("pk"):
        yield Waiting("terms-to-sign", party.engagement.key, one.sha256, None)


def _to_name(actor: Actor, party: Party) -> Iterator[Waiting]:
    named = party.named.select_related("person").filter(ended_at=None, recused_at=None)
    if not named.exists():
        yield Waiting("people-to-name", party.engagement.key, party.organisation.key, None)
    unvetted = named.filter(vetted_at=None, duty=NamedPerson.Duty.EVALUATOR)
    others = unvetted.exclude(person=actor.person)
    if others.exists():
        settings = settings_over(party.engagement, party)
        if settings is not None and settings.vetting:
            yield Waiting("vetting-to-attest", party.engagement.key, party.organisation.key, None)


def _of_grants(actor: Actor, at: datetime) -> Iterator[Waiting]:
    run = narrowed(actor, Engagement.objects.all(), Act.ADMINISTER, at=at)
    asked = Grant.objects.select_related("engagement").filter(
        engagement__in=run, issued_at=None, ended_at=None, ends_at__gt=at, break_glass=False
    )
    for grant in asked.order_by("pk"):
        yield Waiting("grant-to-issue", grant.engagement.key, grant.key, grant.ends_at)
    unread: dict[str, Waiting] = {}
    for grant in _own_grants(actor, at).filter(issued_at__isnull=False):
        if grant.taken_up_at is None:
            yield Waiting("grant-to-take-up", grant.engagement.key, grant.key, grant.ends_at)
        agreement = _newest_terms(grant)
        if agreement is not None and not _has_read(actor, agreement):
            unread[agreement.sha256] = Waiting(
                "terms-to-acknowledge", grant.engagement.key, agreement.sha256, None
            )
    yield from unread.values()


def _newest_terms(grant: Grant) -> Agreement | None:
    party = grant.named.party
    agreed = Agreement.objects.filter(
        engagement=grant.engagement_id,
        kind=Agreement.Kind.TERMS,
        party=party if party.part == Party.Part.PARTNER else None,
        agreed_at__isnull=False,
    )
    return agreed.order_by("-number").first()


def _has_read(actor: Actor, agreement: Agreement) -> bool:
    return Acknowledgement.objects.filter(agreement=agreement, person=actor.person).exists()


def _to_certify(actor: Actor, at: datetime) -> Iterator[Waiting]:
    certifying = narrowed(actor, Party.objects.all(), Act.CERTIFY, at=at)
    mine = certifying.exclude(part=Party.Part.DEVELOPER).select_related("engagement")
    organisations: dict[Engagement, set[int]] = defaultdict(set)
    for party in mine.order_by("pk"):
        if not _is_certified(party):
            organisations[party.engagement].add(party.organisation_id)
    for engagement, own in organisations.items():
        for one in still_to_certify(engagement, at=at):
            if one.party.organisation_id in own:
                yield Waiting(
                    "certificate-due", engagement.key, one.party.organisation.key, one.certify_at
                )


def _is_certified(party: Party) -> bool:
    """Say whether a party has certified since all access ended; its terms need not be read then."""
    engagement = party.engagement
    ended_at = engagement.withdrawn_at or engagement.closed_at
    if ended_at is None:
        return False
    certificates = Certificate.objects.filter(
        engagement=engagement, organisation=party.organisation_id, certified_at__gte=ended_at
    )
    return certificates.exists()
