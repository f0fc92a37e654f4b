"""Which version of a dependency somebody got who installed a release on the day it came out.

A release is run with what it was made with: with today's MarkupSafe, no Jinja2 before 3.0 can even
be imported. Dates serve this choice among dependencies only, never the order of releases, and
only where they can be believed: a mirror shows the dates on which it copied things. Where they
cannot, the lowest version that satisfies is taken, because authors write the version that they
had before them as the lower bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

GRACE = timedelta(days=1)
"""Packages that are released together appear within a day of each other."""

_BELIEVED_SHARE = 0.9
"""Share of neighbours in a release line that must have come out in the order of their versions."""

_TELLING_PAIRS = 5

_YEARS = range(1990, 2200)
"""What is outside of these is not a time at which anything was released."""


class Choice(StrEnum):
    """How a version of a dependency is chosen among those that satisfy."""

    THEN = "then"
    """As of the release of the target."""
    NEWEST = "newest"
    """As a client would today."""


def preferred(
    satisfying: Sequence[T],
    uploaded: Callable[[T], datetime | None],
    when: datetime | None,
    choice: Choice,
    *,
    bounded: bool,
) -> list[T]:
    """Return the versions that satisfy in the order in which they should be tried.

    Args:
        satisfying: in version order, oldest first.
        uploaded: when a version was uploaded; None where that is not known or not believed.
        when: the moment of the target's release; None where that is not known or not believed.
        choice: as of that moment, or the newest.
        bounded: whether the requirement excludes the package's oldest releases; one that does
            not says nothing about what its author had, and then the newest is taken.
    """
    newest_first = list(reversed(satisfying))
    if choice is Choice.NEWEST:
        return newest_first
    if when is None:
        return list(satisfying) if bounded else newest_first
    known = [version for version in newest_first if _by(uploaded(version), when)]
    later = [version for version in satisfying if version not in known]
    return known + later


def believable(lines: Mapping[str, Sequence[datetime]], *, complete: bool) -> bool:
    """Tell whether dates are those of releases rather than those of a mirror's copying.

    Args:
        lines: for each release line, the dates of its versions in version order. Within a line
            nobody releases 1.2.4 before 1.2.3, but a mirror copies them in any order.
        complete: whether the registry says everything else about time that the public one says;
            it decides where there are too few releases to see an order in.
    """
    pairs = [pair for dates in lines.values() for pair in pairwise(dates)]
    if len(pairs) < _TELLING_PAIRS and not complete:
        return False
    in_order = sum(first <= second + GRACE for first, second in pairs)
    return in_order >= _BELIEVED_SHARE * len(pairs)


def instant(text: object) -> datetime | None:
    """Read a registry's ISO 8601 time; None for whatever is none, or none of a release."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def _by(uploaded: datetime | None, when: datetime) -> bool:
    return uploaded is not None and uploaded <= when + GRACE
