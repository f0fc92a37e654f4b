"""What somebody may do in an engagement as it stands now, for buttons; services ask again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may, narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.models import (
    GOVERNMENT,
    Determination,
    Engagement,
    NamedPerson,
    Party,
    TwoPersonRequest,
)
from tidegate.desks.reviews.queries.engagement_windows import window_of
from tidegate.desks.reviews.queries.named import still_named
from tidegate.desks.reviews.queries.retention import settings_over
from tidegate.desks.reviews.states.engagements import ENDED, ENGAGEMENTS, Event, State

MAY: Final = frozenset(
    {
        # Whoever runs it for the developer.
        *("change", "ask", "end-part", "propose", "open-window", "move-end", "release", "close"),
        *("withdraw", "endpoints", "issue", "plug", "put-back", "propose-partner", "let-early"),
        # Whoever leads for a party.
        *("propose-terms", "sign", "name", "vet", "recipient", "certify"),
        # The government's named people, and a partner's.
        *("begin-evaluation", "evidence", "consult", "determine", "dissent"),
        *("ask-grant", "break-glass", "second", "acknowledge", "report", "recuse"),
    }
)
"""`recuse` is about themselves; those who lead for a party may say it of others (`name`)."""


def permitted(actor: Actor, engagement: Engagement, *, at: datetime) -> frozenset[str]:
    """Return words of `MAY`."""
    words = {
        *_of_developer(actor, engagement, at),
        *_of_parties(actor, engagement, at),
        *_of_government(actor, engagement, at),
        *_of_two_persons(actor, engagement, at),
        *_of_named(actor, engagement, at),
    }
    return frozenset(words & MAY)


def _goes_on(engagement: Engagement) -> bool:
    return State(engagement.state) not in ENDED


def _follows(engagement: Engagement, event: Event) -> bool:
    return (State(engagement.state), event) in ENGAGEMENTS


def _of_developer(actor: Actor, engagement: Engagement, at: datetime) -> Iterator[str]:
    if may(actor, Act.RELEASE, engagement, at=at):
        yield "release"
    if _follows(engagement, Event.WITHDRAW) and may(actor, Act.WITHDRAW, engagement, at=at):
        yield "withdraw"
    if not may(actor, Act.ADMINISTER, engagement, at=at):
        return
    if _follows(engagement, Event.CLOSE):
        yield "close"
    if not _goes_on(engagement):
        return
    yield from ("change", "ask", "end-part", "endpoints", "evidence", "let-early")
    yield "plug" if engagement.access_off_at is None else "put-back"
    if engagement.proposed_at is None:
        yield "propose"
    if engagement.agreed_at is None:
        return
    yield from ("issue", "propose-partner")
    window = window_of(engagement)
    if window is None or not window.has_begun(at):
        yield "open-window"
    if window is not None and at < window.ends_at:
        yield "move-end"


def _of_parties(actor: Actor, engagement: Engagement, at: datetime) -> Iterator[str]:
    parties = engagement.parties.all()
    if narrowed(actor, parties, Act.CERTIFY, at=at).exclude(part=Party.Part.DEVELOPER).exists():
        yield "certify"
    led = narrowed(actor, parties, Act.RESPOND, at=at)
    if not _goes_on(engagement) or not led.exists():
        return
    yield from ("propose-terms", "sign", "name", "vet", "recipient")
    others = led.exclude(part=Party.Part.DEVELOPER).exclude(invited_at=None)
    evaluators = NamedPerson.objects.filter(
        party__in=others, duty=NamedPerson.Duty.EVALUATOR, ended_at=None, recused_at=None
    )
    if evaluators.exists():
        yield "ask-grant"


def _of_government(actor: Actor, engagement: Engagement, at: datetime) -> Iterator[str]:
    if not _goes_on(engagement):
        return
    own = _named(actor, engagement).filter(party__part__in=GOVERNMENT)
    if own.exists() and may(actor, Act.WRITE, engagement, at=at):
        yield from ("evidence", "consult")
        if engagement.agreed_at is not None and own.filter(duty=NamedPerson.Duty.LEAD).exists():
            yield "propose-partner"
        before = State(engagement.state)
        if ENGAGEMENTS.get((before, Event.BEGIN_EVALUATION), before) is not before:
            yield "begin-evaluation"
        if own.filter(duty__in=(NamedPerson.Duty.EVALUATOR, NamedPerson.Duty.LEAD)).exists():
            settings = settings_over(
                engagement, own.select_related("party").order_by("pk")[0].party
            )
            if settings is not None and settings.break_glass:
                yield "break-glass"
        decided = Determination.objects.filter(engagement=engagement)
        if narrowed(actor, decided, Act.EXAMINE, at=at).exists():
            yield "dissent"
    if may(actor, Act.DETERMINE, engagement, at=at) and _follows(engagement, Event.DETERMINE):
        yield "determine"


def _of_two_persons(actor: Actor, engagement: Engagement, at: datetime) -> Iterator[str]:
    if not _goes_on(engagement):
        return
    asked = TwoPersonRequest.objects.filter(
        engagement=engagement, seconded_at=None, used_at=None, expires_at__gt=at
    )
    if narrowed(actor, asked, Act.RESPOND, at=at).exists():
        yield "second"


def _of_named(actor: Actor, engagement: Engagement, at: datetime) -> Iterator[str]:
    own = _named(actor, engagement)
    told = narrowed(actor, engagement.parties.all(), Act.SEE, at=at)
    own = own.filter(party__in=told)
    if not own.exists():
        return
    yield "recuse"
    others = own.exclude(party__part=Party.Part.DEVELOPER)
    if engagement.withdrawn_at is None and engagement.agreed_at is not None and others.exists():
        yield from ("report", "acknowledge")
    if _goes_on(engagement) and others.filter(duty=NamedPerson.Duty.EVALUATOR).exists():
        yield "ask-grant"


def _named(actor: Actor, engagement: Engagement) -> QuerySet[NamedPerson]:
    return still_named().filter(party__engagement=engagement, person=actor.person)
