"""What is noted while an edition is read: which records, which dates, what was refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from tidegate.engines.feeds.editions import EditionError, Refused
from tidegate.engines.feeds.reading.limits import Limits

# From: RFC 3339, 5.6, with a zone that may be left out, as in old CVE records, or have no colon,
# as in old editions of EPSS.
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)
_LONGEST_IDENTIFIER: Final = 200
_FIRST: Final = datetime(1999, 1, 1, tzinfo=UTC)
"""Before the first CVE nothing was said; some sources write the year 1 for an unknown time."""


class Notes:
    """What is known of an edition that is being read.

    Args:
        now: what time it is.
        limits: the edition's bounds.
    """

    def __init__(self, now: datetime, limits: Limits) -> None:
        self.limits = limits
        self.version = ""
        self.said_at: datetime | None = None
        self.identifiers: set[str] = set()
        self.refused: list[Refused] = []
        self.refused_count = 0
        self._latest = now + limits.clock_skew

    def enter(self, place: str, identifier: str) -> bool:
        """Note a record, and say whether it counts: one that came before does not.

        Raises:
            EditionError: there are more than the bound.
        """
        if len(identifier) > _LONGEST_IDENTIFIER or not identifier.isprintable():
            self.refuse(place, "has a name that is none")
            return False
        if identifier in self.identifiers:
            self.refuse(place, f"{identifier} comes twice; the first one counts")
            return False
        self.identifiers.add(identifier)
        self._check_count()
        return True

    def refuse(self, place: str, words: str) -> None:
        """Note a record that is broken.

        Raises:
            EditionError: there are more records than the bound.
        """
        self.refused_count += 1
        if len(self.refused) < self.limits.refused_kept:
            self.refused.append(Refused(_plain(place[:300]), _plain(words[:500])))
        self._check_count()

    def changed(self, at: datetime) -> None:
        """Note when a record changed: the edition is as old as the youngest of them."""
        if at < _FIRST:
            return
        if self.said_at is None or at > self.said_at:
            self.said_at = at

    def instant(self, text: object) -> datetime | None:
        """Return the instant that a text is, in UTC; None for what is none, or lies ahead.

        A clock that runs ahead would make every later edition look as if it went back in time.
        """
        found = instant_of(text)
        return found if found is not None and found <= self._latest else None

    def _check_count(self) -> None:
        if len(self.identifiers) + self.refused_count > self.limits.records:
            raise EditionError(f"it holds more than {self.limits.records:,} records")


def _plain(text: str) -> str:
    """Return a text from an edition so that no terminal obeys it."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def instant_of(text: object) -> datetime | None:
    """Return the instant that a text is, in UTC; without a zone it is UTC's, as CVE has it."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text.upper())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
