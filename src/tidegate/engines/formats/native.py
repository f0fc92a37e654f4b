"""The native finding, version 1, as a report: nothing is lost, and it can be run.

The reader is `finding.parse_finding`; this file only lays its document out as a `Report`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.finding import Refusal, parse_finding
from tidegate.engines.formats.reports import DEFAULT_TLP, Format, Place, Report
from tidegate.engines.formats.severities import word_of_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tidegate.engines.formats.records import Origin


def native_report(raw: bytes, origin: Origin) -> Report | Refusal:
    """Read one native finding from the bytes of one JSON document; never raises."""
    finding = parse_finding(raw, origin.source, origin.line)
    if isinstance(finding, Refusal):
        return origin.refusal(finding.field, finding.reason)
    document: Mapping[str, Any] = finding.document
    embargo = instant(document["embargo_until"]) if "embargo_until" in document else None
    if isinstance(embargo, str):
        return origin.refusal("embargo_until", embargo)
    severity = tuple(document.get("severity", ()))
    return Report(
        format=Format.FINDING,
        id=finding.id,
        title=finding.title,
        description=document.get("description", ""),
        target=finding.target,
        effect=finding.effect,
        weaknesses=finding.weaknesses,
        aliases=finding.aliases,
        severity=severity,
        severity_word=word_of_vectors(severity),
        places=tuple(
            Place(location["path"], location.get("line"), location.get("symbol"))
            for location in document.get("locations", ())
        ),
        references=tuple(document.get("references", ())),
        finding=finding,
        tlp=document.get("tlp", DEFAULT_TLP),
        embargo_until=embargo,
        digest=finding.digest,
        record=raw,
        source=origin.source,
        line=origin.line,
        place=origin.place,
    )


def instant(text: str) -> datetime | str:
    """Return an RFC 3339 date and time in UTC, or why it is refused."""
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return (
            f"{shown(text)} is not an instant that can be kept; write it like 2026-11-30T12:00:00Z"
        )
