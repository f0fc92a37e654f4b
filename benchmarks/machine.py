"""Where the figures were measured, and how much of the machine somebody else had meanwhile."""

from __future__ import annotations

import os
import platform
import re
import resource
from pathlib import Path

from benchmarks import bare
from tidegate import __version__
from tidegate.engines.reproduction.runtimes import node_runtimes

QUIET = 0.1
"""Figures measured while others had a larger share than this are those of a busy machine."""


def facts() -> dict[str, str]:
    """Return what a reader needs to know to compare the figures with those of another machine."""
    nodes = [runtime.name for runtime in node_runtimes()]
    usable = len(os.sched_getaffinity(0))
    return {
        "processors": f"{usable} of {os.cpu_count()}, {_model()}",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"CPython {platform.python_version()}",
        "node": nodes[0] if nodes else "none",
        "bubblewrap": bare.bubblewrap_version(),
        "tidegate": __version__,
        "user": "root" if os.geteuid() == 0 else "ordinary",
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


class Meanwhile:
    """From here on, what share of the processors others have: other programs, the host, the kernel.

    What this process has started counts as its own once it has been waited for.
    """

    def __init__(self) -> None:
        self._all, self._busy = processor_seconds(Path("/proc/stat").read_text("ascii"))
        self._own = own_seconds()

    def others_share(self) -> float:
        """Return the share of all processor time since, from 0 to 1."""
        everything, busy = processor_seconds(Path("/proc/stat").read_text("ascii"))
        passed = everything - self._all
        others = busy - self._busy - (own_seconds() - self._own)
        return min(1.0, max(0.0, others / passed)) if passed > 0 else 0.0


def processor_seconds(stat: str) -> tuple[float, float]:
    """Return the seconds that all processors have had, and those that were not idle; proc(5)."""
    ticks = [int(number) for number in stat.splitlines()[0].split()[1:9]]
    _user, _nice, _system, idle, waiting, *_ = ticks
    second = os.sysconf("SC_CLK_TCK")
    return sum(ticks) / second, (sum(ticks) - idle - waiting) / second


def own_seconds() -> float:
    """Return the processor time of this process and of what it has started and waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1) if found else "of a model that is not told"
