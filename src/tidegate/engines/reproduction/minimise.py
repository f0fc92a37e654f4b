"""Cut a proof down while what it shows stays the same.

The predicate decides what 'the same' means: it runs the proof and compares the signature (effect,
type, the target's top frames), never the mere exit, since a smaller program that fails in another
way is not a smaller proof. Whole files go first, then lines, then, if asked for, tokens, each by
delta debugging (ddmin: Zeller and Hildebrandt, 'Simplifying and Isolating Failure-Inducing Input',
IEEE TSE 28(2), 2002).

Every proof that is returned was itself accepted by the predicate. Nothing here is random, and no
candidate is run twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Literal, TypeVar

Files = Mapping[str, bytes]
"""A proof's files by name."""

RUNS = 500
"""Default bound on runs; 34 sufficed for the project's measured 46-line proof."""

Part = TypeVar("Part")

_TOKEN = re.compile(rb"[A-Za-z0-9_\x80-\xff]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Minimised:
    """A proof cut down."""

    files: Files
    runs: int
    """How often the predicate was asked."""
    complete: bool
    """Whether it is minimal: no single file, line (or token) can go. Else the bound was hit."""


class MinimiseError(Exception):
    """The proof does not show its effect to begin with, so there is nothing to keep."""


def minimise(
    files: Files,
    keeps: Callable[[Files], bool],
    *,
    protected: Collection[str] = (),
    budget: int = RUNS,
    finest: Literal["line", "token"] = "line",
) -> Minimised:
    """Return the smallest proof found within `budget` runs of `keeps`.

    `protected` names files that must stay, such as the entry; their lines may go. Binary files
    (with a NUL byte, or not UTF-8) are kept or dropped whole. The first run asks whether the proof
    as given is accepted, and `MinimiseError` is raised if it is not; with a budget of 0 nothing is
    run and the proof comes back as it was. What `keeps` raises passes through.
    """
    if budget <= 0:
        return Minimised(dict(files), 0, complete=False)
    asked = _Asked(keeps, budget, dict(files))
    if not asked.keeps(files):
        raise MinimiseError(
            "the proof as given does not show its effect; reproduce it before it is minimised"
        )
    try:
        before: Files | None = None
        # A line that went may make another file or line needless, so this repeats until nothing
        # moves: only then is the result minimal.
        while before != asked.best:
            before = asked.best
            _drop_files(asked, protected)
            for name in sorted(asked.best):
                _cut(asked, name, _lines)
                if finest == "token":
                    _cut(asked, name, _tokens)
    except _BudgetError:
        return Minimised(asked.best, asked.runs, complete=False)
    return Minimised(asked.best, asked.runs, complete=True)


class _BudgetError(Exception):
    """The bound on runs is reached."""


class _Asked:
    """The predicate with a memory and a bound; remembers the best proof that it accepted."""

    def __init__(self, predicate: Callable[[Files], bool], budget: int, files: Files) -> None:
        self.predicate = predicate
        self.budget = budget
        self.runs = 0
        self.best = files
        self.answers: dict[frozenset[tuple[str, bytes]], bool] = {}

    def keeps(self, files: Files) -> bool:
        key = frozenset((name, sha256(content).digest()) for name, content in files.items())
        if key not in self.answers:
            if self.runs >= self.budget:
                raise _BudgetError
            self.runs += 1
            self.answers[key] = self.predicate(files)
        if self.answers[key]:
            self.best = dict(files)
        return self.answers[key]


def _drop_files(asked: _Asked, protected: Collection[str]) -> None:
    files = asked.best
    kept = {name: content for name, content in files.items() if name in protected}
    loose = sorted(name for name in files if name not in protected)

    def keeps(names: Sequence[str]) -> bool:
        chosen = {**kept, **{name: files[name] for name in names}}
        return bool(chosen) and asked.keeps(chosen)

    ddmin(loose, keeps)


def _cut(asked: _Asked, name: str, split: Callable[[bytes], list[bytes]]) -> None:
    files = asked.best
    if _binary(files[name]):
        return
    ddmin(split(files[name]), lambda parts: asked.keeps({**files, name: b"".join(parts)}))


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _tokens(content: bytes) -> list[bytes]:
    return _TOKEN.findall(content)


def _binary(content: bytes) -> bool:
    if b"\0" in content:
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def ddmin(parts: Sequence[Part], keeps: Callable[[Sequence[Part]], bool]) -> list[Part]:
    """Return a part of `parts` that `keeps` accepts and that no single element can leave.

    `parts` itself must have been accepted. In the paper's words: test the subsets, then their
    complements, then refine the granularity, until each subset is a single element.
    """
    rest = list(parts)
    if rest and keeps([]):
        return []
    pieces = 2
    while len(rest) >= 2:
        bounds = [len(rest) * i // pieces for i in range(pieces + 1)]
        chunks = [rest[a:b] for a, b in pairwise(bounds)]
        subset = next((chunk for chunk in chunks if keeps(chunk)), None)
        if subset is not None:
            rest, pieces = subset, 2
            continue
        # With two pieces, each complement is the other subset.
        others = range(len(chunks)) if pieces > 2 else ()
        smaller = next(
            (
                complement
                for i in others
                if keeps(complement := [p for j, c in enumerate(chunks) if j != i for p in c])
            ),
            None,
        )
        if smaller is not None:
            rest, pieces = smaller, max(pieces - 1, 2)
        elif pieces >= len(rest):
            break
        else:
            pieces = min(len(rest), pieces * 2)
    return rest
