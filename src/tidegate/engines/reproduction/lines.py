"""What a release line still wants to have run before the rest of it may be inferred.

Each step is a function of the answers that are there, so the plan can be asked again after every
probe, and what surprises changes it at once. The steps, and why they are in this order, are told in
`ranges.py`, which does the asking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Protocol

from tidegate.engines.reproduction.verdicts import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

BEYOND = (1, 3)
"""How far on either side of a boundary the versions lie that are run to confirm it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One released version, as the search sees it."""

    version: str
    line: str
    """Key of its release line: nothing is ever inferred from one line for another."""
    prerelease: bool = False
    yanked: bool = False

    @property
    def series(self) -> str:
        """The first two numbers of the version (`1.2`); it can only ever add probes."""
        numbers = re.match(r"v?((?:\d+!)?\d+(?:\.\d+)?)", self.version)
        return numbers.group(1) if numbers else self.version


class Answer(Protocol):
    """What a probe answers for one version; a `Probed` or anything with more to it."""

    @property
    def word(self) -> Word:
        """The verdict on the version."""

    @property
    def runtime(self) -> str:
        """The interpreter that it was run on, as a verdict names it."""

    @property
    def reason(self) -> str:
        """Why the word is what it is."""


@dataclass(frozen=True, slots=True)
class Probed:
    """The plainest `Answer`."""

    word: Word
    runtime: str = ""
    reason: str = ""


class Stage(IntEnum):
    """The steps of a line, in the order of what they tell."""

    NAMED = 0
    ENDS = 1
    MIDDLE = 2
    BISECT = 3
    CONFIRM = 4
    WHOLE = 5
    PRERELEASES = 6
    BESIDE = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One release line: positions in the list of candidates."""

    name: str
    releases: tuple[int, ...]
    prereleases: tuple[int, ...]


