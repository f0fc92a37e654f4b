"""How a revision looks in a format: as it went out, or as it would, with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.publications.models import Revision
from tidegate.desks.publications.queries.detail import revision_of
from tidegate.desks.publications.queries.faults import cna_of, faults_of
from tidegate.desks.publications.queries.records import document_of, record_of
from tidegate.desks.publications.states.drafts import dated
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.checks import schema_faults_of
from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21
from tidegate.engines.formats.advisories.csaf.mandatory import mandatory_faults
from tidegate.engines.formats.advisories.csaf.words import Profile
from tidegate.engines.formats.advisories.cve import Cna, cve_record
from tidegate.engines.formats.advisories.cyclonedx_vex import cyclonedx_vex
from tidegate.engines.formats.advisories.formats_of import WORDS, written_json
from tidegate.engines.formats.advisories.openvex import openvex
from tidegate.engines.formats.advisories.osv import osv
from tidegate.engines.formats.advisories.record import Record
from tidegate.engines.formats.advisories.schema_checks import (
    check_cve,
    check_cyclonedx,
    check_openvex,
    check_osv,
)
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
    """What keeps this document from going out."""
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
    if revision.state == RevisionState.PUBLISHED:
        content = document_of(revision, word)
        if content is None:
            return Preview(word, "", (), is_out=True, note=_without(revision, word))
        return Preview(word, content.decode(), (), is_out=True)
    return _made(dated(record_of(revision), at), word)


def checked(
    actor: Actor, identifier: str, *, number: int | None = None, at: datetime
) -> tuple[str, ...]:
    """Return what keeps a revision from going out, as far as its content goes; empty: nothing.

    It raises what `preview` raises.
    """
    revision = revision_of(actor, identifier, number, at=at)
    if revision.state == RevisionState.PUBLISHED:
        return ()
    return faults_of(revision, at=at)


def _made(record: Record, word: str) -> Preview:
    note = ""
    cna = cna_of(record) if word == "cve" else None
    if word == "cve" and not record.cve:
        return Preview(word, "", (), is_out=False, note="it has no CVE identifier, and needs none")
    if word == "cve" and cna is None:
        note = "another CNA writes this record; it is not published from here"
    try:
        document = _write(record, word, cna)
    except (DocumentError, ValueError) as error:
        return Preview(word, "", (str(error),), is_out=False, note=note)
    text = written_json(document).decode()
    return Preview(word, text, tuple(_faults(word, document)), is_out=False, note=note)


def _write(record: Record, word: str, cna: Cna | None) -> Mapping[str, Any]:
    if word == "cve":
        return cve_record(record, cna or _NOBODY)
    return _WRITERS[word](record)


def _faults(word: str, document: Mapping[str, Any]) -> list[str]:
    if word.startswith("csaf"):
        return schema_faults_of(document) or mandatory_faults(document)
    try:
        _CHECKS[word](document)
    except DocumentError as error:
        return [str(error)]
    return []


def _without(revision: Revision, word: str) -> str:
    return f"revision {revision.number} went out without a document of the format {word}"


_WRITERS: Final[Mapping[str, Callable[[Record], Mapping[str, Any]]]] = {
    "osv": osv,
    "csaf20": csaf20,
    "csaf20-vex": partial(csaf20, profile=Profile.VEX),
    "csaf21": csaf21,
    "csaf21-vex": partial(csaf21, profile=Profile.VEX),
    "openvex": openvex,
    "cdx": cyclonedx_vex,
}
_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any]], None]]] = {
    "osv": check_osv,
    "cve": check_cve,
    "openvex": check_openvex,
    "cdx": check_cyclonedx,
}
