"""The supervisor: a small process of its own that runs one program at a time and sees it dead.

It is started by `BubblewrapSandbox` and lives as long as that does. For each program:

1. lay the program's files into anonymous memory, stage its folders, build the walls' arguments;
2. fork; the child is born in the control group, drops to the supervisor's uid and becomes bubblewrap,
   which becomes the trusted init, which starts the program;
3. drain the output, the channel and the samples; watch memory and processor time of the tree;
4. kill what is left, and reap until the kernel says that there is no child any more: this
   process is a subreaper (prctl(2)), so whatever a program orphans comes here.

When the worker dies, by SIGKILL too, the connection closes and the run is ended the same way. When
this process is killed, bubblewrap's `--die-with-parent` ends the run.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import marshal
import os
import select
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from tidegate.engines.sandbox import cgroups, policy, processes, seccomp, wire
from tidegate.engines.sandbox.model import (
    CHANNEL_FD,
    LISTENER_PORT,
    SAMPLES_FD,
    CodeAddress,
    Ending,
    Fault,
    Outcome,
    Program,
    SandboxError,
    Witness,
)
from tidegate.engines.sandbox.privilege import Identity, Staging

_STATUS_FD = 5
_MARSHAL_VERSION = 2  # the init may run on another CPython than this process
_FIRST_FREE_FD = 20
_PR_SET_CHILD_SUBREAPER = 36
_POLL_SECONDS = 0.05
_GRACE_SECONDS = 2.0
_MESSAGES_KEPT = 256
_MESSAGE_BYTES = 256 << 10
_SAMPLES_KEPT = 1 << 20


def main() -> None:
    """Serve the worker on the descriptor named by the first argument until it goes away."""
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)  # it was, to come here; no program may ever hold it
    connection = Connection(descriptor)
    # Ctrl-C in a terminal reaches the whole group; the worker decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        supervisor = Supervisor(connection)
    except SandboxError as error:
        connection.send_bytes(wire.encode_error(str(error)))
        return
    with supervisor, contextlib.suppress(EOFError, ConnectionError):
        connection.send_bytes(wire.encode_error(""))
        while True:
            program = wire.decode_program(connection.recv_bytes())
            try:
                answer = wire.encode_outcome(supervisor.run(program))
            except SandboxError as error:
                answer = wire.encode_error(str(error))
            connection.send_bytes(answer)


@dataclass(slots=True)
class _Stream:
    """What came out of one descriptor, up to a bound."""

    descriptor: int
    kept_bytes: int
    kept: bytearray = field(default_factory=bytearray)
    total: int = 0

    def drain(self) -> bool:
        """Read once; return whether there may be more to come."""
        try:
            piece = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return True
        self.total += len(piece)
        self.kept += piece[: max(0, self.kept_bytes - len(self.kept))]
        return bool(piece)


@dataclass(slots=True)
class _Run:
    """The descriptors and findings of one run, on this side of the wall."""

    program: Program
    stdout: _Stream
    stderr: _Stream
    samples: _Stream
    channel: socket.socket
    status: socket.socket
    messages: list[bytes] = field(default_factory=list)
    report: dict[str, Any] | None = None
    cut: Ending | None = None
    peak_memory: int = 0

    def close(self) -> None:
        for stream in (self.stdout, self.stderr, self.samples):
            os.close(stream.descriptor)
        self.channel.close()
        self.status.close()


class Supervisor:
    """Runs programs for one worker, one after the other."""

    def __init__(self, connection: Connection) -> None:
        found = shutil.which("bwrap")
        if found is None:
            raise SandboxError("bubblewrap is not installed; install it: apt install bubblewrap")
        self._bubblewrap = found
        self._connection = connection
        self._init = policy.this_interpreter()
        seccomp.filter_program()
        self._identity = Identity()
        self._group = cgroups.create()
        self._staging = Staging(self._identity)
        self._children_of_old_runs()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        if self._group:
            self._group.remove()

    def run(self, program: Program) -> Outcome:
        """Run one program and return once nothing of it is left."""
        kills_before = self._group.memory_kills() if self._group else 0
        if self._group:
            self._group.limit(
                memory_bytes=program.limits.memory_bytes + 3 * program.limits.scratch_bytes,
                processes=program.limits.processes + 8,
            )
        started = time.monotonic()
        child, run = self._start(program)
        cpu = 0.0
        try:
            self._watch(child, run, started)
        finally:
            cpu = _kill_and_reap(child)
            _drain_the_rest(run)
            run.close()
            self._staging.clear()
        if self._group and self._group.memory_kills() > kills_before:
            run.cut = run.cut or Ending.MEMORY
        return self._outcome(run, time.monotonic() - started, cpu)

    def _start(self, program: Program) -> tuple[int, _Run]:
        if program.python_script and program.argv[1:4] != policy.INIT_FLAGS:
            raise SandboxError(f"a Python script is run with {' '.join(policy.INIT_FLAGS)} only")
        filter_program = seccomp.filter_program(may_trace=program.watch.trace)
        given: list[int] = []
        try:
            files = {}
            for file in program.files:
                files[file.path] = _in_memory(file.content)
                given.append(files[file.path])
            filter_descriptor = _in_memory(filter_program)
            given.append(filter_descriptor)
            arguments = policy.arguments(
                program, self._init, self._staging.stage, files, filter_descriptor
            )
            run, inside = _open_run(program)
        except BaseException:
            _close_all(given)
            self._staging.clear()
            raise
        child = os.fork()
        if child == 0:
            self._become_bubblewrap(arguments, inside)
        _close_all([*given, *inside.values()])
        if program.watch.key:
            run.channel.send(program.watch.key)
        run.status.send(marshal.dumps(_instructions(program), _MARSHAL_VERSION))
        return child, run

    def _become_bubblewrap(self, arguments: list[str], inside: dict[int, int]) -> None:
        """In the forked child: take the places of the descriptors and become bubblewrap."""
        try:
            for place, descriptor in inside.items():
                os.dup2(descriptor, place)
            if self._group:
                cgroups.be_first_to_go()
            self._identity.assume()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execv(self._bubblewrap, [self._bubblewrap, *arguments])
        except BaseException as error:  # noqa: BLE001  the child must never return into the caller
            os.write(2, f"{error}\n".encode())
        finally:
            os._exit(126)

    def _watch(self, child: int, run: _Run, started: float) -> None:
        """Drain and watch until the init has reported, bubblewrap has ended, or a bound is hit."""
        limits = run.program.limits
        hard_deadline = started + limits.wall_seconds + _GRACE_SECONDS
        ended = os.pidfd_open(child)
        poll = select.poll()
        streams = {s.descriptor: s for s in (run.stdout, run.stderr, run.samples)}
        watched = [*streams, run.channel.fileno(), run.status.fileno(), ended]
        for descriptor in (*watched, self._connection.fileno()):
            poll.register(descriptor, select.POLLIN)
        next_look = started + _POLL_SECONDS
        try:
            while run.cut is None:
                wait = max(0.0, min(next_look, hard_deadline) - time.monotonic())
                ready = dict(poll.poll(wait * 1000))
                for descriptor in ready:
                    if descriptor in streams and not streams[descriptor].drain():
                        poll.unregister(descriptor)
                if run.channel.fileno() in ready:
                    _receive(run)
                    if ready[run.channel.fileno()] & select.POLLHUP:
                        poll.unregister(run.channel.fileno())
                if run.status.fileno() in ready:
                    run.report = _report(run.status)
                    return
                if self._connection.fileno() in ready:
                    run.cut = Ending.CANCELLED
                elif ended in ready:
                    return
                elif max(run.stdout.total, run.stderr.total) > limits.output_flood:
                    run.cut = Ending.OUTPUT
                elif time.monotonic() >= hard_deadline:
                    run.cut = Ending.WALL_TIME
                elif time.monotonic() >= next_look:
                    next_look += _POLL_SECONDS
                    _check_usage(child, run)
        finally:
            os.close(ended)

    def _outcome(self, run: _Run, wall: float, cpu: float) -> Outcome:
        report = run.report or {}
        if run.cut is None and (not report or report["failure"]):
            reason = report.get("failure") or run.stderr.kept.decode("utf-8", "replace").strip()
            raise SandboxError(
                f"the sandbox could not be built, so nothing was run: {reason or 'no reason given'}"
            )
        status = report.get("status")
        ending = run.cut or (Ending.WALL_TIME if report.get("timed_out") else None)
        exit_code = os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None
        killer = os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else None
        limits = run.program.limits
        cpu = report.get("cpu", cpu)
        if killer in (signal.SIGXCPU, signal.SIGKILL) and cpu >= limits.cpu_seconds:
            ending = ending or Ending.CPU_TIME
        return Outcome(
            ending=ending or (Ending.EXITED if killer is None else Ending.SIGNALED),
            exit_code=exit_code,
            signal=killer,
            wall_seconds=report.get("wall", wall),
            cpu_seconds=cpu,
            peak_memory_bytes=run.peak_memory,
            stdout=bytes(run.stdout.kept),
            stderr=bytes(run.stderr.kept),
            stdout_bytes=run.stdout.total,
            stderr_bytes=run.stderr.total,
            messages=tuple(run.messages),
            samples=bytes(run.samples.kept),
            samples_sent=report.get("samples_sent", 0),
            connections=report.get("connections", 0),
            witnesses={path: Witness(*seen) for path, seen in report.get("witnesses", {}).items()},
            faults=tuple(
                Fault(number, itself, tuple(CodeAddress(*frame) for frame in frames))
                for number, itself, frames in report.get("faults", ())
            ),
            tier=policy.TIER,
            layers=self._layers(run.program),
            policy_sha256=policy.digest(
                limits,
                seccomp.filter_program(may_trace=run.program.watch.trace),
                run.program.watch.trace,
                run.program.host_tools,
            ),
        )

    def _layers(self, program: Program) -> tuple[str, ...]:
        layers = ["namespaces", "read-only-root", "no-capabilities", "seccomp", "rlimits"]
        if not program.watch.trace:
            layers.append("no-proc")
        if self._identity.drops:
            layers.append("unused-uid")
        if self._group:
            layers.append(self._group.layer)
        return tuple(layers)

    def _children_of_old_runs(self) -> None:
        """A fresh supervisor has no children: if it does, something is badly wrong."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
            raise SandboxError("the supervisor started with children that are not its own")


