"""One engagement, with all that somebody may see of it.

Everything is narrowed by the policy first. Who may only see that there is an engagement gets its
heading: whose it is and what is theirs in it, but neither the model nor how far it has come.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.models import Certificate, Determination, Engagement, NamedPerson, Party
from tidegate.desks.reviews.queries.engagement_windows import ShownWindow, shown_window
from tidegate.desks.reviews.queries.home import HeldGrant, Home, Row, Waiting, my_engagements
from tidegate.desks.reviews.queries.permitted import MAY, permitted
from tidegate.desks.reviews.queries.retention import still_to_certify
from tidegate.desks.reviews.states.engagements import State

__all__ = [
    "MAY",
    "Content",
    "Duty",
    "EngagementPage",
    "HeldGrant",
    "Home",
    "Row",
    "ShownCertificate",
    "ShownParty",
    "ShownPerson",
    "ShownRelease",
    "ShownWindow",
    "Stage",
    "Waiting",
    "engagement_page",
    "my_engagements",
]


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of the course."""

    state: State
    at: datetime | None
    """When it was first reached, or passed; None if it was not, or nobody wrote that down."""
    is_now: bool


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """A person whom a party has named."""

    key: str
    name: str
    duty: str
    """A word of `NamedPerson.Duty`."""
    title: str
    vetting: str
    """What their organisation attests; empty if it does not."""
    vetted_by: str
    vetted_at: datetime | None
    recused_at: datetime | None
    recused_why: str


@dataclass(frozen=True, slots=True)
class ShownParty:
    """An organisation's part."""

    organisation: str
    """Key."""
    name: str
    part: str
    """A word of `Party.Part`."""
    told_at: datetime | None
    """None while the engagement is a draft, or a partner's record is not signed by both."""
    ended_at: datetime | None
    recipient: str
    """Its age public key; empty without one."""
    people: tuple[ShownPerson, ...]
    mine: bool
    """The actor leads it: signs, names people, certifies."""


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """A release on record."""

    to: str
    """A word of `Release.To`."""
    released_at: datetime
    words: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """What is left for a party to do after access has ended."""

    what: str
    """`certificate`."""
    organisation: str
    """Key."""
    name: str
    due_at: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """What a party has certified to have destroyed."""

    organisation: str
    """Key."""
    name: str
    person: str
    what: str
    destroyed_at: datetime
    sha256: str
    certified_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What those read who may read the engagement."""

    model: str
    version: str
    build: str
    reach: str
    planned_release_at: datetime | None
    framework: str
    framework_version: str
    state: State
    stages: tuple[Stage, ...]
    """The whole course in its order; `withdrawn` is the last one only where it was."""
    window: ShownWindow | None
    access_off_at: datetime | None
    """When the plug was pulled; None while it is not."""
    opened_by: str
    opened_at: datetime
    releases: tuple[ShownRelease, ...]
    """The newest first."""


@dataclass(frozen=True, slots=True)
class EngagementPage:
    """One engagement, as somebody may see it."""

    key: str
    developer: str
    """Name of the organisation."""
    developer_key: str
    asks: str
    """A word of `Engagement.Asks`."""
    ended: str
    """`withdrawn` or `closed`; empty while it goes on."""
    ended_at: datetime | None
    own_parts: tuple[str, ...]
    """Words of `Party.Part`: what the actor's own organisations are in it."""
    parties: tuple[ShownParty, ...]
    """Of all for who may read the engagement, else their own."""
    certificates: tuple[ShownCertificate, ...]
    """Of all for the developer, else their own."""
    duties: tuple[Duty, ...]
    """Of all for the developer, else their own; also once the engagement was withdrawn."""
    content: Content | None
    """None for who may only see that there is an engagement."""
    may: frozenset[str]
    """Words of `MAY`: what the actor may do now, for buttons; services ask again."""


def engagement_page(actor: Actor, key: str, *, at: datetime) -> EngagementPage:
    """Return an engagement, as far as somebody may see it.

    Raises:
        NotFoundError: there is none, or they may not know of it.
    """
    rows = Engagement.objects.select_related("developer")
    engagement = find(actor, rows, Act.SEE, at=at, key=as_written(key))
    parties = _parties(actor, engagement, at)
    reads = may(actor, Act.READ, engagement, at=at)
    return EngagementPage(
        key=engagement.key,
        developer=engagement.developer.name,
        developer_key=engagement.developer.key,
        asks=engagement.asks,
        ended=engagement.state if engagement.withdrawn_at or engagement.closed_at else "",
        ended_at=engagement.withdrawn_at or engagement.closed_at,
        own_parts=tuple(_own_parts(actor, engagement, at).values_list("part", flat=True)),
        parties=parties,
        certificates=_certificates(actor, engagement, at),
        duties=_duties(actor, engagement, at),
        content=_content(engagement, at) if reads else None,
        may=permitted(actor, engagement, at=at),
    )


