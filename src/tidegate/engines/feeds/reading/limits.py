"""How much of an edition is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tidegate.engines.formats.reports import Bounds


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one edition. The defaults leave the largest public ones room to grow tenfold."""

    file_bytes: int = 8 << 30
    """Largest file, as it came."""
    unpacked_bytes: int = 32 << 30
    """Most bytes of all records together, after decompression."""
    ratio: int = 200
    """Most bytes that one byte of the file may become, once `ratio_floor` is passed."""
    ratio_floor: int = 64 << 20
    record_bytes: int = 32 << 20
    """Largest record; KEV's catalogue is one document, and counts as one here."""
    record_values: int = 1_000_000
    """Most values in one record; a kernel's advisory lists tens of thousands of versions."""
    record_depth: int = 64
    line_bytes: int = 4 << 10
    """Longest line of a table, such as EPSS."""
    records: int = 3_000_000
    members: int = 3_000_000
    """Most members of an archive or files of a folder, those counted that are no records."""
    directory_bytes: int = 96 << 20
    """Longest list of members of a zip archive; it is held in memory."""
    folder_depth: int = 12
    refused_kept: int = 1_000
    """Refused records that are told of one by one; beyond, they are counted."""
    clock_skew: timedelta = timedelta(days=1)
    """How far into the future a date may lie before it is no date."""

    @property
    def bounds(self) -> Bounds:
        """The same, as unpacking takes it."""
        return Bounds(
            unpacked_bytes=self.unpacked_bytes, ratio=self.ratio, ratio_floor=self.ratio_floor
        )
