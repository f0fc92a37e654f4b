"""What do OSV documents say? Each as an advisory; GitHub's database is read by the same form.

GitHub's unreviewed advisories are left out: they repeat CVE records and name no packages.

From: https://ossf.github.io/osv-schema/, 1.0 to 1.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tidegate.engines.feeds.feeds import Feed
from tidegate.engines.feeds.reading.documents import EditionFile, Wanted, parsed
from tidegate.engines.feeds.reading.notes import Notes
from tidegate.engines.feeds.reading.schemas import misfit, validator_of
from tidegate.engines.matching.advisories import Advisory
from tidegate.engines.matching.errors import AdvisoryError
from tidegate.engines.matching.osv_ranges import read_osv

_FILE: Final = re.compile(r"(?:.*/)?[A-Za-z0-9][A-Za-z0-9_:.-]{2,150}\.json", re.DOTALL)
_GHSA: Final = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}")
_UNREVIEWED: Final = "unreviewed/"


def read_osv_documents(feed: Feed, file: EditionFile, notes: Notes) -> Iterator[Advisory]:
    """Yield each document of one ecosystem's archive as an advisory."""
    return _read(feed, file, notes, lambda name: _FILE.fullmatch(name) is not None)


def read_ghsa_documents(feed: Feed, file: EditionFile, notes: Notes) -> Iterator[Advisory]:
    """Yield each reviewed advisory of GitHub's database."""

    def is_reviewed(name: str) -> bool:
        stem = name.rpartition("/")[2].removesuffix(".json")
        return _GHSA.fullmatch(stem) is not None and _UNREVIEWED not in name

    return _read(feed, file, notes, is_reviewed, named=_GHSA)


def _read(
    feed: Feed,
    file: EditionFile,
    notes: Notes,
    wanted: Wanted,
    *,
    named: re.Pattern[str] | None = None,
) -> Iterator[Advisory]:
    validator = validator_of(feed.schema)
    for place, raw in file.documents(wanted, notes):
        document: Any = parsed(raw, place, notes)
        if document is None:
            continue
        if words := misfit(validator, document):
            notes.refuse(place, words)
            continue
        changed = notes.instant(document["modified"])
        if changed is None:
            notes.refuse(place, "modified is no instant that has been")
        elif named is not None and not named.fullmatch(document["id"]):
            notes.refuse(place, "id is not one of this database")
        elif (advisory := _advisory(document, feed, place, notes)) and notes.enter(
            place, document["id"]
        ):
            notes.changed(changed)
            yield advisory


def _advisory(document: Any, feed: Feed, place: str, notes: Notes) -> Advisory | None:
    try:
        return read_osv(document, feed.name)
    except AdvisoryError as error:
        notes.refuse(place, str(error))
        return None
