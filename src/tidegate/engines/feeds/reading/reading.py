"""What does one edition of a feed say? Record by record, and in the end what edition it was.

    reading = read_edition(FEEDS["kev"], path, now=now)
    for record in reading:          # Assertion or Advisory; an `EditionError` ends it all
        ...
    verdict = judge(before, reading.edition)

What comes is kept apart from the last good edition until the verdict is there. Nothing of a file is
written anywhere: names in archives are read, and never used as paths.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from tidegate.engines.feeds.assertions import Assertion
from tidegate.engines.feeds.editions import Edition, Refused, UnfinishedError
from tidegate.engines.feeds.feeds import Feed, FeedKind
from tidegate.engines.feeds.reading.cve import read_cve_records
from tidegate.engines.feeds.reading.documents import EditionFile
from tidegate.engines.feeds.reading.epss import read_epss
from tidegate.engines.feeds.reading.kev import read_kev
from tidegate.engines.feeds.reading.limits import Limits
from tidegate.engines.feeds.reading.notes import Notes
from tidegate.engines.feeds.reading.osv import read_ghsa_documents, read_osv_documents
from tidegate.engines.matching.advisories import Advisory

Record: TypeAlias = Assertion | Advisory
_Reader: TypeAlias = Callable[[Feed, EditionFile, Notes], Iterator[Record]]

_READERS: dict[FeedKind, _Reader] = {
    FeedKind.KEV: read_kev,
    FeedKind.EPSS: read_epss,
    FeedKind.CVE: read_cve_records,
    FeedKind.OSV: read_osv_documents,
    FeedKind.GHSA: read_ghsa_documents,
}


def read_edition(feed: Feed, path: Path, *, now: datetime, limits: Limits | None = None) -> Reading:
    """Read an edition from a file or a folder; its records come as they are asked for.

    Files may be plain or compressed (gzip, Zstandard, bzip2, xz), documents single, one a line, or
    in an archive (zip, tar). What a file is, is told by its bytes and not by its name, except that
    in `.jsonl` each line is a document.

    Args:
        feed: which feed it is said to be.
        path: the file; for a feed of documents, also a folder with them.
        now: what time it is, with a zone; a date beyond it is none.
        limits: bounds.

    Iterating raises:
        EditionError: it cannot be read as a whole. What came before must be thrown away.
    """
    return Reading(feed, path, now, limits or Limits())


class Reading(Iterator[Record]):
    """An edition while it is read, and what is known of it afterwards."""

    def __init__(self, feed: Feed, path: Path, now: datetime, limits: Limits) -> None:
        self._feed = feed
        self._notes = Notes(now, limits)
        self._sha256 = ""
        self._records = self._read(path, limits)

    def __next__(self) -> Record:
        """Return the next record.

        Raises:
            EditionError: the edition cannot be read any further.
        """
        return next(self._records)

    @property
    def edition(self) -> Edition:
        """What edition it was.

        Raises:
            UnfinishedError: not all of it was read yet, or it could not be.
        """
        if not self._sha256:
            raise UnfinishedError("the edition is not read to its end yet; ask again then")
        notes = self._notes
        return Edition(
            feed=self._feed.name,
            said_at=notes.said_at,
            version=notes.version,
            count=len(notes.identifiers),
            refused=notes.refused_count,
            sha256=self._sha256,
        )

    @property
    def identifiers(self) -> frozenset[str]:
        """The identifiers of the records that were read so far."""
        return frozenset(self._notes.identifiers)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The first broken records so far; how many there were in all, the edition tells."""
        return tuple(self._notes.refused)

    def close(self) -> None:
        """Stop reading, and close what is open."""
        self._records.close()

    def _read(self, path: Path, limits: Limits) -> Generator[Record, None, None]:
        with EditionFile.opened(path, limits) as file:
            yield from _READERS[self._feed.kind](self._feed, file, self._notes)
            self._sha256 = file.sha256()
