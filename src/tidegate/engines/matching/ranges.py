"""How the events of a range become slices of the version order, and how slices are joined.

From: OSV schema, `affected[].ranges[].events` and "Evaluation". Slices say of every version what
OSV's own algorithm says of it; the algorithm compares versions, slices compare keys.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from tidegate.engines.matching.advisories import Affected, Slice
from tidegate.engines.matching.packages import HIGHEST, LOWEST
from tidegate.engines.matching.versions import UnparsableVersionError

BEGINNING: Final = "0"
"""What stands for all versions before (OSV schema, "Special values")."""

_ENDLESS: Final = "*"


class EventKind(StrEnum):
    """What changes at a version."""

    INTRODUCED = "introduced"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    LIMIT = "limit"


class Event(NamedTuple):
    """Something that changes at a version."""

    kind: EventKind
    version: str


class Reading(NamedTuple):
    """What was read of some versions or ranges."""

    slices: tuple[Slice, ...]
    """Sorted, and without overlaps."""
    unreadable: tuple[str, ...]
    """The versions that have no place in the order, each once."""


Key = Callable[[str], bytes]
"""Gives a version's place, or raises `UnparsableVersionError`."""


def after(key: bytes) -> bytes:
    """Return the smallest text of bytes that is larger: with it, a slice ends behind a version."""
    return key + b"\x00"


def read_events(events: Iterable[Event], key: Key) -> Reading:
    """Return the slices of one range, whatever the order of its events.

    Events at one version count in the order in which they are given. What cannot be read never
    makes a version affected: an `introduced` is left out by itself, since it could only have added;
    any other takes its whole range with it. It is told either way.
    """
    known: list[tuple[bytes, Event]] = []
    limits: list[bytes] = []
    unreadable: list[str] = []
    is_bounded = True
    is_whole = True
    for event in events:
        if event.kind is EventKind.LIMIT and _ENDLESS in event.version:
            is_bounded = False
            continue
        try:
            place = _place(event, key)
        except UnparsableVersionError:
            unreadable.append(event.version)
            is_whole = is_whole and event.kind is EventKind.INTRODUCED
            continue
        if event.kind is EventKind.LIMIT:
            limits.append(place)
        else:
            known.append((place, event))
    if not is_whole:
        return Reading((), tuple(dict.fromkeys(unreadable)))
    limit = max(limits) if limits and is_bounded else HIGHEST
    slices = merged(_limited(_swept(known), limit))
    return Reading(slices, tuple(dict.fromkeys(unreadable)))


def read_versions(versions: Iterable[str], key: Key) -> Reading:
    """Return the slices of versions that are listed one by one."""
    slices = []
    unreadable = []
    for version in versions:
        try:
            place = key(version)
        except UnparsableVersionError:
            unreadable.append(version)
            continue
        slices.append(Slice(place, after(place), version, version, is_fixed=False))
    return Reading(merged(slices), tuple(dict.fromkeys(unreadable)))


def merged(slices: Iterable[Slice]) -> tuple[Slice, ...]:
    """Return slices that hold the same keys, sorted, without overlaps, none beside another.

    A slice that is made of several begins and ends with the words of its outermost ones.
    """
    result: list[Slice] = []
    for one in sorted(slices, key=_rank):
        if one.lower >= one.upper:
            continue
        if not result or one.lower > result[-1].upper:
            result.append(one)
            continue
        last = result[-1]
        ends_later = one.upper > last.upper or (
            one.upper == last.upper and (one.is_fixed, one.ended) > (last.is_fixed, last.ended)
        )
        if ends_later:
            result[-1] = last._replace(upper=one.upper, ended=one.ended, is_fixed=one.is_fixed)
    return tuple(result)


def without(
    slices: Sequence[Slice], others: Sequence[Slice], *, is_fixed: bool = True
) -> tuple[Slice, ...]:
    """Return what is left of merged slices where merged others are taken away.

    A slice that is cut ends where what is taken away begins, and is said to be fixed there, or not.
    """
    left: list[Slice] = []
    waiting = iter(others)
    other = next(waiting, None)
    for one in slices:
        rest: Slice | None = one
        while rest is not None and other is not None and other.lower < rest.upper:
            if other.lower > rest.lower:
                left.append(
                    rest._replace(
                        upper=other.lower,
                        ended=other.introduced if is_fixed else "",
                        is_fixed=is_fixed,
                    )
                )
            if other.upper >= rest.upper:
                rest = None
                break
            if other.upper > rest.lower:
                rest = rest._replace(lower=other.upper, introduced=other.ended)
            other = next(waiting, None)
        if rest is not None:
            left.append(rest)
    return tuple(left)


def overlap(one: Slice, other: Slice) -> bool:
    """Say whether two slices share a key that may be."""
    return max(one.lower, other.lower) < min(one.upper, other.upper)


def slice_holding(slices: Sequence[Slice], key: bytes) -> Slice | None:
    """Return the one of merged slices that holds a key, found by bisection."""
    index = bisect_right(slices, key, key=itemgetter(0)) - 1
    return slices[index] if index >= 0 and key < slices[index].upper else None


def united(parts: Iterable[Affected]) -> tuple[Affected, ...]:
    """Return one `Affected` for each package: affected is what any of the parts says is.

    In the order in which the packages come first.
    """
    groups: dict[tuple[str, str], list[Affected]] = {}
    for part in parts:
        groups.setdefault(part.package, []).append(part)
    return tuple(
        group[0]
        if len(group) == 1
        else Affected(
            group[0].package,
            merged(one for part in group for one in part.slices),
            tuple(dict.fromkeys(text for part in group for text in part.unreadable)),
        )
        for group in groups.values()
    )


def _rank(one: Slice) -> tuple[bytes, str]:
    return one.lower, one.introduced


def _place(event: Event, key: Key) -> bytes:
    # Debian and Ubuntu say `fixed: 0` of what never was affected.
    from_the_beginning = event.kind in (EventKind.INTRODUCED, EventKind.FIXED)
    if from_the_beginning and event.version == BEGINNING:
        return LOWEST
    return key(event.version)


def _swept(known: list[tuple[bytes, Event]]) -> Iterator[Slice]:
    """Go through the events from the lowest version up, as the evaluation of OSV does.

    What holds at a version itself and what holds behind it are two things: `last_affected` changes
    the second alone.
    """
    open_at: tuple[bytes, str] | None = None
    for place, group in groupby(sorted(known, key=itemgetter(0)), key=itemgetter(0)):
        here = behind = open_at is not None
        introduced = ender = Event(EventKind.INTRODUCED, "")
        for _, event in group:
            if event.kind is EventKind.INTRODUCED:
                introduced = introduced if here and behind else event
                here = behind = True
            else:
                ender = event
                behind = False
                here = here and event.kind is EventKind.LAST_AFFECTED
        for point, holds in ((place, here), (after(place), behind)):
            if holds and open_at is None:
                open_at = point, introduced.version
            elif not holds and open_at is not None:
                is_fixed = ender.kind is EventKind.FIXED
                yield Slice(open_at[0], point, open_at[1], ender.version, is_fixed)
                open_at = None
    if open_at is not None:
        yield Slice(open_at[0], HIGHEST, open_at[1], "", is_fixed=False)


def _limited(slices: Iterable[Slice], limit: bytes) -> Iterator[Slice]:
    for one in slices:
        # A limit ends what is described, and says nothing of a fix.
        yield one if one.upper <= limit else one._replace(upper=limit, ended="", is_fixed=False)
