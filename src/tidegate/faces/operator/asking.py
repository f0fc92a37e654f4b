"""Which place answers? The first of the configured ones that can be followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tidegate.engines.updates.following.following import Place
from tidegate.engines.updates.following.refusals import Cause, FollowError
from tidegate.faces.operator.printing import complain

_Answer = TypeVar("_Answer")


def first_answer(
    places: Sequence[Place], ask: Callable[[Place], _Answer]
) -> tuple[_Answer, tuple[FollowError, ...]]:
    """Ask one place after the other; return what came, and why others were passed by.

    Raises `FollowError` where none can be followed.
    """
    passed: list[FollowError] = []
    for place in places:
        try:
            found = ask(place)
        except FollowError as error:
            if error.cause is Cause.CLOCK:
                raise
            passed.append(error)
        else:
            return found, tuple(passed)
    for other in passed[:-1]:
        complain(f"{other.place}: {other.what}.")
    # What looks like an attack is told before what is merely out of order.
    raise next((one for one in passed if one.cause is not Cause.UNREACHABLE), passed[-1])