def _own_parts(actor: Actor, engagement: Engagement, at: datetime) -> QuerySet[Party]:
    """Return the parts of the actor's own organisations, those that have ended at the end."""
    own = engagement.parties.filter(organisation__in=actor.organisations)
    seen = narrowed(actor, own, Act.SEE, at=at) | narrowed(actor, own, Act.CERTIFY, at=at)
    return seen.order_by(F("ended_at").asc(nulls_first=True), "pk")


def _parties(actor: Actor, engagement: Engagement, at: datetime) -> tuple[ShownParty, ...]:
    rows = narrowed(actor, engagement.parties.select_related("organisation"), Act.SEE, at=at)
    led = set(
        narrowed(actor, engagement.parties.all(), Act.RESPOND, at=at).values_list("pk", flat=True)
    )
    named = NamedPerson.objects.select_related("person").filter(
        party__engagement=engagement, ended_at=None
    )
    people: dict[int, list[ShownPerson]] = defaultdict(list)
    for one in narrowed(actor, named, Act.SEE, at=at).order_by("pk"):
        people[one.party_id].append(_person(one, whole=one.party_id in led))
    return tuple(
        ShownParty(
            organisation=party.organisation.key,
            name=party.organisation.name,
            part=party.part,
            told_at=party.invited_at,
            ended_at=party.ended_at,
            recipient=party.recipient,
            people=tuple(people[party.pk]),
            mine=party.pk in led,
        )
        for party in rows.order_by("pk")
    )


def _person(named: NamedPerson, *, whole: bool) -> ShownPerson:
    return ShownPerson(
        key=named.person.key,
        name=named.person.name,
        duty=named.duty,
        title=named.title,
        vetting=named.vetting,
        vetted_by=named.vetted_by,
        vetted_at=named.vetted_at,
        recused_at=named.recused_at,
        recused_why=named.recused_why if whole else "",
    )


def _certificates(
    actor: Actor, engagement: Engagement, at: datetime
) -> tuple[ShownCertificate, ...]:
    rows = Certificate.objects.select_related("organisation", "person").filter(
        engagement=engagement
    )
    return tuple(
        ShownCertificate(
            organisation=one.organisation.key,
            name=one.organisation.name,
            person=one.person.name,
            what=one.what,
            destroyed_at=one.destroyed_at,
            sha256=one.sha256,
            certified_at=one.certified_at,
        )
        for one in narrowed(actor, rows, Act.SEE, at=at).order_by("pk")
    )


def _duties(actor: Actor, engagement: Engagement, at: datetime) -> tuple[Duty, ...]:
    own = _own_parts(actor, engagement, at)
    parties = engagement.parties.all()
    if not own.filter(part=Party.Part.DEVELOPER).exists():
        parties = narrowed(actor, parties, Act.CERTIFY, at=at)
    seen = set(parties.values_list("organisation", flat=True))
    if not seen:
        return ()
    return tuple(
        Duty(
            what="certificate",
            organisation=one.party.organisation.key,
            name=one.party.organisation.name,
            due_at=one.certify_at,
            overdue=one.certify_at <= at,
        )
        for one in still_to_certify(engagement, at=at)
        if one.party.organisation_id in seen
    )


def _content(engagement: Engagement, at: datetime) -> Content:
    releases = tuple(
        ShownRelease(one.to, one.released_at, one.words, one.recorded_by, one.recorded_at)
        for one in engagement.releases.order_by("-pk")
    )
    return Content(
        model=engagement.model,
        version=engagement.version,
        build=engagement.build,
        reach=engagement.reach,
        planned_release_at=engagement.planned_release_at,
        framework=engagement.framework,
        framework_version=engagement.framework_version,
        state=State(engagement.state),
        stages=_stages(engagement, releases),
        window=shown_window(engagement, at=at),
        access_off_at=engagement.access_off_at,
        opened_by=engagement.opened_by,
        opened_at=engagement.opened_at,
        releases=releases,
    )


def _stages(engagement: Engagement, releases: tuple[ShownRelease, ...]) -> tuple[Stage, ...]:
    decided = Determination.objects.filter(engagement=engagement).exclude(
        decision=Determination.Decision.MORE_EVIDENCE
    )
    dates = {
        State.DRAFT: engagement.opened_at,
        State.PROPOSED: engagement.proposed_at,
        State.TERMS_AGREED: engagement.agreed_at,
        State.WINDOW_OPEN: engagement.window_opens_at,
        State.UNDER_EVALUATION: _first(engagement, "evaluation-begun"),
        State.DETERMINED: decided.order_by("pk").values_list("decided_at", flat=True).first(),
        State.WITH_PARTNERS: _first(engagement, "partner-agreed"),
        State.RELEASED: min((one.released_at for one in releases), default=None),
        State.CLOSED: engagement.closed_at,
        State.WITHDRAWN: engagement.withdrawn_at,
    }
    return tuple(
        Stage(state, at, is_now=state == engagement.state)
        for state, at in dates.items()
        if state is not State.WITHDRAWN or engagement.withdrawn_at is not None
    )


def _first(engagement: Engagement, kind: str) -> datetime | None:
    entries = Entry.objects.filter(engagement=engagement.key, kind=kind).order_by("index")
    return entries.values_list("at", flat=True).first()
