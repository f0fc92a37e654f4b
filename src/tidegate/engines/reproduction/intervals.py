"""The affected range that follows from verdicts on single versions: OSV events and a VERS string.

Both say something of versions that lie between those that were judged, so each bound is written
only where the verdicts carry it:

- `fixed` only where the next release after an affected one was run, or may be inferred, and did not
  fire; where nothing is known of the next one, `last_affected`;
- `introduced: 0` only where the oldest release was itself run and fires;
- no bound above where the newest release fires: nothing yet is known to mend it;
- a version of which nothing can be said, between two affected ones, stays inside: it is never
  counted as fixed. One that was not tested is never claimed, so it ends an interval.

Sources: the OSV schema, 'affected[].ranges[].events' with its evaluation algorithm
(https://ossf.github.io/osv-schema/); the VERS specification
(https://github.com/package-url/vers-spec).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tidegate.engines.reproduction.ranges import VersionRun

Event = dict[str, str]
"""One OSV event: a single key, `introduced`, `fixed` or `last_affected`."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Consecutive releases that are affected, from the first to the last of them."""

    first: str
    last: str
    from_the_start: bool = False
    """Whether everything before `first` belongs to it as well: there is no older release."""
    fixed: str | None = None
    """The next release, if it is known not to be affected."""
    open: bool = False
    """Whether it has no end: `last` is the newest release."""

    @property
    def events(self) -> list[Event]:
        """The OSV events of this interval alone."""
        start = {"introduced": "0" if self.from_the_start else self.first}
        if self.fixed is not None:
            return [start, {"fixed": self.fixed}]
        return [start] if self.open else [start, {"last_affected": self.last}]

    @property
    def constraints(self) -> list[str]:
        """The VERS constraints of this interval alone; none if it holds every version."""
        low = [] if self.from_the_start else [f">={_quoted(self.first)}"]
        if self.fixed is not None:
            return [*low, f"<{_quoted(self.fixed)}"]
        if self.open:
            return low
        if self.first == self.last and low:
            return [_quoted(self.last)]
        return [*low, f"<={_quoted(self.last)}"]


@dataclass(frozen=True, slots=True)
class AffectedRange:
    """What a search over releases allows to be said of the package."""

    affected: tuple[str, ...]
    """Versions that were seen to be affected, or may be inferred to be, in version order."""
    intervals: tuple[Interval, ...]
    vers: str
    notes: tuple[str, ...]
    """Where a bound is weaker than one would wish, and why."""

    @property
    def events(self) -> list[Event]:
        """Every interval's events in version order, as `reproduce --json` shows them.

        The OSV schema forbids `fixed` and `last_affected` in one list; a record is written from
        `ranges`.
        """
        return [event for interval in self.intervals for event in interval.events]

    @property
    def ranges(self) -> list[list[Event]]:
        """The event lists of as many OSV ranges as a valid record needs: one, or two."""
        mended = [i for i in self.intervals if i.fixed is not None]
        ceiling = [i for i in self.intervals if i.fixed is None and not i.open]
        unbounded = [i for i in self.intervals if i.open]
        lists = [mended, ceiling] if mended and ceiling else [[*mended, *ceiling]]
        lists[0] = [*lists[0], *unbounded]
        return [[e for i in intervals for e in i.events] for intervals in lists if intervals]


def affected_range(
    runs: Sequence[VersionRun], *, order: Callable[[str], Any], scheme: str
) -> AffectedRange:
    """Return the range that `runs`, one for every release of a package, allow to be claimed.

    `order` is the ecosystem's sort key for versions; `scheme` the VERS scheme, such as `npm`.
    Versions that are equal in that order cannot be told apart by any range: all of them count as
    affected if one is.
    """
    places = [
        _Place.of(tuple(group))
        for _, group in groupby(
            sorted(runs, key=lambda run: order(run.version)), key=lambda run: order(run.version)
        )
    ]
    intervals: list[Interval] = []
    notes: list[str] = []
    at = 0
    while at < len(places):
        if not places[at].affected:
            at += 1
            continue
        end = _end(places, at)
        interval, told = _interval(places, at, end)
        intervals.append(interval)
        notes.extend(told)
        at = end + 1
    return AffectedRange(
        affected=tuple(
            run.version
            for place in places
            for run in place.runs
            if run.word is not None and run.word.affected
        ),
        intervals=tuple(intervals),
        vers=_vers(scheme, intervals),
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """One place in the version order, with the release or releases that lie there."""

    version: str
    runs: tuple[VersionRun, ...]
    affected: bool
    known: bool
    """Whether anything definite is known of it."""
    tested: bool

    @classmethod
    def of(cls, runs: tuple[VersionRun, ...]) -> _Place:
        # A release that fires stands for its place, so that a bound names a version that was seen.
        fires = [run for run in runs if run.word is not None and run.word.affected]
        return cls(
            version=(fires or runs)[0].version,
            runs=runs,
            affected=bool(fires),
            known=bool(fires) or all(r.word is not None and r.word.definite for r in runs),
            tested=bool(fires) or all(run.word is not None for run in runs),
        )

    @property
    def doubt(self) -> str:
        return f"{self.version} is {next(r.verdict for r in self.runs if not _known(r))}"


def _known(run: VersionRun) -> bool:
    return run.word is not None and run.word.definite


def _end(places: Sequence[_Place], start: int) -> int:
    """Return the last affected place that belongs together with the one at `start`."""
    end = start
    for at in range(start + 1, len(places)):
        if places[at].affected:
            end = at
        elif places[at].known or not places[at].tested:
            break
    return end


def _interval(places: Sequence[_Place], start: int, end: int) -> tuple[Interval, list[str]]:
    first, last = places[start].version, places[end].version
    notes = [
        f"{place.doubt}, between affected versions; it is not counted as fixed"
        for place in places[start : end + 1]
        if not place.known
    ]
    oldest_ran = start == 0 and any(
        run.run and run.word is not None and run.word.affected for run in places[0].runs
    )
    if start and not places[start - 1].known:
        notes.insert(
            0, f"{places[start - 1].doubt}, so {first} may not be the first that is affected"
        )
    following = places[end + 1] if end + 1 < len(places) else None
    fixed = following.version if following is not None and following.known else None
    if following is not None and fixed is None:
        notes.append(f"{following.doubt}, so no fix is claimed after {last}")
    return (
        Interval(first, last, from_the_start=oldest_ran, fixed=fixed, open=following is None),
        notes,
    )


def _vers(scheme: str, intervals: Iterable[Interval]) -> str:
    constraints = [constraint for interval in intervals for constraint in interval.constraints]
    if constraints:
        return f"vers:{scheme}/{'|'.join(constraints)}"
    return f"vers:{scheme}/*" if any(True for _ in intervals) else "vers:none/*"


def _quoted(version: str) -> str:
    """Quote what would be read as a separator or comparator, and nothing else.

    The specification asks for URL quoting of `><=!*|` in versions; PEP 440's epoch (`1!2.0`) is the
    one that is seen.
    """
    return re.sub(r"[^A-Za-z0-9.+_~-]", lambda found: quote(found.group(), safe=""), version)
