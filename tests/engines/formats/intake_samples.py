"""One small stream of each format, written by hand, and how the tests read."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from tidegate.engines.formats.finding import Refusal
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.reports import Bounds, Format, Report

SAMPLES = Path(__file__).parent / "samples"
FILES = {
    Format.FINDING: "findings.jsonl",
    Format.OSV: "advisory.osv.json",
    Format.MANTIS: "finding.mantis.json",
    Format.SARIF: "results.sarif",
    Format.CSAF_REPORT: "report.csaf.json",
    Format.VINCE: "case.vince.json",
}


def sample(format_: Format) -> bytes:
    return (SAMPLES / FILES[format_]).read_bytes()


def document(format_: Format) -> Any:
    """Return the sample as a value; of the native ones the first."""
    raw = sample(format_)
    return json.loads(raw.splitlines()[0] if format_ is Format.FINDING else raw)


def read(raw: bytes, **options: Any) -> list[Report | Refusal]:
    return list(read_reports(io.BytesIO(raw), "handed-in", **options))


def read_value(value: Any, **options: Any) -> list[Report | Refusal]:
    return read(json.dumps(value).encode(), **options)


def the_report(records: list[Report | Refusal], index: int = 0) -> Report:
    record = records[index]
    assert isinstance(record, Report), str(record)
    return record


def the_refusal(records: list[Report | Refusal], index: int = 0) -> Refusal:
    record = records[index]
    assert isinstance(record, Refusal), record
    return record


class Dribble(io.RawIOBase):
    """A stream that cannot seek and gives a few bytes at a time."""

    def __init__(self, raw: bytes, size: int) -> None:
        self._inner = io.BytesIO(raw)
        self._size = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._inner.read(min(len(buffer), self._size))
        buffer[: len(piece)] = piece
        return len(piece)


SMALL = Bounds(unpacked_bytes=1 << 20, ratio=10, ratio_floor=64 << 10, record_bytes=10_000)
