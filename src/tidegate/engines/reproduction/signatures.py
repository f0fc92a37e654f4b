"""What of a run's behaviour tells one bug from another, whoever proves it and with which program.

A signature holds the package, the effect, and two functions of the package's own code on the stack
at the effect: the one that did it, and the one that called that. Line numbers, install folders,
recursion, the runtime's and other packages' frames are no part of it, nor is the way by which the
proof came in: the next finder takes another. Of both it holds the text of the line that was
executing, as far as it takes to tell that place from every other one in its file: names recur
(methods of two classes), and many functions have none.

Two signatures match if their keys are equal. An empty signature has no key and matches nothing, not
even itself. It is empty, rather than coarse, where

- the target's code was not seen on the stack, or the effect leaves none (`assertion`);
- a place cannot be told from others in its file, such as in minified code;
- what was executing was a text that had been compiled: its maker is no longer on the stack;
- the runs of one program disagree.

Equal keys are no proof of one bug: an interpreter of documents or of expressions does everything in
the same few functions, and an incomplete fix leaves the place where it was. What tells those apart
is a release that stops one proof and not the other (`crossing`).

Pure. What two shared frames are worth, measured: docs/decisions/0006.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import takewhile
from typing import Any, Protocol

import rfc8785

from tidegate.engines.reproduction.frames import Frame, Owner
from tidegate.engines.reproduction.verdicts import RUNS

MEMORY_SAFETY = "memory-safety"
"""The effect whose frames are addresses in native code."""

_EXACT = 2
"""Of how many functions the very place counts."""
_MOST_TOLD = 8
_ANONYMOUS = re.compile(r"<.*>|anonymous|", re.DOTALL)
_INLINED = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
"""Frames that CPython has only before 3.12 (PEP 709)."""
_EVAL_ORIGIN = "eval at "
_DIRECT_EVAL = "eval"
"""What V8 calls the text of a direct `eval` while it is executed: its maker is the next frame."""
_EXPRESSION = re.compile(r"RegExp: (?P<it>.*)", re.DOTALL)
"""How V8's profiler names the code of a regular expression."""
_UNSEEN = "no code of the target was seen on the stack"


class TargetCode(Protocol):
    """The target's own files, as they were in the sandbox."""

    @property
    def build(self) -> str:
        """Digest of what was installed and of the interpreter: addresses mean something in it."""

    def path(self, file: str) -> str | None:
        """Return where a file of the sandbox lies within the package; None if it is not in it."""

    def place(self, file: str, line: int) -> str | None:
        """Return a text that only this line's place in the file has; None if there is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A function of the package's own code, and where in it the execution was."""

    path: str
    """Of its file, within the package."""
    function: str
    """The last part of its name; empty if it has none."""
    text: str = ""
    """Digest of the line that was executing; empty where the name says enough."""


