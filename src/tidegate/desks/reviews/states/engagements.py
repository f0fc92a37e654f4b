"""The course of an engagement as a table, from draft to closed, and out of all of it: withdrawn.

A release is a fact that leads on from wherever the engagement is; no event approves or refuses one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tidegate.desks.cases.states.steps import Moved, Refused, step


class State(StrEnum):
    """How far an engagement has come; in the order of its course, and `withdrawn` beside it."""

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
    """Both sides have signed terms, or a change of them."""
    OPEN_WINDOW = "open-window"
    """The developer lets access begin, or plans its beginning anew."""
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


_LEADS_TO: Final[Mapping[State, Mapping[Event, State]]] = {
    State.DRAFT: {
        Event.PROPOSE: State.PROPOSED,
        Event.RELEASE: State.RELEASED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    # From here on, also without terms: whether a model would be covered can be asked, and answered
    # from documents alone.
    State.PROPOSED: {
        Event.AGREE: State.TERMS_AGREED,
        Event.BEGIN_EVALUATION: State.UNDER_EVALUATION,
        Event.DETERMINE: State.DETERMINED,
        Event.RELEASE: State.RELEASED,
        Event.CLOSE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    # From here on, what has been reached stays so: terms are changed, a window is opened, calls
    # come and officials decide anew, while the course has gone on.
    State.TERMS_AGREED: {
        Event.AGREE: State.TERMS_AGREED,
        Event.OPEN_WINDOW: State.WINDOW_OPEN,
        Event.BEGIN_EVALUATION: State.UNDER_EVALUATION,
        Event.DETERMINE: State.DETERMINED,
        Event.SHARE: State.WITH_PARTNERS,
        Event.RELEASE: State.RELEASED,
        Event.CLOSE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.WINDOW_OPEN: {
        Event.AGREE: State.WINDOW_OPEN,
        Event.OPEN_WINDOW: State.WINDOW_OPEN,
        Event.BEGIN_EVALUATION: State.UNDER_EVALUATION,
        Event.DETERMINE: State.DETERMINED,
        Event.SHARE: State.WITH_PARTNERS,
        Event.RELEASE: State.RELEASED,
        Event.CLOSE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.UNDER_EVALUATION: {
        Event.AGREE: State.UNDER_EVALUATION,
        Event.OPEN_WINDOW: State.UNDER_EVALUATION,
        Event.BEGIN_EVALUATION: State.UNDER_EVALUATION,
        Event.DETERMINE: State.DETERMINED,
        Event.SHARE: State.WITH_PARTNERS,
        Event.RELEASE: State.RELEASED,
        Event.CLOSE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.DETERMINED: {
        Event.AGREE: State.DETERMINED,
        Event.OPEN_WINDOW: State.DETERMINED,
        Event.BEGIN_EVALUATION: State.DETERMINED,
        Event.DETERMINE: State.DETERMINED,
        Event.SHARE: State.WITH_PARTNERS,
        Event.RELEASE: State.RELEASED,
        Event.CLOSE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.WITH_PARTNERS: {
        Event.AGREE: State.WITH_PARTNERS,
        Event.OPEN_WINDOW: State.WITH_PARTNERS,
        Event.BEGIN_EVALUATION: State.WITH_PARTNERS,
        Event.DETERMINE: State.WITH_PARTNERS,
        Event.SHARE: State.WITH_PARTNERS,
        Event.RELEASE: State.RELEASED,
        Event.CLOSE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    # A release takes nothing away: whatever was possible before is possible after it.
    State.RELEASED: {
        Event.PROPOSE: State.RELEASED,
        Event.AGREE: State.RELEASED,
        Event.OPEN_WINDOW: State.RELEASED,
        Event.BEGIN_EVALUATION: State.RELEASED,
        Event.DETERMINE: State.RELEASED,
        Event.SHARE: State.RELEASED,
        Event.RELEASE: State.RELEASED,
        Event.CLOSE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    # What was closed or withdrawn stays so, and a release is put on record there, too.
    State.CLOSED: {
        Event.RELEASE: State.CLOSED,
        Event.WITHDRAW: State.WITHDRAWN,
    },
    State.WITHDRAWN: {
        Event.RELEASE: State.WITHDRAWN,
    },
}

ENGAGEMENTS: Final[Mapping[tuple[State, Event], State]] = {
    (before, event): after
    for before, events in _LEADS_TO.items()
    for event, after in events.items()
}
"""From where an event leads to where; what is not in it is refused."""

ENDED: Final = frozenset({State.CLOSED, State.WITHDRAWN})
"""States in which nobody has access."""


def take(state: State, event: Event) -> Moved[State] | Refused:
    """Take a step of the course, or say why it cannot be taken. Never raises."""
    return step(ENGAGEMENTS, state, event, of="the engagement")
