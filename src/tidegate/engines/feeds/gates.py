"""May an edition of a feed take the place of the one before? If not, the last good one stays.

A feed that shrinks by half, goes back in time or breaks its schema is worse than an old one:
whoever matched against it would be told that all is well. So it is refused, and reported. What is
refused today is looked at again when the publisher's next edition comes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tidegate.engines.feeds.editions import Edition

MOST_REFUSED: Final = 0.01
"""Largest share of broken records; beyond, an edition breaks its schema. Of the real editions that
we have read, the worst has one in 2,600."""

_NUMBER: Final = re.compile(r"[0-9]+")


class Outcome(StrEnum):
    """What becomes of an edition."""

    ACCEPTED = "accepted"
    NOT_NEW = "not-new"
    """It is the one that is there. Not a fault: the feed was asked, and has nothing new."""
    EMPTY = "empty"
    BROKEN = "broken-schema"
    BACK_IN_TIME = "back-in-time"
    SHRUNK = "shrunk-by-half"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an edition, and why. True where it takes the place of the one before."""

    outcome: Outcome
    words: str
    """One sentence for people."""

    def __bool__(self) -> bool:
        return self.outcome is Outcome.ACCEPTED

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong with the edition, which is to be reported."""
        return self.outcome not in (Outcome.ACCEPTED, Outcome.NOT_NEW)


def judge(before: Edition | None, after: Edition) -> Verdict:
    """Say whether an edition may take the place of the last good one.

    Args:
        before: the last good edition of the same feed; None if there was none yet.
        after: the one that came.

    Raises:
        ValueError: they are editions of two feeds.
    """
    if before is not None and before.feed != after.feed:
        raise ValueError(f"{before.feed} and {after.feed} are two feeds; compare editions of one")
    if before is not None and before.sha256 == after.sha256:
        return Verdict(Outcome.NOT_NEW, "It is byte for byte the edition that is there.")
    whole = after.count + after.refused
    if after.refused > MOST_REFUSED * whole:
        words = (
            f"{after.refused:,} of its {whole:,} records are broken; at most"
            f" {MOST_REFUSED:.0%} may be."
        )
        return Verdict(Outcome.BROKEN, words)
    if after.count == 0:
        return Verdict(Outcome.EMPTY, "It holds no record at all.")
    if before is None:
        return Verdict(Outcome.ACCEPTED, f"It is the first one, with {after.count:,} records.")
    if words := _goes_back(before, after):
        return Verdict(Outcome.BACK_IN_TIME, words)
    if after.count * 2 <= before.count:
        words = f"It holds {after.count:,} records, where the last one held {before.count:,}."
        return Verdict(Outcome.SHRUNK, words)
    words = f"It holds {after.count:,} records; the last one held {before.count:,}."
    return Verdict(Outcome.ACCEPTED, words)


def _goes_back(before: Edition, after: Edition) -> str:
    """Say in which way an edition is older than the one before it; nothing if it is not."""
    if before.said_at is not None:
        if after.said_at is None:
            return f"It bears no date; the last one is of {before.said_at:%Y-%m-%d %H:%M} UTC."
        if after.said_at < before.said_at:
            return (
                f"It is of {after.said_at:%Y-%m-%d %H:%M} UTC; the last one is of"
                f" {before.said_at:%Y-%m-%d %H:%M} UTC."
            )
    if _numbers(after.version) < _numbers(before.version):
        return f"Its version is {after.version or 'none'}; the last one has {before.version}."
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, such as 2025, 3 and 14 of `v2025.03.14`."""
    return tuple(int(number) for number in _NUMBER.findall(version[:100]))
