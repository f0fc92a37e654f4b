"""Whose code was on the stack: the frames that a watcher saw, and what follows from them.

A stack is read from the effect outwards. Frames of the runtime and of other packages are passed
through; the first frame that belongs to the target or to the proof decides. So a target that is
merely somewhere below, because it calls a function that the proof handed to it, is not blamed for
what that function does, and a proof that goes through another package is not the target either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_SIGNATURE_FRAMES = 2


class Owner(StrEnum):
    """Whom a piece of code belongs to; code that was compiled at run time is its compiler's."""

    TARGET = "target"
    DEPENDENCY = "dependency"
    """Another package that was installed beside the target."""
    RUNTIME = "runtime"
    PROOF = "proof"
    """Also everything of which nobody knows where it came from."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One function that was executing."""

    owner: Owner
    file: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whether the target is to blame, and if not, why."""

    attributed: bool
    reason: str = ""


def attribute(frames: Sequence[Frame]) -> Attribution:
    """Say whether the target's own code caused what was seen; `frames` are innermost first."""
    through = False
    for frame in frames:
        if frame.owner is Owner.TARGET:
            return Attribution(attributed=True)
        if frame.owner is Owner.PROOF:
            how = "the proof did it through another package" if through else "the proof did it"
            return Attribution(attributed=False, reason=how)
        through = through or frame.owner is Owner.DEPENDENCY
    if not frames:
        return Attribution(attributed=False, reason="nothing was seen on the stack")
    return Attribution(attributed=False, reason="no code of the target was on the stack")


def signature(frames: Sequence[Frame]) -> tuple[str, ...]:
    """Return the target's top frames, without line numbers and with recursion collapsed.

    Empty if the target was not on the stack; an empty signature equals nothing, not even another.
    """
    names: list[str] = []
    for frame in frames:
        name = f"{frame.file.rpartition('/')[2]}:{frame.function}"
        if frame.owner is Owner.TARGET and name not in names:
            names.append(name)
    return tuple(names[:_SIGNATURE_FRAMES])
