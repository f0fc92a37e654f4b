"""Reads documents with VEX statements: OpenVEX, CycloneDX and CSAF.

From: OpenVEX 0.2.0; CycloneDX 1.4 to 1.7, `vulnerabilities[].analysis`; CSAF 2.0 and 2.1, profile
5 (VEX). JSON only. A document that cannot be read whole is refused whole, with one error: half of
what somebody said may be the opposite of it. What is no statement at all, such as a vulnerability
without an analysis, is passed over; what is one and cannot be kept is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import Fault, parse
from tidegate.engines.formats.records import Members, MisfitError
from tidegate.engines.matching.errors import VexError
from tidegate.engines.matching.vex_csaf import csaf_statements
from tidegate.engines.matching.vex_cyclonedx import cyclonedx_statements
from tidegate.engines.matching.vex_openvex import openvex_statements
from tidegate.engines.matching.vex_words import Collected

if TYPE_CHECKING:
    from tidegate.engines.matching.vex import Statement

MAX_BYTES: Final = 32 << 20
"""Largest document, in bytes."""

MAX_VALUES: Final = 1_000_000
"""Most values in a document."""

_AHEAD: Final = timedelta(days=1)
"""How far a clock elsewhere may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class VexDocument:
    """A document as it was read."""

    format: str
    """`openvex`, `cyclonedx` or `csaf`."""
    statements: tuple[Statement, ...]
    left_out: tuple[str, ...]
    """Statements that could not be kept: the place, and why."""


def read_vex(raw: bytes, *, source: str, received_at: datetime) -> VexDocument:
    """Read a document.

    Args:
        raw: the document, as it came; not compressed.
        source: where it came from, as we know it: the feed, or who handed it in.
        received_at: when it came; nothing in it can have been said later.

    Raises `VexError`, and nothing else for any bytes.
    """
    parsed = parse(raw, max_bytes=MAX_BYTES, max_values=MAX_VALUES)
    if isinstance(parsed, Fault):
        raise VexError(parsed)
    try:
        root = Members.of(parsed.value)
        collected = Collected(source, received_at + _AHEAD)
        kind = _read(root, collected)
    except MisfitError as misfit:
        raise VexError(misfit.fault) from misfit
    return VexDocument(kind, tuple(collected.statements), tuple(collected.left_out))


def _read(root: Members, collected: Collected) -> str:
    context = root.value.get("@context")
    if isinstance(context, str) and context.startswith("https://openvex.dev/ns"):
        openvex_statements(root, collected)
        return "openvex"
    if root.value.get("bomFormat") == "CycloneDX":
        cyclonedx_statements(root, collected)
        return "cyclonedx"
    if isinstance(root.value.get("document"), dict):
        csaf_statements(root, collected)
        return "csaf"
    raise MisfitError(
        (), "holds no VEX that is known; hand in OpenVEX 0.2.0, CycloneDX 1.4 to 1.7 or CSAF, JSON"
    )
