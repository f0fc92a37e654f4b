"""What statements about the parts of an exposure come to, for the exposure as a whole. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.engines.matching.vex import Status


def word_of(parts: Iterable[Status | None]) -> str:
    """Return the status that is shown beside an exposure; empty where there is none.

    Args:
        parts: for each affected coordinate, what is said of it; None where nothing is.

    'Affected' wins, then what is being investigated. That it is fixed or not affected is said of
    the whole only where it is said of every part.
    """
    said = set(parts)
    for status in (Status.AFFECTED, Status.UNDER_INVESTIGATION):
        if status in said:
            return status.value
    if not said or None in said:
        return ""
    return Status.FIXED.value if Status.FIXED in said else Status.NOT_AFFECTED.value
