"""What is weighed and decided about a model: all of it for the government, its words for the rest.

Each part is narrowed by the policy on its own. So a page of the developer's shows the decision, its
date and the words chosen for it, and not how much else there is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import (
    GOVERNMENT,
    Consultation,
    Determination,
    Engagement,
    Evidence,
    NamedPerson,
    Party,
)
from tidegate.desks.reviews.queries.frameworks import framework_of
from tidegate.desks.reviews.queries.named import still_named
from tidegate.desks.reviews.queries.terms import terms_in_force
from tidegate.desks.reviews.sealing import CONSULTED, DISSENT, REASONS, opened_text
from tidegate.desks.reviews.states.engagements import ENDED, State


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    """A piece of evidence."""

    key: str
    kind: str
    """A word of `Evidence.Kind`."""
    name: str
    sha256: str
    size: int | None
    """Bytes; None where only the digest is known."""
    added_by: str
    added_at: datetime
    set_aside_at: datetime | None
    can_be_had: bool
    """Its bytes are kept here, and were not destroyed."""


@dataclass(frozen=True, slots=True)
class ConsultationShown:
    """A body that was consulted."""

    body: str
    asked_by: str
    asked_at: datetime
    view: str
    """A word of `Consultation.View`; empty while it has not answered."""
    words: str = field(repr=False)
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DissentShown:
    """Somebody disagrees."""

    person: str
    words: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Weighed:
    """A piece of evidence, as a determination names it."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Consulted:
    """A body and its view, as a determination names them."""

    body: str
    view: str


@dataclass(frozen=True, slots=True)
class DeterminationShown:
    """A decision. For who may not examine it, all after `decided_at` is empty."""

    number: int
    decision: str
    """A word of `Determination.Decision`."""
    words: str
    decided_at: datetime
    official: str = ""
    reasons: str = field(default="", repr=False)
    weighed: tuple[Weighed, ...] = ()
    consulted: tuple[Consulted, ...] = ()
    dissents: tuple[DissentShown, ...] = ()


@dataclass(frozen=True, slots=True)
class DeterminationPage:
    """What somebody may read of how a model is determined."""

    engagement: str
    model: str
    version: str
    state: str
    determinations: tuple[DeterminationShown, ...]
    """The newest first; that one holds."""
    examines: bool
    """They read all of it; for the others, all that follows is empty."""
    threshold: str = ""
    """When a model is covered, in the framework's words."""
    evidence: tuple[EvidenceShown, ...] = ()
    """In the order in which it came, what was set aside included."""
    consultations: tuple[ConsultationShown, ...] = ()
    bodies: tuple[str, ...] = ()
    """Bodies of the framework that were not consulted yet."""
    takes_two: bool = False
    """The terms let two persons decide together."""
    may: frozenset[str] = frozenset()
    """`evidence`, `consult`, `determine`, `dissent`: what they may do here, for buttons."""


def determination_page(actor: Actor, engagement_key: str, *, at: datetime) -> DeterminationPage:
    """Return what `actor` may read of an engagement's evidence, consultations and determinations.

    Raises:
        NotFoundError: there is no such engagement, or they may not read it.
    """
    rows = Engagement.objects.all()
    engagement = find(actor, rows, Act.READ, at=at, key=as_written(engagement_key))
    every = Determination.objects.filter(engagement=engagement)
    examined = set(narrowed(actor, every, Act.EXAMINE, at=at).values_list("pk", flat=True))
    read = narrowed(actor, every, Act.READ, at=at).select_related("official").order_by("-number")
    page = DeterminationPage(
        engagement.key,
        engagement.model,
        engagement.version,
        engagement.state,
        tuple(_whole(row) if row.pk in examined else _in_words(row) for row in read),
        examines=False,
        may=_may(actor, engagement, at),
    )
    return _inside(actor, engagement, page, at) if _for_government(actor, engagement, at) else page


