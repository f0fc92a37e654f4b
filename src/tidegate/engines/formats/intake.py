"""Whatever is handed in, in one of six formats, as a stream of reports.

The workflow: the stream is unpacked if it is compressed (`unpacking`); its first bytes tell the
format and the shape (`recognition`): one document, one record a line, or a list of records. Then
each record is read by itself, by the file of its format: `native`, `osv`, `mantis`, `csaf`,
`vince`, and for the results of a SARIF document `sarif_runs` and `sarif`. A bad record becomes a
`Refusal`, and the next one is read. What breaks the stream as a whole (damage, a bound, brackets
that do not close) becomes one `Refusal` at the end; the records before it stand.

Memory stays flat: no more than one record is held, and no record may be larger than a bound. Nor
may a small stream become many large reports: what all of them hold is bounded by what was read.
Nothing of a record is ever used as a path, fetched or run.
"""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Final

from tidegate.engines.formats.csaf import csaf_reports
from tidegate.engines.formats.documents import TOO_LARGE
from tidegate.engines.formats.finding import Refusal
from tidegate.engines.formats.mantis import mantis_reports
from tidegate.engines.formats.native import native_report
from tidegate.engines.formats.osv import osv_reports
from tidegate.engines.formats.recognition import HEAD_BYTES, Shape, Unrecognised, recognise
from tidegate.engines.formats.records import Origin
from tidegate.engines.formats.reports import Bounds, Format, Place, Report
from tidegate.engines.formats.sarif_runs import sarif_reports
from tidegate.engines.formats.slicing import (
    BYTE_ORDER_MARK,
    BrokenFrameError,
    Cursor,
    lines,
)
from tidegate.engines.formats.targets import Target, TargetError, parse_target
from tidegate.engines.formats.unpacking import Counted, Unpacked, UnpackingError
from tidegate.engines.formats.vince import vince_reports

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Bounds", "Counted", "Format", "Place", "Report", "read_reports"]

_FOREIGN: Final = {
    Format.OSV: osv_reports,
    Format.MANTIS: mantis_reports,
    Format.CSAF_REPORT: csaf_reports,
    Format.VINCE: vince_reports,
}
"""What reads one record of a format and gives its reports."""

_BLANK: Final = b" \t\r\n"
_READ_BYTES: Final = 256 << 10
_REPEATS: Final = (
    "the records repeat what they share until it is more than {} times what was read;"
    " split it into files, or shorten what the records share"
)


def read_reports(
    stream: IO[bytes] | io.RawIOBase,
    source: str,
    *,
    format: Format | None = None,  # noqa: A002 - the field's word
    target: str | None = None,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
) -> Iterator[Report | Refusal]:
    """Read the reports of one stream, one after the other, as they are asked for.

    `source` names the stream in refusals. `format` is recognised if left out. `target` is the
    package URL for records that name no package; SARIF, mantis and VINCE have no field for it. A
    SARIF document is read twice: from the stream itself if it can seek and is not compressed,
    otherwise from a temporary file as large as the unpacked document.

    No bytes make it raise. Raises `ValueError`, at once, for a `target` that is no package URL,
    and while reading whatever `stream.read` raises, or `OSError` if a temporary file cannot be
    written.
    """
    return _reports(stream, source, format, _default(target), bounds)


def _default(target: str | None) -> Target | None:
    if target is None:
        return None
    try:
        return parse_target(target)
    except TargetError as error:
        raise ValueError(f"target {target!r} {error}") from error


def _reports(
    stream: IO[bytes] | io.RawIOBase,
    source: str,
    known: Format | None,
    default: Target | None,
    bounds: Bounds,
) -> Iterator[Report | Refusal]:
    unpacked = Unpacked(stream, bounds)
    made = 0
    for record in _every_report(unpacked, source, known, default, bounds):
        if isinstance(record, Report):
            made += _size(record)
            # Of a SARIF document that is read twice this is the second reading.
            if made > bounds.records_bytes + bounds.records_ratio * unpacked.tell():
                yield Refusal(source, None, "", _REPEATS.format(bounds.records_ratio))
                return
        yield record


def _size(report: Report) -> int:
    """Return about how many bytes a report takes: what of it can be long."""
    texts = len(report.description) + sum(map(len, report.references))
    return len(report.record) + texts


def _every_report(
    unpacked: Unpacked,
    source: str,
    known: Format | None,
    default: Target | None,
    bounds: Bounds,
) -> Iterator[Report | Refusal]:
    # A start that is damaged is looked at as far as it goes; the damage is told when it is reached.
    head = unpacked.head(HEAD_BYTES)
    try:
        whole = len(head) < HEAD_BYTES and not unpacked.failed
        found = recognise(head.removeprefix(BYTE_ORDER_MARK), known, whole=whole)
        if isinstance(found, Unrecognised):
            unpacked.check()
            yield Refusal(source, None, "", found.reason)
            return
        if head.startswith(BYTE_ORDER_MARK):
            unpacked.read(len(BYTE_ORDER_MARK))
        if found.format is Format.SARIF:
            yield from sarif_reports(unpacked, source, default, bounds)
            return
        for raw, origin in _records(unpacked, found.shape, source, bounds):
            if raw is None:
                yield origin.refusal("", TOO_LARGE.format(bounds.record_bytes >> 20))
            elif found.format is Format.FINDING:
                yield native_report(raw, origin)
            else:
                yield from _FOREIGN[found.format](raw, origin, default, bounds)
    except (UnpackingError, BrokenFrameError) as error:
        yield Refusal(source, None, "", str(error))


def _records(
    unpacked: Unpacked, shape: Shape, source: str, bounds: Bounds
) -> Iterator[tuple[bytes | None, Origin]]:
    """Give the bytes of each record with where it stands; None for one that is too large."""
    if shape is Shape.DOCUMENT:
        raw = io.BufferedReader(unpacked).read(bounds.record_bytes + 1)
        fits = len(raw) <= bounds.record_bytes
        yield raw.strip(_BLANK) if fits else None, Origin(source, None, "")
    elif shape is Shape.LINES:
        reader = io.BufferedReader(unpacked, _READ_BYTES)
        for number, record in lines(reader, bounds.record_bytes):
            yield record, Origin(source, number, f"line {number}")
    else:
        cursor = Cursor(unpacked)
        for index in cursor.elements():
            cursor.peek()
            origin = Origin(source, cursor.line, f"[{index}]")
            yield cursor.value(bounds.record_bytes), origin
        cursor.end()
