"""The course of an engagement as a table, from draft to closed, and out of all of it: withdrawn.

A release is a fact that leads on from wherever the engagement is; no event approves or refuses one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tidegate.desks.cases.states.steps import Moved, Refused, step


class State(StrEnum):
    """How far an engagement has come."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    TERMS_AGREED = "terms-agreed"
    WINDOW_OPEN = "window-open"
    UNDER_EVALUATION = "under-evaluation"
    DETERMINED = "determined"
    WITH_PARTNERS = "with-partners"
    RELEASED = "released"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What leads on."""

    PROPOSE = "propose"
    """The developer shows it to those whom it asks."""
    AGREE = "agree"
    """Both sides have signed terms."""
    OPEN_WINDOW = "open-window"
    """The developer lets access begin."""
    BEGIN_EVALUATION = "begin-evaluation"
    """The model was called for the first time, or a reviewer says that it is looked at."""
    DETERMINE = "determine"
    """An official has decided whether it is covered."""
    SHARE = "share"
    """A trusted partner has early access."""
    RELEASE = "release"
    """The developer has released the model; recorded, never asked for."""
    CLOSE = "close"
    WITHDRAW = "withdraw"
    """By the developer alone, without a reason."""


_COURSE: Final = (
    State.DRAFT,
    State.PROPOSED,
    State.TERMS_AGREED,
    State.WINDOW_OPEN,
    State.UNDER_EVALUATION,
    State.DETERMINED,
    State.WITH_PARTNERS,
    State.RELEASED,
    State.CLOSED,
)

LEADS_ON: Final[Mapping[Event, tuple[State, State, State]]] = {
    Event.PROPOSE: (State.DRAFT, State.DRAFT, State.PROPOSED),
    Event.AGREE: (State.PROPOSED, State.PROPOSED, State.TERMS_AGREED),
    Event.OPEN_WINDOW: (State.TERMS_AGREED, State.TERMS_AGREED, State.WINDOW_OPEN),
    Event.BEGIN_EVALUATION: (State.PROPOSED, State.WINDOW_OPEN, State.UNDER_EVALUATION),
    Event.DETERMINE: (State.PROPOSED, State.WITH_PARTNERS, State.DETERMINED),
    Event.SHARE: (State.TERMS_AGREED, State.DETERMINED, State.WITH_PARTNERS),
}
"""The first and the last state from which an event leads on, and to which.

Between the two, it leads on from each state of the course. Where the engagement has come further
than an event would lead, the event changes nothing.
"""


def _table() -> dict[tuple[State, Event], State]:
    table: dict[tuple[State, Event], State] = {}
    for event, (first, last, after) in LEADS_ON.items():
        for state in _COURSE[_COURSE.index(first) : _COURSE.index(last) + 1]:
            table[state, event] = max(state, after, key=_COURSE.index)
    for state in State:
        # Wherever it is: what was withdrawn or closed stays so, and the release is on record.
        ended = state in (State.CLOSED, State.WITHDRAWN)
        table[state, Event.RELEASE] = state if ended else State.RELEASED
        if state is not State.WITHDRAWN:
            table[state, Event.WITHDRAW] = State.WITHDRAWN
        if not ended and state is not State.DRAFT:
            table[state, Event.CLOSE] = State.CLOSED
    # What was agreed on, opened, found or decided after a release is on record, too.
    for event in (
        Event.AGREE,
        Event.OPEN_WINDOW,
        Event.BEGIN_EVALUATION,
        Event.DETERMINE,
        Event.SHARE,
    ):
        table[State.RELEASED, event] = State.RELEASED
    # Terms are changed, and access goes on, while the rest of the course goes on.
    for state in _COURSE[_COURSE.index(State.TERMS_AGREED) : _COURSE.index(State.RELEASED)]:
        table.setdefault((state, Event.AGREE), state)
    for state in (State.UNDER_EVALUATION, State.DETERMINED, State.WITH_PARTNERS):
        table.setdefault((state, Event.BEGIN_EVALUATION), state)
        table.setdefault((state, Event.OPEN_WINDOW), state)
    table.setdefault((State.WITH_PARTNERS, Event.SHARE), State.WITH_PARTNERS)
    return table


ENGAGEMENTS: Final[Mapping[tuple[State, Event], State]] = _table()
"""From where an event leads to where; what is not in it is refused."""

ENDED: Final = frozenset({State.CLOSED, State.WITHDRAWN})
"""States in which nobody has access."""


def take(state: State, event: Event) -> Moved[State] | Refused:
    """Take a step of the course, or say why it cannot be taken. Never raises."""
    return step(ENGAGEMENTS, state, event, of="the engagement")
