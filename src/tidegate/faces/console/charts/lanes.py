"""Where each release of a picture stands, and where the gates are. Pure.

One lane is one release line. Marks stand on a time axis where every release has a date, so that a
fix ported back is seen to come late; else evenly, in version order, and a long lane goes on in
another row. A gate stands where the verdict changes; pre-releases bound nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from tidegate.faces.console.charts.marks import Known, Release

WIDTH: Final = 960.0
"""What the marks of one row take at most, where they stand evenly, in pixels."""

MARGIN: Final = 26.0
_CLOSEST: Final = 16.0
_WIDEST: Final = 58.0
_WIDEST_REACH: Final = 12.0

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


def rows_by_time(lanes: Sequence[Lane], first: datetime, last: datetime) -> Iterator[Row]:
    """Place releases by their dates, which all of them have."""
    for line, group in lanes:
        placed: list[Placed] = []
        for release, gate in zip(group, gates_of(group), strict=True):
            x = x_of(published(release), first, last)
            # What was published on one day stands side by side, not one over the other.
            if placed:
                x = max(x, placed[-1].x + _CLOSEST)
            placed.append(Placed(release, x, gate))
        yield Row(line, len(group), tuple(placed), reach=_CLOSEST / 2)


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


def x_of(moment: datetime, first: datetime, last: datetime) -> float:
    """Return where an instant stands on an axis from `first` to `last`."""
    whole = (last - first).total_seconds() or 1
    return MARGIN + (moment - first).total_seconds() / whole * WIDTH
