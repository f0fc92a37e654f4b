"""How a revision looks in a format: as it went out, or as it would, with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.publications.models import Revision
from tidegate.desks.publications.queries.detail import revision_of
from tidegate.desks.publications.queries.faults import cna_of, faults_of, record_faults_of
from tidegate.desks.publications.queries.records import document_of, record_of
from tidegate.desks.publications.states.drafts import dated
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.cve import Cna
from tidegate.engines.formats.advisories.formats_of import (
    WORDS,
    faults_in,
    made_as,
    written_json,
)
from tidegate.engines.formats.advisories.record import Record, fault_of
from tidegate.engines.formats.advisories.wording import DocumentError

_NOBODY: Final = Cna("00000000-0000-4000-9000-000000000000", "the-vendors-cna")
"""Whom a CVE record names in a preview where another CNA is going to write it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A revision in one format."""

    word: str
    text: str
    """The document; empty where it cannot be made."""
    faults: tuple[str, ...]
    """In what this document breaks its standard; or why it cannot be made."""
    record_faults: tuple[str, ...]
    """What keeps the record from going out, and so every document of it, be it valid or not."""
    is_out: bool
    """Whether these are the bytes that went out."""
    note: str = ""
    """What to know of it, such as that another CNA writes the CVE record."""


def preview(
    actor: Actor, identifier: str, word: str, *, number: int | None = None, at: datetime
) -> Preview:
    """Return how a revision looks in a format; the newest one that `actor` may read, if not said.

    Raises:
        NotFoundError: there is no such publication, or not for them.
        NotHereError: it has no such revision, or not for them.
        FilterError: there is no such format.
    """
    if word not in WORDS:
        raise FilterError(
            f"the format {word[:40]!r} is not known; known are {', '.join(WORDS)}",
            parameter="format",
        )
    revision = revision_of(actor, identifier, number, at=at)
    return next(_previews(actor, revision, (word,), at))


def previews(
    actor: Actor, identifier: str, *, number: int | None = None, at: datetime
) -> tuple[Preview, ...]:
    """Return how a revision looks in every format, in the order of `WORDS`.

    It takes what `preview` takes, and raises what it raises.
    """
    return tuple(_previews(actor, revision_of(actor, identifier, number, at=at), WORDS, at))


def checked(
    actor: Actor, identifier: str, *, number: int | None = None, at: datetime
) -> tuple[str, ...]:
    """Return what keeps a revision from going out, as far as its content goes; empty: nothing.

    Whoever does not coordinate is told what the record itself lacks, and no more. It raises what
    `preview` raises.
    """
    revision = revision_of(actor, identifier, number, at=at)
    if revision.state == RevisionState.PUBLISHED:
        return ()
    if may(actor, Act.COORDINATE, revision.publication, at=at):
        return faults_of(revision, hands_in=_hands_in(actor, revision), at=at)
    return _record_faults(actor, revision, dated(record_of(revision), at), at)


def _previews(
    actor: Actor, revision: Revision, words: Sequence[str], at: datetime
) -> Iterator[Preview]:
    if revision.state == RevisionState.PUBLISHED:
        for word in words:
            content = document_of(revision, word)
            note = _without(revision, word) if content is None else ""
            yield Preview(word, (content or b"").decode(), (), (), is_out=True, note=note)
        return
    record = dated(record_of(revision), at)
    record_faults = _record_faults(actor, revision, record, at)
    for word in words:
        yield _made(record, word, record_faults)


def _record_faults(
    actor: Actor, revision: Revision, record: Record, at: datetime
) -> tuple[str, ...]:
    if may(actor, Act.COORDINATE, revision.publication, at=at):
        return record_faults_of(revision, record, hands_in=_hands_in(actor, revision))
    # The others name organisations, and other cases, which a party of this one may not know.
    return tuple(filter(None, [fault_of(record)]))


def _hands_in(actor: Actor, revision: Revision) -> Actor | None:
    """Return who would hand a draft in: whoever looks at it; None once somebody has."""
    return actor if revision.state == RevisionState.DRAFT else None


def _made(record: Record, word: str, record_faults: tuple[str, ...]) -> Preview:
    note, cna = "", None
    if word == "cve":
        if not record.cve:
            note = "it has no CVE identifier, and needs none"
            return Preview(word, "", (), record_faults, is_out=False, note=note)
        cna = cna_of(record)
        if cna is None:
            cna, note = _NOBODY, "another CNA writes this record; it is not published from here"
    try:
        document = made_as(word, record, cna)
        text = written_json(document).decode()
    except (DocumentError, ValueError) as error:
        return Preview(word, "", (str(error),), record_faults, is_out=False, note=note)
    faults = tuple(faults_in(word, document))
    return Preview(word, text, faults, record_faults, is_out=False, note=note)


def _without(revision: Revision, word: str) -> str:
    return f"revision {revision.number} went out without a document of the format {word}"