def _instructions(program: Program) -> dict[str, Any]:
    """What the init is told; it must hold nothing but what marshal can carry."""
    limits, watch = program.limits, program.watch
    return {
        "argv": list(program.argv),
        "script": program.argv[4] if program.python_script else "",
        "rlimits": {
            "RLIMIT_CPU": limits.cpu_seconds,
            "RLIMIT_FSIZE": limits.file_bytes,
            "RLIMIT_NOFILE": limits.open_files,
            "RLIMIT_NPROC": limits.processes,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
        },
        "wall_seconds": float(limits.wall_seconds),
        "port": LISTENER_PORT if watch.listener else 0,
        "witnesses": list(watch.witnesses),
        "sample_signal": watch.sample_signal,
        "sample_seconds": sorted(watch.sample_seconds),
        "trace": watch.trace,
        "tracing_filter": seccomp.tracing_filter() if watch.trace else b"",
    }


def _open_run(program: Program) -> tuple[_Run, dict[int, int]]:
    """Open the pipes and sockets of a run; return our side, and their side by final number."""
    limits = program.limits
    null = _high(os.open(os.devnull, os.O_RDONLY))
    out_read, out_write = os.pipe()
    error_read, error_write = os.pipe()
    sample_read, sample_write = os.pipe()
    channel, their_channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    status, their_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for descriptor in (out_read, error_read, sample_read):
        os.set_blocking(descriptor, False)
    channel.setblocking(False)
    inside = {
        0: null,
        1: _high(out_write),
        2: _high(error_write),
        CHANNEL_FD: _high(their_channel.detach()),
        SAMPLES_FD: _high(sample_write),
        _STATUS_FD: _high(their_status.detach()),
    }
    run = _Run(
        program=program,
        stdout=_Stream(out_read, limits.output_kept),
        stderr=_Stream(error_read, limits.output_kept),
        samples=_Stream(sample_read, _SAMPLES_KEPT),
        channel=channel,
        status=status,
    )
    return run, inside