def get_evidence(actor: Actor, evidence_key: str, *, at: datetime) -> EvidenceShown:
    """Return one piece of evidence, without its bytes.

    Raises:
        NotFoundError: there is no such evidence, or not for them.
    """
    rows = Evidence.objects.select_related("document")
    return _evidence(find(actor, rows, Act.READ, at=at, key=as_written(evidence_key)))


def takes_two(engagement: Engagement) -> bool:
    """Say whether the terms in force let two persons decide together."""
    held = terms_in_force(engagement)
    return held is not None and Action.DETERMINE in held.terms.settings.two_persons


def _for_government(actor: Actor, engagement: Engagement, at: datetime) -> bool:
    """Say whether they read the engagement for the government, by the parties that named them."""
    named = NamedPerson.objects.filter(
        person=actor.person,
        party__engagement=engagement,
        party__part__in=GOVERNMENT,
    )
    return any(
        may(narrowed_to(actor, organisation=organisation), Act.READ, engagement, at=at)
        for organisation in named.values_list("party__organisation", flat=True)
    )


def _inside(
    actor: Actor, engagement: Engagement, page: DeterminationPage, at: datetime
) -> DeterminationPage:
    of = Q(engagement=engagement)
    evidence = narrowed(actor, Evidence.objects.filter(of), Act.EXAMINE, at=at)
    asked = narrowed(actor, Consultation.objects.filter(of), Act.EXAMINE, at=at)
    consultations = tuple(_consultation(row) for row in asked.order_by("pk"))
    framework = framework_of(engagement)
    consulted = {one.body for one in consultations}
    return replace(
        page,
        examines=True,
        threshold=framework.threshold,
        evidence=tuple(
            _evidence(row) for row in evidence.select_related("document").order_by("pk")
        ),
        consultations=consultations,
        bodies=tuple(body for body in framework.bodies if body not in consulted),
        takes_two=takes_two(engagement),
    )


def _in_words(row: Determination) -> DeterminationShown:
    return DeterminationShown(row.number, row.decision, row.words, row.decided_at)


def _whole(row: Determination) -> DeterminationShown:
    return replace(
        _in_words(row),
        official=row.official.name,
        reasons=opened_text(row.reasons, REASONS) if row.reasons else "",
        weighed=tuple(Weighed(one["name"], one["sha256"]) for one in row.weighed),
        consulted=tuple(Consulted(one["body"], one["view"]) for one in row.consulted),
        dissents=tuple(
            DissentShown(one.person.name, opened_text(one.words, DISSENT), one.at)
            for one in row.dissents.select_related("person").order_by("pk")
        ),
    )


def _evidence(row: Evidence) -> EvidenceShown:
    document = row.document
    return EvidenceShown(
        row.key,
        row.kind,
        row.name,
        row.sha256,
        row.size,
        row.added_by,
        row.added_at,
        row.set_aside_at,
        can_be_had=document is not None and document.destroyed_at is None,
    )


def _consultation(row: Consultation) -> ConsultationShown:
    return ConsultationShown(
        row.body,
        row.asked_by,
        row.asked_at,
        row.view,
        opened_text(row.words, CONSULTED) if row.words else "",
        row.answered_at,
    )


def _may(actor: Actor, engagement: Engagement, at: datetime) -> frozenset[str]:
    if State(engagement.state) in ENDED:
        return frozenset()
    able = set()
    if may(actor, Act.WRITE, engagement, at=at):
        able.add("evidence")
    if may(actor, Act.DETERMINE, engagement, at=at):
        able.add("determine")
    parts = _parts_worked_in(actor, engagement, at)
    if parts:
        able.add("consult")
    if Party.Part.DETERMINING in parts:
        able.add("dissent")
    return frozenset(able)


def _parts_worked_in(actor: Actor, engagement: Engagement, at: datetime) -> set[str]:
    """Return the parts of the government that have named them to do more than read."""
    named = still_named().filter(
        person=actor.person, party__engagement=engagement, party__part__in=GOVERNMENT
    )
    return {
        part
        for organisation, part in named.values_list("party__organisation", "party__part")
        if may(narrowed_to(actor, organisation=organisation), Act.WRITE, engagement, at=at)
    }
