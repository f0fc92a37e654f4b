"""What the harness is told, and what it tells: the private channel between both.

The harness runs in the hostile program's own process. What it says is believed only with its
message authentication code (HMAC-SHA256, RFC 2104) under a key that is new in every run and that
the harness read before anything hostile was loaded. Whatever else arrives on the channel was
written by the program, which is a reason not to believe the run.

A message from the harness is the 32-byte code, then a JSON object with `kind`:

    used      the target's own code was executed
    effect    `effect`, `detail`, `frames`: the effect came
    sample    `frames`: where the program was at that moment (JavaScript; Python writes its own)
    compiled  `file`: the proof compiled code under a name that is no file of its own
    tamper    `what`, `frames`: the proof reached for the watcher

A frame is `[owner, file, line, function]`; stacks begin with the innermost.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tidegate.engines.reproduction.frames import Frame, Owner
from tidegate.engines.reproduction.packages import Installation
from tidegate.engines.reproduction.texts import storable

_CODE_BYTES = 32
_MOST_FRAMES = 200
_LONGEST_TEXT = 1000
_SECTION = re.compile(r"^(?:Current thread|Thread|Stack) .*\(most recent call first\):$")
_SAMPLED = re.compile(r'^  File "(?P<file>.*)", line (?P<line>\d+|\?\?\?) in (?P<function>.*)$')


@dataclass(frozen=True, slots=True)
class Instructions:
    """What the harness must know about a run."""

    effect: str
    entry: str | None
    """Path of the program inside the sandbox; None to import the target and no more."""
    modules: tuple[str, ...]
    search_path: tuple[str, ...]
    target_roots: tuple[str, ...]
    dependency_roots: tuple[str, ...]
    nonce: str
    canary: str
    secret: str
    drop: str
    port: int
    sample: bool

    def encode(self, key: bytes) -> bytes:
        """Return the first message on the channel: the key, then the instructions as JSON."""
        return key + json.dumps(asdict(self)).encode("ascii")


@dataclass(frozen=True, slots=True)
class Seen:
    """One effect that the harness saw."""

    effect: str
    detail: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What the harness said about one run."""

    effects: tuple[Seen, ...] = ()
    samples: tuple[tuple[Frame, ...], ...] = ()
    target_used: bool = False
    tampers: tuple[str, ...] = ()
    """What the proof did to its watcher, in half a sentence each."""
    compiled: frozenset[str] = frozenset()
    """Names under which the proof compiled code, that its own files do not have."""


def observe(messages: Sequence[bytes], key: bytes) -> Observation:
    """Read what arrived on the channel; nothing in it can make this raise."""
    effects: list[Seen] = []
    samples: list[tuple[Frame, ...]] = []
    tampers: list[str] = []
    compiled: set[str] = set()
    used = False
    for message in messages:
        said = _authentic(message, key)
        if said is None:
            tampers.append("something else than the watcher wrote on the watcher's channel")
            continue
        kind, frames = said.get("kind"), _frames(said.get("frames"))
        if kind == "effect":
            effects.append(Seen(_text(said.get("effect")), _text(said.get("detail")), frames))
        elif kind == "sample":
            samples.append(frames)
        elif kind == "tamper":
            tampers.append(_text(said.get("what")))
        elif kind == "compiled":
            compiled.add(_text(said.get("file")))
        used = used or kind == "used" or any(frame.owner is Owner.TARGET for frame in frames)
    return Observation(
        effects=tuple(effects),
        samples=tuple(_disowned(frames, compiled) for frames in samples),
        target_used=used,
        tampers=tuple(tampers),
        compiled=frozenset(compiled),
    )


def _disowned(frames: tuple[Frame, ...], compiled: set[str]) -> tuple[Frame, ...]:
    """Give the proof what only goes by another's name; a profile has files as addresses."""
    return tuple(
        replace(frame, owner=Owner.PROOF)
        if frame.file.removeprefix("file://") in compiled
        else frame
        for frame in frames
    )


def parse_samples(
    seen: Observation, samples: bytes, sent: int, installation: Installation
) -> Observation:
    """Add the stacks that Python's fault handler wrote, one for each signal that was sent.

    They come on a pipe that the program could write to as well, so more of them than signals were
    sent means that somebody else wrote some.
    """
    stacks: list[list[Frame]] = []
    for line in samples.decode("utf-8", "replace").splitlines():
        if _SECTION.match(line):
            stacks.append([])
        elif stacks and (found := _SAMPLED.match(line)):
            stacks[-1].append(_sampled(found, seen.compiled, installation))
    tampers = seen.tampers
    if len(stacks) > sent:
        tampers = (*tampers, "something else than the watcher wrote samples of the stack")
    used = any(frame.owner is Owner.TARGET for stack in stacks for frame in stack)
    return replace(
        seen,
        samples=tuple(tuple(stack) for stack in stacks),
        tampers=tampers,
        target_used=seen.target_used or used,
    )


def _authentic(message: bytes, key: bytes) -> Mapping[str, Any] | None:
    """Return what a message says, or None unless the harness wrote it."""
    code, body = message[:_CODE_BYTES], message[_CODE_BYTES:]
    if not hmac.compare_digest(code, hmac.digest(key, body, "sha256")):
        return None
    try:
        said = json.loads(body)
        _frames(said.get("frames"))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None  # only somebody who stole the key could have written it
    return said  # type: ignore[no-any-return]


def _frames(rows: Any) -> tuple[Frame, ...]:
    return tuple(
        Frame(Owner(owner), _text(file), int(line or 0), _text(function))
        for owner, file, line, function in (rows or ())[:_MOST_FRAMES]
    )


def _text(value: Any) -> str:
    return storable(str(value or "")[:_LONGEST_TEXT])


def _sampled(found: re.Match[str], compiled: frozenset[str], installation: Installation) -> Frame:
    line = found["line"]
    return Frame(
        owner=_owner(found["file"], compiled, installation),
        file=_text(found["file"]),
        line=int(line) if line.isdigit() else 0,
        function=_text(found["function"]),
    )


def _owner(file: str, compiled: frozenset[str], installation: Installation) -> Owner:
    """Say whose a file is; the harness told under which false names the proof compiled code."""
    if file in compiled or file.startswith(("/work/", "/tmp/", "/home/")):  # noqa: S108
        return Owner.PROOF
    for roots, owner in (
        (installation.dependency_roots, Owner.DEPENDENCY),
        (installation.target_roots, Owner.TARGET),
    ):
        if file.startswith(tuple(f"{root}/" for root in roots)):
            return owner
    # What else has no file was compiled by whoever stands below it; the rest is the interpreter's.
    return Owner.RUNTIME
