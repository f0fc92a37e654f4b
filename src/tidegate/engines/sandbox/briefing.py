"""What the trusted init is told and what it answers (`inside/init.py` is the other end).

Marshal goes both ways: both ends are ours, the descriptors are never in the program's hands, and
the init would pay for a parser in every run. The briefing is an anonymous file of any size; the
answer is one byte when the program is about to start, and the report once everything is dead.
"""

from __future__ import annotations

import marshal
import os
from dataclasses import dataclass
from typing import Any

from tidegate.engines.sandbox import seccomp
from tidegate.engines.sandbox.model import LISTENER_PORT, CodeAddress, Fault, Program, Witness
from tidegate.engines.sandbox.policy import environment, writable_folders

STATUS_FD = 5
BRIEFING_FD = 6
_MARSHAL_VERSION = 2  # the init may run on another CPython than this process
_NO_CORE = 1
"""Core files are shorter than this, and unlike 0 it keeps a piped core handler out (core(5))."""
_SPARE_SECONDS = 1
"""The supervisor ends a tree at its limit, and says so; the kernel's own limit is behind that."""


@dataclass(frozen=True, slots=True)
class Report:
    """How the program ended, as the init saw it."""

    status: int | None
    """The wait status (waitid(2)), or None when the init ended the program."""
    cut: str
    """Why the init ended the program, in the words of `Ending`; empty when it did not."""
    wall: float
    cpu: float
    largest: int
    """Resident memory of the largest process that was reaped, in bytes."""
    samples_sent: int
    connections: int
    faults: tuple[Fault, ...]
    failure: str
    """Why the program could not be started; empty when it was."""
    witnesses: dict[str, Witness]


def briefing(program: Program) -> bytes:
    """Return what the init is told about a program."""
    limits, watch = program.limits, program.watch
    return marshal.dumps(
        {
            "argv": list(program.argv),
            "script": program.python_script,
            "environment": {
                os.fsencode(name): os.fsencode(value)
                for name, value in environment(program).items()
            },
            "rlimits": {
                "RLIMIT_CPU": limits.cpu_seconds + _SPARE_SECONDS,
                "RLIMIT_FSIZE": limits.file_bytes,
                "RLIMIT_NOFILE": limits.open_files,
                "RLIMIT_NPROC": limits.processes,
                "RLIMIT_CORE": _NO_CORE,
                "RLIMIT_MEMLOCK": 0,
            },
            "wall_seconds": float(limits.wall_seconds),
            "scratch": list(writable_folders(program)),
            "scratch_files": limits.scratch_files,
            "port": LISTENER_PORT if watch.listener else 0,
            "witnesses": list(watch.witnesses),
            "sample_signal": watch.sample_signal,
            "sample_seconds": sorted(watch.sample_seconds),
            "trace": watch.trace,
            "tracing_filter": seccomp.tracing_filter() if watch.trace else b"",
        },
        _MARSHAL_VERSION,
    )


def has_begun(answer: bytes) -> bool:
    """Whether the walls stood and the program was about to start."""
    return bool(answer)


def read_report(answer: bytes) -> Report | None:
    """Return the report, or None when the init ended before it had written one."""
    try:
        told: dict[str, Any] = marshal.loads(answer[1:])  # noqa: S302  written by our own init
    except (EOFError, ValueError, TypeError):
        return None
    faults = tuple(
        Fault(number, sent, tuple(CodeAddress(*frame) for frame in frames))
        for number, sent, frames in told.pop("faults")
    )
    witnesses = {path: Witness(*seen) for path, seen in told.pop("witnesses").items()}
    return Report(**told, faults=faults, witnesses=witnesses)