class Plan:
    """What is known so far, and what each line wants next; a function of the answers alone."""

    def __init__(
        self, candidates: Sequence[Candidate], known: Mapping[str, Answer], named: str | None
    ) -> None:
        """Raise `ValueError` if a version is listed twice."""
        versions = [candidate.version for candidate in candidates]
        if len(set(versions)) != len(versions):
            twice = next(v for v in versions if versions.count(v) > 1)
            raise ValueError(f"version {twice} is listed twice; list every release once")
        self.candidates = candidates
        self.answers: dict[int, Answer] = {
            index: known[candidate.version]
            for index, candidate in enumerate(candidates)
            if candidate.version in known
        }
        self.named = next((i for i, c in enumerate(candidates) if c.version == named), None)
        self.lines = [
            Line(
                name,
                tuple(i for i in group if not candidates[i].prerelease),
                tuple(i for i in group if candidates[i].prerelease),
            )
            for name, group in (
                (name, tuple(indices))
                for name, indices in groupby(
                    range(len(candidates)), key=lambda i: candidates[i].line
                )
            )
        ]

    def answered(self) -> dict[str, Answer]:
        """Return the answers by version."""
        return {self.candidates[index].version: a for index, a in self.answers.items()}

    def unrun(self) -> list[int]:
        """Return every version without an answer, in version order."""
        return [i for i in range(len(self.candidates)) if i not in self.answers]

    def wanted(self) -> list[int]:
        """Return what to run next, the most telling first; empty when all lines are settled."""
        if self.named is not None and self.named not in self.answers:
            return [self.named]
        wishes = [(self.wish(line), line) for line in self._telling()]
        stage = min((stage for (stage, wish), _ in wishes if wish), default=None)
        return [i for (at, wish), _ in wishes if at is stage for i in wish]

    def _telling(self) -> list[Line]:
        """Return the lines: the one of the named version, then the newest before the oldest."""
        newest_first = self.lines[::-1]
        return sorted(
            newest_first,
            key=lambda line: self.named not in (*line.releases, *line.prereleases),
        )

    def wish(self, line: Line) -> tuple[Stage, list[int]]:
        """Return the first step of a line that still lacks answers, and for which versions."""
        releases = line.releases
        steps: tuple[tuple[Stage, Callable[[], Iterable[int]]], ...] = (
            (Stage.ENDS, lambda: (*releases[-1:], *releases[:1])),
            (Stage.MIDDLE, lambda: releases[len(releases) // 2 :][:1]),
            (Stage.BISECT, lambda: self._halves(line)),
            (Stage.CONFIRM, lambda: (*self._beyond(line), *self._seams(line))),
            (Stage.WHOLE, lambda: releases if self.surprise(line) else ()),
            (Stage.PRERELEASES, lambda: line.prereleases),
            (Stage.BESIDE, lambda: self._beside(line)),
        )
        for stage, indices in steps:
            missing = [i for i in dict.fromkeys(indices()) if i not in self.answers]
            if missing:
                return stage, missing
        return Stage.BESIDE, []

    def _boundaries(self, line: Line) -> list[tuple[int, int]]:
        """Return the places in `line.releases` of run neighbours that differ, both definite."""
        run = [at for at, index in enumerate(line.releases) if index in self.answers]
        words = {at: self.answers[line.releases[at]].word for at in run}
        return [
            (a, b)
            for a, b in pairwise(run)
            if words[a].definite
            and words[b].definite
            and words[a].affected is not words[b].affected
        ]

    def _halves(self, line: Line) -> list[int]:
        return [line.releases[(a + b) // 2] for a, b in self._boundaries(line) if b - a > 1]

    def _beyond(self, line: Line) -> list[int]:
        return [
            line.releases[at]
            for a, b in self._boundaries(line)
            for distance in BEYOND
            for at in (b + distance, a - distance)
            if 0 <= at < len(line.releases)
        ]

    def _seams(self, line: Line) -> list[int]:
        """Return the versions at minor seams that might hide a ported fix or its absence.

        The last version of each series shows a fix that was ported back to it. The first one is
        needed only where it would be taken for safe. A whole series is wanted where it is safe and
        what follows it is affected: the flaw may have come and gone within it.
        """
        begun = [
            line.releases[a] for a, _ in self._boundaries(line) if self._safe(line.releases[a])
        ]
        if self._may_be_ported(line):
            begun.append(line.releases[-1])
        elif not any(i in self.answers and self.answers[i].word.affected for i in line.releases):
            return []
        seams = []
        for _, group in groupby(line.releases, key=lambda i: self.candidates[i].series):
            series = tuple(group)
            seams.append(series[-1])
            between = self.between(line, series[0])
            if between is not None and between[0].unaffected:
                seams.append(series[0])
            if any(index in series for index in begun):
                seams.extend(series)
        return seams

    def _safe(self, index: int) -> bool:
        return index in self.answers and self.answers[index].word.unaffected

    def _may_be_ported(self, line: Line) -> bool:
        """Whether a line ends safe while the next one begins affected.

        Then either the flaw came with the next line, or the fix was ported back to this one's end.
        """
        later = self.lines[self.lines.index(line) + 1 :]
        first = next((other.releases[0] for other in later if other.releases), None)
        last = line.releases[-1] if line.releases else None
        if first not in self.answers or last is None:
            return False
        return self.answers[first].word.affected and self._safe(last)

    def _beside(self, line: Line) -> list[int]:
        """Return the releases around a pre-release that contradicts what they are taken for."""
        doubtful = []
        for pre in line.prereleases:
            if pre not in self.answers or not self.answers[pre].word.definite:
                continue
            before = [i for i in line.releases if i < pre][-1:]
            after = [i for i in line.releases if i > pre][:1]
            for index in (*before, *after):
                between = self.between(line, index)
                if between and between[0].affected is not self.answers[pre].word.affected:
                    doubtful.append(index)
        return doubtful

    def surprise(self, line: Line) -> str | None:
        """Return why a line cannot be searched by halves, or nothing."""
        run = [i for i in line.releases if i in self.answers]
        for index in run:
            word = self.answers[index].word
            if word not in (Word.REPRODUCED, Word.NOT_REPRODUCED):
                return f"{self.candidates[index].version} is {word}"
        boundaries = self._boundaries(line)
        if len(boundaries) > 1:
            where = ", ".join(
                f"{self.candidates[line.releases[a]].version} and "
                f"{self.candidates[line.releases[b]].version}"
                for a, b in boundaries
            )
            return f"the verdict changes more than once (between {where})"
        return None

    def between(self, line: Line, index: int) -> tuple[Word, int, int] | None:
        """Return what the nearest run releases on both sides agree on, and which they are."""
        if index in self.answers:
            return None
        before = next((i for i in reversed(line.releases) if i < index and i in self.answers), None)
        after = next((i for i in line.releases if i > index and i in self.answers), None)
        if before is None or after is None:
            return None
        word = self.answers[before].word
        agreed = word is self.answers[after].word and word.definite
        return (word, before, after) if agreed else None
