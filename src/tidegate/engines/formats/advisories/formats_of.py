"""Every document that is made of one record: written, checked, as bytes.

Checked is each against its published schema, and CSAF by its mandatory tests as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tidegate.engines.formats.advisories.checks import schema_faults_of
from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21
from tidegate.engines.formats.advisories.csaf.mandatory import mandatory_faults
from tidegate.engines.formats.advisories.csaf.words import Profile
from tidegate.engines.formats.advisories.cve import cve_record
from tidegate.engines.formats.advisories.cyclonedx_vex import cyclonedx_vex
from tidegate.engines.formats.advisories.openvex import openvex
from tidegate.engines.formats.advisories.osv import osv
from tidegate.engines.formats.advisories.schema_checks import (
    check_cve,
    check_cyclonedx,
    check_openvex,
    check_osv,
)
from tidegate.engines.formats.advisories.wording import DocumentError, check_sound

if TYPE_CHECKING:
    from tidegate.engines.formats.advisories.cve import Cna
    from tidegate.engines.formats.advisories.record import Record

__all__ = ["WORDS", "DocumentError", "documents", "written_json"]

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
    made: dict[str, bytes] = {}
    for word, kind in _KINDS.items():
        made[word] = _checked(word, kind.write(record), kind.check)
    if cna is not None and record.cve:
        made["cve"] = _checked("cve", cve_record(record, cna), check_cve)
    return {word: made[word] for word in WORDS if word in made}


def written_json(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON for people and programs: members by name, two spaces, UTF-8.

    Equal documents are equal bytes.

    Raises:
        UnicodeEncodeError: a text holds half a character.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


class _Kind(NamedTuple):
    """How a document is made and checked."""

    write: Callable[[Record], Mapping[str, Any]]
    check: Callable[[Mapping[str, Any]], None]


def _check_csaf(word: str) -> Callable[[Mapping[str, Any]], None]:
    def check(document: Mapping[str, Any]) -> None:
        for fault in schema_faults_of(document) or mandatory_faults(document):
            raise DocumentError(f"{word}: {fault}; mend the record so that this can stand")

    return check


_KINDS: Final = {
    "osv": _Kind(osv, check_osv),
    "csaf20": _Kind(csaf20, _check_csaf("csaf20")),
    "csaf20-vex": _Kind(partial(csaf20, profile=Profile.VEX), _check_csaf("csaf20-vex")),
    "csaf21": _Kind(csaf21, _check_csaf("csaf21")),
    "csaf21-vex": _Kind(partial(csaf21, profile=Profile.VEX), _check_csaf("csaf21-vex")),
    "openvex": _Kind(openvex, check_openvex),
    "cdx": _Kind(cyclonedx_vex, check_cyclonedx),
}


def _checked(
    word: str, document: Mapping[str, Any], check: Callable[[Mapping[str, Any]], None]
) -> bytes:
    check(document)
    try:
        return written_json(document)
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"{word}: a text of the record holds half a character (a lone surrogate); write the"
            " whole character"
        ) from error
