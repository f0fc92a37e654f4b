"""Reading what a step answered, where a test knows which of the two it has to be."""

from __future__ import annotations

from typing import TypeVar

from tidegate.desks.cases.states.steps import Moved, Refused

_T = TypeVar("_T")


def led_to(answer: Moved[_T] | Refused) -> _T:
    """Return where a step led that has to be taken."""
    assert isinstance(answer, Moved), answer.reason
    return answer.state


def why_not(answer: Moved[_T] | Refused) -> str:
    """Return why a step was refused that has to be."""
    assert isinstance(answer, Refused)
    return answer.reason
