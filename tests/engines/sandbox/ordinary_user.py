"""A representative part of the promises, kept for an ordinary user; run by `test_ordinary_user.py`.

A plain program, since the interpreter that an ordinary user can read has no test framework. It
prints what was not kept, and ends with 1 if there was any such thing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.engines.sandbox.hostile import ABSTRACT_SOCKET, PROGRAMS, TRACED, Hostile
from tests.engines.sandbox.programs import (
    carrying,
    children_of,
    eventually,
    python_program,
    supervisor_of,
)
from tidegate.engines.sandbox import (
    BubblewrapSandbox,
    Ending,
    Limits,
    Outcome,
    Program,
    SandboxError,
    Watch,
)

_CORPUS = (
    "fork-bomb", "thread-bomb", "memory-one-process", "memory-many-processes",
    "memory-mapped-shared", "memory-that-nobody-maps", "memory-given-back-but-kept", "disk-shm",
    "inodes", "output-stdout", "cpu-burn-many", "ignores-sigterm", "daemon", "zombies",
    "kill-everything", "signals-to-init", "starves-init", "limits-of-init", "forged-status",
    "leftover-descriptors", "system-calls-of-i386", "tcp", "netlink", "vsock",
    "abstract-socket-of-the-host", "host-files", "environment", "writes-outside", "links", "proc",
    "terminal-injection", "clocks", "setuid", "setuid-file", "capabilities", "nested-namespaces",
    "mounts", "ptrace", "kernel-calls",
)  # fmt: skip
_SHELL = ("/bin/sh", "-c")
_SLEEPS = python_program(
    "import os, time; os.fork(); time.sleep(60)",
    limits=Limits(wall_seconds=60),
    environment={"MARK": uuid.uuid4().hex},
)


def main() -> int:
    """Check everything; return the exit code."""
    broken = []
    with socket.socket(socket.AF_UNIX) as listener, BubblewrapSandbox() as sandbox:
        listener.bind(f"\0{ABSTRACT_SOCKET}")
        listener.listen()
        hostile = [(name, PROGRAMS[name], False) for name in _CORPUS]
        hostile += [(name, program, True) for name, program in TRACED.items()]
        for name, program, trace in hostile:
            broken += [f"{name}: {fault}" for fault in _faults(sandbox, program, trace=trace)]
        for check in (_ends_are_told_apart, _layers_are_true, _shared_memory_counts_once):
            if not check(sandbox):
                broken.append(check.__name__)
    if not _nothing_outlives_its_supervisor():
        broken.append("something outlived its supervisor")
    print("\n".join(broken))
    return bool(broken)


def _faults(sandbox: BubblewrapSandbox, hostile: Hostile, *, trace: bool) -> list[str]:
    watch = Watch(trace=trace)
    outcome = sandbox.run(python_program(hostile.source, limits=hostile.limits, watch=watch))
    clean = sandbox.run(
        python_program(
            "import os\n"
            "print(*os.listdir('/work'), *os.listdir('/tmp'), *os.listdir('/home'),"
            " *os.listdir('/dev/shm'))"
        )
    )
    # The interpreter of these tests may itself live below a folder that is a writable one inside.
    there = {b"hostile.py", *(part.encode() for part in Path(sys.base_prefix).parts)}
    checks: dict[str, Callable[[], bool]] = {
        "escaped": lambda: b"ESCAPED" in outcome.stdout,
        f"ended by {outcome.ending}": lambda: outcome.ending not in hostile.ends,
        "never tried": lambda: outcome.ending is Ending.EXITED and outcome.stderr != b"",
        "left a process": lambda: children_of(supervisor_of(sandbox)) != [],
        "left a trace": lambda: not set(clean.stdout.split()) <= there,
    }
    told = (outcome.stdout + outcome.stderr).decode("utf-8", "replace")[-300:]
    return [f"{fault}: {told}" for fault, is_broken in checks.items() if is_broken()]


def _ends_are_told_apart(sandbox: BubblewrapSandbox) -> bool:
    def end(outcome: Outcome) -> tuple[Ending, int | None, int | None]:
        return outcome.ending, outcome.exit_code, outcome.signal

    left = sandbox.run(Program(argv=(*_SHELL, "exit 139")))
    killed = sandbox.run(Program(argv=(*_SHELL, "kill -SEGV $$")))
    faulted = sandbox.run(
        python_program("import ctypes; ctypes.string_at(1)", watch=Watch(trace=True))
    )
    late = sandbox.run(python_program("while True: pass", limits=Limits(wall_seconds=0.5)))
    return (
        end(left) == (Ending.EXITED, 139, None)
        and end(killed) == (Ending.SIGNALED, None, signal.SIGSEGV)
        and end(faulted) == (Ending.SIGNALED, None, signal.SIGSEGV)
        and [fault.self_inflicted for fault in faulted.faults] == [False]
        and end(late) == (Ending.WALL_TIME, None, None)
    )


def _layers_are_true(sandbox: BubblewrapSandbox) -> bool:
    layers = set(sandbox.run(python_program("pass")).layers)
    always = {"namespaces", "read-only-root", "no-capabilities", "seccomp", "rlimits", "no-proc"}
    return always <= layers and "unused-uid" not in layers


def _shared_memory_counts_once(sandbox: BubblewrapSandbox) -> bool:
    source = (
        "import os, time\nhoard = bytearray(b'x') * (60 << 20)\nfor _ in range(20):\n"
        "    if os.fork() == 0: time.sleep(.6); os._exit(0)\nfor _ in range(20): os.wait()"
    )
    limits = Limits(wall_seconds=30, memory_bytes=300 << 20)
    return sandbox.run(python_program(source, limits=limits)).ending is Ending.EXITED


def _nothing_outlives_its_supervisor() -> bool:
    marker = _SLEEPS.environment["MARK"]
    worker = os.fork()
    if worker == 0:
        with contextlib.suppress(SandboxError):
            BubblewrapSandbox().run(_SLEEPS)
        os._exit(0)
    begun = eventually(lambda: len(carrying(marker)) == 4, 10)
    os.kill(int(children_of(worker)[0]), signal.SIGKILL)
    ended = eventually(lambda: not carrying(marker))
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    return begun and ended


if __name__ == "__main__":
    sys.exit(main())