def _in_memory(content: bytes) -> int:
    """Return a descriptor, open for reading from the start, of an anonymous file."""
    descriptor = os.memfd_create("file")
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    high = _high(descriptor)
    os.set_inheritable(high, True)
    return high


def _high(descriptor: int) -> int:
    """Move a descriptor out of the way of the fixed numbers that the child will use."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_FD)
    os.close(descriptor)
    return moved


def _close_all(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _report(status: socket.socket) -> dict[str, Any] | None:
    """Return what the init reports, or None when it ended without a word."""
    try:
        message = status.recv(1 << 20)
    except ConnectionError:
        return None
    return marshal.loads(message) if message else None  # noqa: S302  written by our init


def _receive(run: _Run) -> bool:
    """Take one message off the channel; return whether there was one."""
    try:
        message = run.channel.recv(_MESSAGE_BYTES)
    except (BlockingIOError, ConnectionError):
        return False
    # An empty message says nothing, and looks like the end of the stream.
    if message and len(run.messages) < _MESSAGES_KEPT:
        run.messages.append(message)
    return bool(message)


def _check_usage(child: int, run: _Run) -> None:
    limits = run.program.limits
    used = processes.usage(child)
    run.peak_memory = max(run.peak_memory, used.memory_bytes)
    if used.memory_bytes > limits.memory_bytes:
        run.cut = Ending.MEMORY
    elif used.cpu_seconds > limits.cpu_seconds:
        run.cut = Ending.CPU_TIME


def _kill_and_reap(child: int) -> float:
    """End every process that is left and reap them all; return their processor time."""
    cpu = 0.0
    for process in reversed(processes.descendants(child)):
        # The init's end takes its whole namespace along, so that nothing can fork faster.
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return cpu
        cpu += usage.ru_utime + usage.ru_stime


def _drain_the_rest(run: _Run) -> None:
    """Read what was still in the pipes; nobody is left to write more."""
    for stream in (run.stdout, run.stderr, run.samples):
        before = -1
        while before != stream.total:
            before = stream.total
            stream.drain()
    while _receive(run):
        pass


if __name__ == "__main__":
    main()
