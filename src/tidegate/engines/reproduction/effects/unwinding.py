"""Which of the addresses on a machine's stack are return addresses: exact in the C library.

The tracer reports every word on the stack that lies right after a call (`Fault.frames`); some are
left over from calls that have long returned. `abort` is the worst: its frame is large and mostly
unused, so that the real caller, the library that found its memory damaged, comes after a dozen
stale ones. The C library has call frame information, which says for every instruction how large
the frame is (DWARF 5, section 6.4; `.eh_frame` in the System V ABI), so through it the walk is
exact; from its caller on, the words are taken as they were found.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import PurePosixPath

from elftools.common.exceptions import ELFError
from elftools.dwarf.callframe import FDE
from elftools.elf.elffile import ELFFile

from tidegate.engines.sandbox.model import CodeAddress, Fault

_STACK_POINTER = {"x64": 7, "AArch64": 31}
"""The number of the stack pointer in DWARF, by the names that pyelftools has for machines."""
_WORD = 8


def real_frames(fault: Fault) -> Iterator[CodeAddress]:
    """Yield the frames of a fault from the innermost outwards, without what is surely stale."""
    if not fault.frames:
        return
    here, found = fault.frames[0], fault.frames[1:]
    yield here
    top = 0
    while _is_c_library(here.object):
        # A return address may be the first of the next function: the call lies before it.
        size = _frame_bytes(here.object, here.offset - (here is not fault.frames[0]))
        slot = top + size - _WORD if size else -1
        caller = next((frame for frame in found if frame.slot == slot), None)
        if caller is None:
            break
        yield caller
        here, top = caller, slot + _WORD
    yield from (frame for frame in found if frame.slot >= top)


def _is_c_library(path: str) -> bool:
    return PurePosixPath(path).name.startswith(("libc.so", "libc-", "libpthread"))


def _frame_bytes(path: str, offset: int) -> int | None:
    """Return how far above the stack pointer the caller's frame begins; None if it isn't told."""
    stack_pointer, functions = _call_frames(path)
    for start, end, entry in functions:
        if start <= offset < end:
            rows = [row for row in entry.get_decoded().table if row["pc"] <= offset]
            rule = rows[-1]["cfa"] if rows else None
            return int(rule.offset) if rule and rule.reg == stack_pointer else None
    return None


@functools.cache
def _call_frames(path: str) -> tuple[int, list[tuple[int, int, FDE]]]:
    """Read the functions of a library: where each lies in the file, and its call frame entry."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            elf = ELFFile(file)
            dwarf = elf.get_dwarf_info(relocate_dwarf_sections=False)
            entries = dwarf.EH_CFI_entries() if dwarf.has_EH_CFI() else []
            functions = []
            for entry in entries:
                if isinstance(entry, FDE):
                    start = entry.header["initial_location"]
                    size = entry.header["address_range"]
                    place = next(elf.address_offsets(start), start)
                    if place == start:  # else its rows would have to be moved, too
                        functions.append((start, start + size, entry))
            return _STACK_POINTER.get(elf.get_machine_arch(), -1), functions
    except (OSError, ELFError):
        return -1, []
