"""What the processes under one process use, read from `/proc` (proc(5))."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process tree uses at one moment."""

    processes: int
    memory_bytes: int
    """Resident memory, shared pages counted once for each process that maps them."""
    cpu_seconds: float


def usage(root: int) -> Usage:
    """Add up a process and all of its descendants; what vanished meanwhile counts nothing."""
    memory = 0
    cpu = 0.0
    tree = descendants(root)
    for process in tree:
        memory += _resident(process)
        cpu += _processor_seconds(process)
    return Usage(processes=len(tree), memory_bytes=memory, cpu_seconds=cpu)


def descendants(root: int) -> list[int]:
    """Return the ids of a process and everything below it, parents first."""
    found = [root]
    for process in found:
        try:
            threads = list(Path(f"/proc/{process}/task").iterdir())
        except OSError:
            continue
        for thread in threads:
            try:
                children = (thread / "children").read_text()
            except OSError:
                continue
            found.extend(int(child) for child in children.split())
    return found


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _processor_seconds(process: int) -> float:
    try:
        # The command's name stands in parentheses and may itself hold any character.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in fields[11:15]) / _TICKS
    except (OSError, IndexError, ValueError):
        return 0.0
