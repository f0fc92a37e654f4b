"""Where each release of a picture stands, and where the gates are. Pure.

One lane is one release line. Marks stand on a time axis where every release has a date, so that a
fix ported back is seen to come late; else evenly, in version order, and a long lane goes on in
another row. Dates that contradict the version order are not believed: a mirror of a registry may
give the day on which it fetched a release. A gate stands where the verdict changes; pre-releases
bound nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Final

from tidegate.faces.console.charts.marks import Known, Release

WIDTH: Final = 960.0
"""What the marks of one row take at most, where they stand evenly, in pixels."""

MARGIN: Final = 26.0
_CLOSEST: Final = 16.0
_CLOSEST_IN_TIME: Final = 12.0
_WIDEST_AXIS: Final = 1920.0
_CROWDED: Final = 20
"""Releases of a lane from which on it makes the axis longer."""
_BELIEVED: Final = 0.9
"""Share of neighbours within their lines whose dates have to agree with the version order."""
_WIDEST: Final = 58.0
_WIDEST_REACH: Final = 12.0
_BEFORE: Final = 10.0

Lane = tuple[str, tuple[Release, ...]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A release, and what the picture says of it there."""

    release: Release
    x: float
    gate: str = ""
    """What happened since the release before it: nothing, or a word such as `fixed`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of marks."""

    line: str
    """The release line; empty where a lane goes on."""
    count: int
    """Releases of the whole lane."""
    placed: tuple[Placed, ...]
    reach: float
    """Half the width of what answers to the pointer."""
    by_time: bool = False

    def seam(self, before: Placed, after: Placed) -> float:
        """Return where what is known of one release ends and what is known of the next begins.

        In time that is when the next one came out; in order, half way.
        """
        half_way = (before.x + after.x) / 2
        return max(half_way, after.x - _BEFORE) if self.by_time else half_way


def lanes_of(releases: Sequence[Release]) -> list[Lane]:
    """Return the release lines of releases that are in version order."""
    return [(line, tuple(group)) for line, group in groupby(releases, key=lambda r: r.line)]


def rows_in_order(lanes: Sequence[Lane]) -> Iterator[Row]:
    """Place releases evenly, as far apart as the longest lane lets them."""
    longest = max((len(group) for _, group in lanes), default=1)
    space = min(max(WIDTH / longest, _CLOSEST), _WIDEST)
    each = int(WIDTH // space)
    for line, group in lanes:
        gates = gates_of(group)
        for start in range(0, len(group), each):
            yield Row(
                line="" if start else line,
                count=len(group),
                placed=tuple(
                    Placed(release, MARGIN + index * space, gates[start + index])
                    for index, release in enumerate(group[start : start + each])
                ),
                reach=min(space / 2, _WIDEST_REACH),
            )


def dates_are_believable(lanes: Sequence[Lane]) -> bool:
    """Whether every release has a date, and the dates go along with the version order."""
    if not lanes or not all(release.published for _, group in lanes for release in group):
        return False
    pairs = [
        (published(one), published(other))
        for _, group in lanes
        for one, other in pairwise(release for release in group if not release.prerelease)
    ]
    return sum(one <= other for one, other in pairs) >= _BELIEVED * len(pairs)


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of time, and how long it is in pixels."""

    first: datetime
    last: datetime
    length: float

    @classmethod
    def of(cls, lanes: Sequence[Lane]) -> Axis:
        """Return the axis of lanes that have dates, long enough for the most crowded one."""
        spans = [sorted(published(release) for release in group) for _, group in lanes]
        first, last = min(span[0] for span in spans), max(span[-1] for span in spans)
        length = WIDTH
        for span in spans:
            if len(span) >= _CROWDED and span[-1] > span[0]:
                share = (last - first) / (span[-1] - span[0])
                length = max(length, len(span) * _CLOSEST_IN_TIME * share)
        return cls(first, last, min(length, _WIDEST_AXIS))

    def x(self, moment: datetime) -> float:
        """Return where an instant stands."""
        whole = (self.last - self.first).total_seconds() or 1
        return MARGIN + (moment - self.first).total_seconds() / whole * self.length


def rows_by_time(lanes: Sequence[Lane], axis: Axis) -> Iterator[Row]:
    """Place releases by their dates, which all of them have."""
    for line, group in lanes:
        placed: list[Placed] = []
        for release, gate in zip(group, gates_of(group), strict=True):
            x = axis.x(published(release))
            # What was published on one day stands side by side, not one over the other.
            if placed:
                x = max(x, placed[-1].x + _CLOSEST_IN_TIME)
            placed.append(Placed(release, x, gate))
        yield Row(line, len(group), tuple(placed), reach=_CLOSEST_IN_TIME / 2, by_time=True)


def gates_of(group: Sequence[Release]) -> list[str]:
    """Return for each release of a line what changed before it: `fixed`, `introduced`, nothing.

    `fixed by` where releases lie between of which nothing is known: one of them may be the first.
    """
    words: list[str] = []
    before: Known | None = None
    unsure = False
    for release in group:
        word = ""
        if release.known is Known.UNKNOWN:
            unsure = unsure or not release.prerelease
        elif not release.prerelease:
            if before is not None and release.known is not before:
                word = "fixed" if before is Known.AFFECTED else "introduced"
                word += " by" if unsure else ""
            before, unsure = release.known, False
        words.append(word)
    return words


def published(release: Release) -> datetime:
    """Return when a release was published, in UTC; it has to have a date."""
    if release.published is None:
        raise ValueError(f"release {release.version} has no date; draw it in version order")
    return release.published.astimezone(UTC)
