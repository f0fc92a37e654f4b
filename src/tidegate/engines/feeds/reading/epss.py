"""What does EPSS say? Score by score, each with the version of the model that computed it.

The file is a table with a comment before it: `#model_version:v2025.03.14,score_date:...`, then
`cve,epss,percentile`. One without the comment, as before 2022, is refused: a score without its
model means nothing. From: https://www.first.org/epss/data_stats
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tidegate.engines.feeds.assertions import Assertion, Kind
from tidegate.engines.feeds.editions import EditionError
from tidegate.engines.feeds.feeds import Feed
from tidegate.engines.feeds.reading.documents import EditionFile
from tidegate.engines.feeds.reading.notes import Notes

_COMMENT: Final = re.compile(
    rb"#\s*model_version:(v?[0-9][0-9A-Za-z.-]{0,40}),score_date:([0-9T:.Z+-]{10,40})\s*"
)
_COLUMNS: Final = b"cve,epss,percentile"
_NUMBER: Final = rb"([0-9](?:\.[0-9]{1,20})?(?:[eE]-[0-9]{1,2})?)"
_ROW: Final = re.compile(rb"(CVE-[0-9]{4}-[0-9]{4,19})," + _NUMBER + rb"," + _NUMBER)


def read_epss(feed: Feed, file: EditionFile, notes: Notes) -> Iterator[Assertion]:
    """Yield each score.

    Raises:
        EditionError: it is not EPSS's table.
    """
    most = notes.limits.line_bytes
    stream = file.stream()
    comment = _COMMENT.fullmatch(stream.readline(most))
    if comment is None:
        raise EditionError("it does not begin with EPSS's #model_version:...,score_date:...")
    notes.version = comment[1].decode()
    notes.said_at = notes.instant(comment[2].decode())
    if notes.said_at is None:
        raise EditionError("its score_date is no instant that has been")
    if stream.readline(most).strip() != _COLUMNS:
        raise EditionError(f"its columns are not {_COLUMNS.decode()}")
    number = 2
    while line := stream.readline(most):
        number += 1
        place = f"line {number}"
        row = _ROW.fullmatch(line.strip())
        if row is None:
            if line.strip():
                notes.refuse(place, f"is not {_COLUMNS.decode()}")
            while line and not line.endswith(b"\n"):
                line = stream.readline(most)
            continue
        identifier, score, percentile = row[1].decode(), float(row[2]), float(row[3])
        if score > 1 or percentile > 1:
            notes.refuse(place, "has a score or a percentile above 1")
        elif notes.enter(place, identifier):
            yield Assertion(
                source=feed.name,
                vulnerability=identifier,
                kind=Kind.EPSS,
                value={"score": score, "percentile": percentile},
                said_at=notes.said_at,
                version=notes.version,
            )