@dataclass(frozen=True, slots=True)
class BehaviourSignature:
    """What identifies the bug in what was seen; empty if nothing does."""

    package: str = ""
    """Its package URL without a version, such as `pkg:npm/minimist`."""
    effect: str = ""
    detail: str = ""
    """What else tells bugs apart: the signal of a crash, the regular expression that was slow."""
    places: tuple[Place, ...] = ()
    """The function at the effect, and its caller."""
    problem: str = ""
    """Why it is empty."""
    frames: tuple[str, ...] = field(default=(), compare=False)
    """The target's functions on the stack, innermost first, such as `lib/set.js:assign`: for people
    and for suspicions. No part of the key, and there also where the signature is empty."""

    @property
    def empty(self) -> bool:
        """Whether it matches nothing."""
        return bool(self.problem) or not self.places

    def key(self) -> str | None:
        """Return the SHA-256, in hex, by which equal signatures are found; None if it is empty."""
        if self.empty:
            return None
        form = {name: value for name, value in self.to_data().items() if name != "frames"}
        return hashlib.sha256(rfc8785.dumps(form)).hexdigest()

    def matches(self, other: BehaviourSignature) -> bool:
        """Whether both say the same, and say anything at all."""
        key = self.key()
        return key is not None and key == other.key()

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        places = [asdict(place) for place in self.places]
        return {**asdict(self), "places": places, "frames": list(self.frames)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> BehaviourSignature:
        """Read what `to_data` made."""
        places = tuple(Place(**place) for place in data["places"])
        return cls(**{**data, "places": places, "frames": tuple(data["frames"])})


def agreed(runs: Sequence[BehaviourSignature]) -> BehaviourSignature:
    """Return the one signature that all of a program's runs have; an empty one if they differ."""
    if len(runs) < RUNS:
        problem = f"the effect came in {len(runs)} runs, not in {RUNS}"
        return replace(runs[0], problem=problem) if runs else BehaviourSignature(problem=problem)
    if any(run != runs[0] for run in runs):
        return replace(runs[0], problem="the runs of one program disagree")
    return runs[0]


def behaviour(
    package: str, effect: str, detail: str, frames: Sequence[Frame], code: TargetCode
) -> BehaviourSignature:
    """Return the signature of one run; `frames` are those at the effect, innermost first."""
    # Beyond the proof's own frames lies what the proof called for reasons of its own.
    near = list(takewhile(lambda frame: frame.owner is not Owner.PROOF, frames))
    own = [f for f in near if f.owner is Owner.TARGET and f.function not in _INLINED]
    pattern = next((found["it"] for f in near if (found := _EXPRESSION.match(f.function))), "")
    try:
        places = _native(own, code) if effect == MEMORY_SAFETY else _places(own, code)
    except _UnknownPlaceError as error:
        return BehaviourSignature(package, effect, problem=str(error), frames=_told(own, code))
    return BehaviourSignature(package, effect, detail or pattern, places, frames=_told(own, code))


def _told(own: Sequence[Frame], code: TargetCode) -> tuple[str, ...]:
    named = ((code.path(frame.file), _name(frame)) for frame in own)
    told = (f"{path}:{name}" for path, name in named if path is not None and name)
    return tuple(dict.fromkeys(told))[:_MOST_TOLD]


class _UnknownPlaceError(Exception):
    """What has to be in the signature cannot be told from other places."""


def _native(own: Sequence[Frame], code: TargetCode) -> tuple[Place, ...]:
    """Return the addresses in the target's libraries; they are those of one build only."""
    if not own:
        raise _UnknownPlaceError(_UNSEEN)
    return tuple(Place(_path(frame, code), frame.function, code.build) for frame in own[:_EXACT])


def _places(own: Sequence[Frame], code: TargetCode) -> tuple[Place, ...]:
    distinct: dict[tuple[str, str], Frame] = {}
    for frame in _without_direct_eval(own, code):
        # Of functions without a name only their lines tell which is which.
        distinct.setdefault((frame.file, _name(frame) or str(frame.line)), frame)
    if not distinct:
        raise _UnknownPlaceError(_UNSEEN)
    inner = list(distinct.values())[:_EXACT]
    return tuple(Place(_path(f, code), _name(f), _text(f, code)) for f in inner)


def _without_direct_eval(own: Sequence[Frame], code: TargetCode) -> Sequence[Frame]:
    """Leave out a text that the next frame's own line is evaluating at this moment."""
    texts = list(takewhile(lambda frame: code.path(frame.file) is None, own))
    if not texts:
        return own
    if not texts[-1].file.startswith(_EVAL_ORIGIN) or texts[-1].function != _DIRECT_EVAL:
        raise _UnknownPlaceError("a compiled text was executing; its maker is not on the stack")
    return own[len(texts) :]


def _path(frame: Frame, code: TargetCode) -> str:
    path = code.path(frame.file)
    if path is None:
        raise _UnknownPlaceError("a compiled text was on the stack; its maker is not")
    return path


def _text(frame: Frame, code: TargetCode) -> str:
    text = code.place(frame.file, frame.line)
    if text is None:
        raise _UnknownPlaceError(f"a place in {_path(frame, code)} cannot be told from others")
    return hashlib.sha256(text.encode()).hexdigest()


def _name(frame: Frame) -> str:
    """Return the last part of a name: how V8 names what is assigned differs between versions."""
    return "" if _ANONYMOUS.fullmatch(frame.function) else frame.function.rpartition(".")[2]
