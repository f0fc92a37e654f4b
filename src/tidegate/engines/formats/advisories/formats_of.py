"""Every document that is made of one record: written, checked, as bytes.

Checked is each against its published schema, and CSAF by its mandatory tests as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21
from tidegate.engines.formats.advisories.csaf.mandatory import mandatory_faults
from tidegate.engines.formats.advisories.csaf.words import Profile
from tidegate.engines.formats.advisories.cve import cve_record
from tidegate.engines.formats.advisories.cyclonedx_vex import cyclonedx_vex
from tidegate.engines.formats.advisories.openvex import openvex
from tidegate.engines.formats.advisories.osv import osv
from tidegate.engines.formats.advisories.schema_checks import (
    csaf_schema_faults,
    cve_schema_faults,
    cyclonedx_schema_faults,
    openvex_schema_faults,
    osv_schema_faults,
)
from tidegate.engines.formats.advisories.wording import DocumentError, check_sound

if TYPE_CHECKING:
    from tidegate.engines.formats.advisories.cve import Cna
    from tidegate.engines.formats.advisories.record import Record

__all__ = ["WORDS", "DocumentError", "documents", "faults_in", "made_as", "written_json"]

WORDS: Final = ("osv", "csaf20", "csaf20-vex", "csaf21", "csaf21-vex", "cve", "openvex", "cdx")
"""The documents by their words; `cve` is made only where the record has a CVE id, and a CNA."""


def documents(record: Record, cna: Cna | None) -> dict[str, bytes]:
    """Return every document of a record by its word: all of them, or none.

    Args:
        record: what is published.
        cna: who publishes the CVE record; None where another CNA does, and there is no `cve` then.

    Raises:
        DocumentError: the record may not be published, or one document breaks its schema or a
            mandatory test; the message names the format, the place and the mend.
    """
    check_sound(record, "the record")
    return {
        word: _checked(word, made_as(word, record, cna))
        for word in WORDS
        if word != "cve" or (cna is not None and record.cve)
    }


def made_as(word: str, record: Record, cna: Cna | None = None) -> Mapping[str, Any]:
    """Return a record as the document of one of `WORDS`; what is wrong with it, `faults_in` says.

    Raises:
        DocumentError: the record says what the format cannot hold.
        ValueError: a `cve` was asked for, and no CNA given.
    """
    if word != "cve":
        return _WRITERS[word](record)
    if cna is None:
        raise ValueError("a CVE record names the CNA that publishes it; give one")
    return cve_record(record, cna)


def faults_in(word: str, document: Mapping[str, Any]) -> list[str]:
    """Return how a document breaks its schema or, of CSAF, a mandatory test; [] if it does not."""
    if word.startswith("csaf"):
        return csaf_schema_faults(document) or mandatory_faults(document)
    return _FAULTS[word](document)


def written_json(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON for people and programs: members by name, two spaces, UTF-8.

    Equal documents are equal bytes.

    Raises:
        UnicodeEncodeError: a text holds half a character.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def _checked(word: str, document: Mapping[str, Any]) -> bytes:
    for fault in faults_in(word, document):
        raise DocumentError(f"{word}: {fault}; mend the record so that this can stand")
    try:
        return written_json(document)
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"{word}: a text of the record holds half a character (a lone surrogate); write the"
            " whole character"
        ) from error


_WRITERS: Final[Mapping[str, Callable[[Record], Mapping[str, Any]]]] = {
    "osv": osv,
    "csaf20": csaf20,
    "csaf20-vex": partial(csaf20, profile=Profile.VEX),
    "csaf21": csaf21,
    "csaf21-vex": partial(csaf21, profile=Profile.VEX),
    "openvex": openvex,
    "cdx": cyclonedx_vex,
}
_FAULTS: Final[Mapping[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    "osv": osv_schema_faults,
    "cve": cve_schema_faults,
    "openvex": openvex_schema_faults,
    "cdx": cyclonedx_schema_faults,
}
