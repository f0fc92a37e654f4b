"""A determination: an official decides whether a model is covered, and says it in chosen words.

A person decides; nothing is computed here. The developer reads the decision, its date and those
words. What was weighed, who was consulted, the reasons and the dissent stay with the government. It
decides nothing about a release.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.words import Act
from tidegate.desks.cases.services.texts import needed, worded
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import (
    Consultation,
    Determination,
    Dissent,
    Engagement,
    Evidence,
    Party,
)
from tidegate.desks.reviews.queries.determinations import takes_two
from tidegate.desks.reviews.sealing import DISSENT, REASONS, sealed_text
from tidegate.desks.reviews.services.course import hold, lead_on, require_going_on
from tidegate.desks.reviews.services.government import hold_for_government, record_within
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.services.two_persons import spend
from tidegate.desks.reviews.states.engagements import Event

Decision = Determination.Decision


def determine(
    actor: Actor,
    engagement_key: str,
    decision: str,
    words: str,
    *,
    reasons: str = "",
    at: datetime,
) -> Determination:
    """Decide whether a model is covered, or that more evidence is needed.

    Where the terms let two persons do it together, the official has asked for it before, about the
    engagement, and somebody else has seconded it (`two_persons`). Asking for more evidence takes
    one, and leads the engagement nowhere.

    Args:
        actor: the official of the determining party.
        engagement_key: of the engagement.
        decision: a word of `Determination.Decision`.
        words: what the developer is told.
        reasons: for the government alone; kept sealed.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them to determine.
        NotPossibleError: there are no words, the decision is none, nobody has seconded it, or the
            engagement was closed.
    """
    if decision not in Decision.values:
        raise NotPossibleError(
            f"{decision[:40]!r} is no decision; say one of {', '.join(Decision.values)}"
        )
    told, inside = needed(words, "what the developer is told"), worded(reasons, "the reasons")
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.DETERMINE, at=at)
        official = _person(actor)
        require_going_on(engagement)
        if decision != Decision.MORE_EVIDENCE:
            if takes_two(engagement):
                spend(engagement, Action.DETERMINE, engagement.key, person_id=official.pk, at=at)
            lead_on(engagement, Event.DETERMINE)
            engagement.save(update_fields=["state"])
        row = Determination.objects.create(
            engagement=engagement,
            number=Determination.objects.filter(engagement=engagement).count() + 1,
            decision=decision,
            words=told,
            reasons=sealed_text(inside, REASONS) if inside else "",
            official=official,
            weighed=_weighed(engagement),
            consulted=_consulted(engagement),
            decided_at=at,
        )
        record(
            "model-determined",
            engagement,
            at=at,
            actor=actor,
            number=row.number,
            decision=decision,
            words=told,
        )
        record_within(
            "determination-reasoned",
            engagement,
            at=at,
            actor=actor,
            number=row.number,
            reasons_sha256=hashlib.sha256(inside.encode()).hexdigest(),
            weighed=[one["sha256"] for one in row.weighed],
            consulted=row.consulted,
        )
        return row


def dissent(actor: Actor, engagement_key: str, number: int, words: str, *, at: datetime) -> Dissent:
    """Keep with a determination that somebody of the determining side disagrees; once a person.

    Args:
        actor: named by a determining party, to do more than read.
        engagement_key: of the engagement.
        number: of the determination.
        words: why; kept sealed.
        at: now.

    Raises:
        NotFoundError: there is no such determination, or they are not of the determining side.
        NotPossibleError: there are no words, or they have dissented from it already.
    """
    said = needed(words, "a dissent")
    with transaction.atomic():
        acting = hold_for_government(
            actor, engagement_key, Act.WRITE, parts=[Party.Part.DETERMINING], at=at
        )
        require_going_on(acting.engagement)
        rows = Determination.objects.filter(engagement=acting.engagement)
        row = find(acting.actor, rows, Act.EXAMINE, at=at, number=number)
        person = _person(actor)
        if row.official_id == person.pk:
            raise NotPossibleError(
                f"determination {number} is your own; determine anew if you see it otherwise now"
            )
        if Dissent.objects.filter(determination=row, person=person).exists():
            raise NotPossibleError(f"you have dissented from determination {number} already")
        kept = Dissent.objects.create(
            determination=row, person=person, words=sealed_text(said, DISSENT), at=at
        )
        record_within(
            "dissent-recorded",
            acting.engagement,
            at=at,
            actor=actor,
            number=number,
            words_sha256=hashlib.sha256(said.encode()).hexdigest(),
        )
        return kept


def _person(actor: Actor) -> Person:
    if actor.person is None:
        raise NotPossibleError("a person decides; sign in as one, or name one with --as")
    return Person.objects.get(pk=actor.person)


def _weighed(engagement: Engagement) -> list[dict[str, str]]:
    rows = Evidence.objects.filter(engagement=engagement, set_aside_at=None).order_by("pk")
    return [{"name": one.name, "sha256": one.sha256} for one in rows]


def _consulted(engagement: Engagement) -> list[dict[str, str]]:
    rows = Consultation.objects.filter(engagement=engagement).order_by("pk")
    return [{"body": one.body, "view": one.view} for one in rows]
