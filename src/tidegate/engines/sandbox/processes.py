"""What a tree of processes uses, and what the host has left: read from `/proc` (proc(5))."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process tree uses at one moment."""

    processes: tuple[int, ...]
    memory_bytes: int
    """Resident memory, shared pages counted once for each process that maps them."""
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Host:
    """What the host's memory is doing, in bytes."""

    total: int
    available: int
    shared: int
    """In tmpfs and shared memory, whether or not a process maps it."""


def host() -> Host:
    """Return the host's figures of this moment."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    figures = {words[0]: int(words[1]) * 1024 for words in lines}
    return Host(figures["MemTotal:"], figures["MemAvailable:"], figures["Shmem:"])


def out_of_memory_kills() -> int:
    """Return how often the kernel has killed a process for want of memory since it started."""
    for line in Path("/proc/vmstat").read_text().splitlines():
        if line.startswith("oom_kill "):
            return int(line.split()[1])
    return 0


def usage(root: int) -> Usage:
    """Add up a process and all of its descendants; what vanished meanwhile counts nothing."""
    tree = descendants(root)
    return Usage(
        processes=tuple(tree),
        memory_bytes=sum(_resident(process) for process in tree),
        cpu_seconds=sum(_processor_seconds(process) for process in tree),
    )


def proportional_memory(processes: tuple[int, ...]) -> int:
    """Return resident memory with shared pages counted once.

    Exact, and too slow to be read all the time: the kernel walks through every page. A process
    that does not show it (a traced run's init, to an ordinary user) counts with all that it has.
    """
    memory = 0
    for process in processes:
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            memory += _resident(process)
            continue
        sizes = [line.split() for line in rollup.splitlines()]
        memory += sum(int(words[1]) * 1024 for words in sizes if words[0] == "Pss:")
    return memory


def descendants(root: int) -> list[int]:
    """Return the ids of a process and everything below it, parents first."""
    found = [root]
    for process in found:
        found += children(process)
    return found


def children(process: int) -> list[int]:
    """Return the ids of the children of all threads of a process."""
    found: list[int] = []
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
    except OSError:
        return found
    for thread in threads:
        try:
            found += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:
            continue
    return found


def shows_children() -> bool:
    """Whether this kernel lists children (CONFIG_PROC_CHILDREN): without it nothing is bounded."""
    return Path(f"/proc/self/task/{os.getpid()}/children").exists()


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
