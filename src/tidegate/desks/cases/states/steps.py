"""What a step in a state machine answers: where it led, or why it was refused.

A machine is a table from (state, event) to state. What is not in the table is refused, and that is
an ordinary answer, so it is a value and no exception.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

_S = TypeVar("_S", bound=Hashable)
_E = TypeVar("_E", bound=Hashable)
_T_co = TypeVar("_T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Moved(Generic[_T_co]):
    """The step was taken. True."""

    state: _T_co
    """Where it led."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Allowed:
    """A rule has nothing against the step. True."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """The step was not taken, and nothing changed. False."""

    reason: str
    """A sentence for whoever asked; it names the mend."""

    def __bool__(self) -> Literal[False]:
        return False


def step(
    table: Mapping[tuple[_S, _E], _S], state: _S, event: _E, *, of: str = "what"
) -> Moved[_S] | Refused:
    """Take one step by a table.

    `of` names what moves in the refusal, such as `a report`. Never raises.
    """
    after = table.get((state, event))
    if after is not None:
        return Moved(after)
    possible = [known for before, known in table if before == state]
    mend = f"here follows only {listed(possible)}" if possible else "nothing follows any more"
    return Refused(f"{event} cannot follow where {of} is {state}; {mend}")


def listed(words: Iterable[object]) -> str:
    """Write words as a choice: `accept, defer or close`."""
    *others, last = [str(word) for word in words]
    return f"{', '.join(others)} or {last}" if others else last
