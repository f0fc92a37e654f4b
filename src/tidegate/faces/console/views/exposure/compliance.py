"""What directives ask of an organisation: what is due, done, late, excepted; and what is recorded.

A page of one organisation is its report as well: printed, it holds no form and no navigation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.exposure.queries.compliance import Compliance, TableRow, compliance
from tidegate.desks.exposure.queries.directives import all_directives
from tidegate.desks.exposure.queries.exceptions import ExceptionRow, list_exceptions
from tidegate.desks.exposure.queries.permitted import examined_by, permitted_for
from tidegate.desks.exposure.queries.recorded import recorded_of
from tidegate.desks.exposure.services import exceptions, fulfilling
from tidegate.engines.directives import Row, State
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    Work,
    done_at,
    needed_instant_of,
    text_of,
)
from tidegate.faces.console.views.exposure.answering import above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "compliance"
_MOST: Final = 20
"""Organisations whose numbers are shown in the list of them."""
_NEXT: Final = 3
"""Duties of each that are shown there: of the late ones, and of those ahead."""
_DONE: Final = (State.DONE, State.DONE_LATE)


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of a report, and by which words its forms name the duty."""

    row: Row
    directive: str
    """Its identifier."""
    requirement: str
    occurrence: str
    ident: str
    """Of its forms, within the page."""
    exception: ExceptionRow | None
    """The one that holds."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.row.state in (State.LATE, State.DUE, State.EXCEPTED)

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return self.row.state in _DONE


@dataclass(frozen=True, slots=True)
class Part:
    """What one directive asks for."""

    citation: str
    directive: str
    duties: tuple[Duty, ...]
    tables: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """An organisation in the list of them."""

    found: Compliance
    tally: dict[str, int]
    late_exposures: int
    due_exposures: int
    coming: tuple[Row, ...]


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show where the organisations of whoever asks stand."""
    actor, now = actor_of(request), timezone.now()
    organisations = examined_by(actor, at=now)
    return page(
        request,
        "exposure/compliance_list",
        SECTION,
        **above(request, now, "compliance"),
        summaries=[_summary(actor, one.key, now) for one in organisations[:_MOST]],
        others=organisations[_MOST:],
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show where an organisation stands."""
    return report(request, key)


def report(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an organisation's compliance.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    found = compliance(actor, key, at=now)
    excepted = list_exceptions(actor, organisation=found.organisation.key, at=now)
    of_duties = [one for one in excepted if one.directive]
    own_now = now.astimezone(ZoneInfo(found.zone))
    return page(
        request,
        "exposure/compliance",
        SECTION,
        **above(request, now, "compliance", refusal),
        found=found,
        one=found.organisation,
        own_now=f"{own_now:%-d %b %Y, %H:%M}",
        own_today=own_now.date(),
        parts=_parts(found, of_duties),
        tally=tally_of(found),
        recorded=recorded_of(actor, key, at=now),
        exceptions=of_duties,
        cited={one.id: one.citation for one in all_directives()},
        excepted_exposures=sum(one.holds for one in excepted if not one.directive),
        permitted=permitted_for(actor, key, at=now),
    )


def tally_of(found: Compliance) -> dict[str, int]:
    """Return how many duties stand where; what a table's clock is for is counted with exposures."""
    counts = Counter(row.state for row in found.rows)
    return {
        "late": counts[State.LATE],
        "due": counts[State.DUE],
        "excepted": counts[State.EXCEPTED],
        "done": counts[State.DONE] + counts[State.DONE_LATE],
    }


@require_POST
@asking
def fulfil(request: HttpRequest, key: str) -> HttpResponse:
    """Record that something was done."""
    directive, requirement, occurrence = _duty_of(request)

    def work(actor: Actor, at: datetime) -> None:
        fulfilling.fulfil(
            actor,
            key,
            directive,
            requirement,
            occurrence=occurrence,
            done_at=needed_instant_of(request, "done_at", "the instant at which it was done"),
            words=text_of(request, "words"),
            at=at,
        )

    return _done(request, key, f"done-{text_of(request, 'duty')}", work, "fulfilled")


@require_POST
@asking
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take back that something was done."""
    directive, requirement, occurrence = _duty_of(request)
    return _done(
        request,
        key,
        "back",
        lambda actor, at: fulfilling.take_back_fulfilment(
            actor, key, directive, requirement, occurrence=occurrence, at=at
        ),
        "duty-back",
    )


@require_POST
@asking
def say_happened(request: HttpRequest, key: str) -> HttpResponse:
    """Record that something has happened from which clocks count."""

    def work(actor: Actor, at: datetime) -> None:
        directive, sign, event = text_of(request, "event").partition("/")
        if not sign:
            raise UnreadableError("what has happened is missing; choose one of those offered")
        fulfilling.say_happened(
            actor,
            key,
            directive,
            event,
            text_of(request, "name"),
            needed_instant_of(request, "happened_at", "the instant at which it happened"),
            at=at,
        )

    return _done(request, key, "happened", work, "happened")


@require_POST
@asking
def take_event_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take back that something has happened."""
    directive, _, event = text_of(request, "event").partition("/")
    return _done(
        request,
        key,
        "event-back",
        lambda actor, at: fulfilling.take_back_happened(
            actor, key, directive, event, text_of(request, "name"), at=at
        ),
        "event-back",
    )


@require_POST
@asking
def make_exception(request: HttpRequest, key: str) -> HttpResponse:
    """Except a requirement for a while."""
    directive, requirement, _ = _duty_of(request)
    return _done(
        request,
        key,
        f"except-{text_of(request, 'duty')}",
        lambda actor, at: exceptions.except_requirement(
            actor,
            key,
            directive,
            requirement,
            text_of(request, "reason"),
            text_of(request, "approver"),
            needed_instant_of(request, "until", "the end of the exception"),
            at=at,
        ),
        "excepted",
    )


@require_POST
@asking
def end_exception(request: HttpRequest, key: str, exception: str) -> HttpResponse:
    """End an exception before its end."""
    permitted_for(actor_of(request), key, at=timezone.now())
    return _done(
        request,
        key,
        "end",
        lambda actor, at: exceptions.end_exception(actor, exception, at=at),
        "exception-ended",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_at(f"/compliance/{key}", report, request, key, form, work, word)


def _duty_of(request: HttpRequest) -> tuple[str, str, str]:
    """Return directive, requirement and occurrence of the duty that a form names."""
    parts = [*text_of(request, "duty").split("/", 2), "", "", ""]
    return parts[0], parts[1], parts[2]


def _summary(actor: Actor, key: str, now: datetime) -> Summary:
    found = compliance(actor, key, at=now)
    late = [row for row in found.rows if row.state is State.LATE]
    ahead = [row for row in found.rows if row.state is State.DUE and row.due_on]
    return Summary(
        found=found,
        tally=tally_of(found),
        late_exposures=sum(one.late for one in found.tables if not _is_triage(one)),
        due_exposures=sum(one.due for one in found.tables if not _is_triage(one)),
        coming=(*late[:_NEXT], *sorted(ahead, key=lambda one: one.due_on)[:_NEXT]),
    )


def _is_triage(row: TableRow) -> bool:
    return bool(getattr(row.requirement.clock, "triage_only", False))


def _parts(found: Compliance, excepted: Sequence[ExceptionRow]) -> list[Part]:
    """Return what is asked, by directive: what is late first, then in the order of their names."""
    holding = {(one.directive, one.requirement): one for one in excepted if one.holds}
    duties = [_duty(row, number, holding) for number, row in enumerate(found.rows)]
    citations = {one.directive: one.row.directive for one in duties}
    citations |= {one.directive.id: one.directive.citation for one in found.tables if one.force}
    parts = [
        Part(
            citation,
            name,
            tuple(one for one in duties if one.directive == name),
            tuple(one for one in found.tables if one.directive.id == name and one.force),
        )
        for name, citation in citations.items()
    ]
    return sorted(parts, key=lambda one: (not _is_late(one), one.citation))


def _is_late(part: Part) -> bool:
    late = any(one.row.state is State.LATE for one in part.duties)
    return late or any(one.late for one in part.tables)


def _duty(row: Row, number: int, holding: dict[tuple[str, str], ExceptionRow]) -> Duty:
    directive, requirement, occurrence = [*row.key.split("/", 2), ""][:3]
    exception = holding.get((directive, requirement))
    return Duty(row, directive, requirement, occurrence, f"duty-{number}", exception)
