"""What is known of one edition of a feed: when it was made, how much it holds, which bytes it was.

An edition is a feed as it was at one moment: one file, or a folder. Whether it may take the place
of the one before is decided in `gates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """A feed at one moment, as it was read."""

    feed: str
    """The feed's name."""
    said_at: datetime | None
    """When its publisher made it, by the publisher's clock; where the whole bears no date, the
    last change of any of its records. None: nothing in it is dated."""
    version: str
    """KEV's catalogue version, EPSS's model version; empty for the others."""
    count: int
    """Records that were read; one that came twice counts once."""
    refused: int
    """Records that were not, because they are broken."""
    sha256: str
    """In hex, of the file as it came; of a folder, of the list of its files with theirs."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not read."""

    place: str
    """Where: a line, a member of an archive, a file; and the field, where one is to blame."""
    words: str
    """What is wrong with it."""


class EditionError(ValueError):
    """An edition cannot be read as a whole: another format, damaged, or beyond the bounds.

    What was read of it until then must be thrown away. The message names the file and the reason.
    """


class UnfinishedError(RuntimeError):
    """An edition was asked for what is only known once all of it was read."""
