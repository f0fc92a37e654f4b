"""The trusted init: process 1 of the sandbox, outside of the hostile program's reach.

It starts the program, reaps whatever is orphaned, ends the program at its time limit, and reports
how the program ended as waitid(2) saw it, so that a signal is never mistaken for an exit code of
128 + n. It reads its briefing from descriptor 6 and reports on descriptor 5 (`briefing.py` is the
other end of both); the program inherits neither.

The kernel shields process 1 from signals of its own namespace as long as it has no handler for
them, so there is none here. Every run pays for what is imported: only modules built into the
interpreter, and marshal instead of a parser. A Python script is not started by a second
interpreter: the forked child goes on as the script, so this file must stay valid for CPython 3.6.
"""
# ruff: noqa: PTH123, SIM105  pathlib and contextlib would have to be imported first

import gc
import marshal
import os
import resource
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from typing import Any

    from tidegate.engines.sandbox.inside.listener import Listener
    from tidegate.engines.sandbox.inside.tracer import Tracer
else:
    import _signal

_STATUS_FD = 5
_BRIEFING_FD = 6
_FOLDER = "/init"  # also when this file was compiled and lies elsewhere
_FAILURE_BYTES = 256
_MOST_DESCRIPTORS = 1024
_WALL = 0x40000000  # __WALL: whatever was cloned, too
_LISTENER_SECONDS = 0.005
_SCRATCH_SECONDS = 0.05
_REAPED_AT_ONCE = 64


def main() -> "list[str]":
    """Start and watch the program; in a child that becomes a Python script, return its argv."""
    briefing = marshal.loads(  # noqa: S302  written by our own supervisor
        os.read(_BRIEFING_FD, os.fstat(_BRIEFING_FD).st_size)
    )
    os.set_inheritable(_STATUS_FD, False)
    # Python's handler for this one would let the program end process 1.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    _signal.pthread_sigmask(_signal.SIG_BLOCK, {_signal.SIGCHLD})
    listener = _beside("listener").Listener(briefing["port"]) if briefing["port"] else None
    tracer = _beside("tracer").Tracer(briefing["tracing_filter"]) if briefing["trace"] else None
    if briefing["script"] and hasattr(gc, "freeze"):
        # Or the script's last collection would write to all that it shares with us: a page copied
        # for each, which is a good part of what a short run costs.
        gc.freeze()
    os.write(_STATUS_FD, b"+")
    started = time.monotonic()
    failure_read, failure_write = os.pipe()
    program = os.fork()
    if program == 0:
        _become(briefing, tracer, failure_write)
        argv: list[str] = briefing["argv"]
        return argv[4:]
    os.close(failure_write)
    if tracer:
        tracer.attach(program)
    failure = os.read(failure_read, _FAILURE_BYTES) if not tracer else b""
    report = _watch(briefing, program, started, listener, tracer)
    if tracer:
        failure = os.read(failure_read, _FAILURE_BYTES)
    report["failure"] = failure.decode("utf-8", "replace")
    report["witnesses"] = {path: _witness(path) for path in briefing["witnesses"]}
    rest = marshal.dumps(report, 2)
    while rest:
        rest = rest[os.write(_STATUS_FD, rest) :]
    # Straight out: nothing of this interpreter needs tidying, and the supervisor waits.
    os._exit(0)


def _become(briefing: "dict[str, Any]", tracer: "Tracer | None", failure_write: int) -> None:
    """Turn the forked child into the hostile program; returns only for a Python script."""
    try:
        os.setpgid(0, 0)
        for name, value in briefing["rlimits"].items():
            resource.setrlimit(getattr(resource, name), (value, value))
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, {_signal.SIGCHLD})
        if tracer:
            tracer.wait_for_tracer()
            tracer.close_the_door()
        if briefing["sample_signal"]:
            # It may come before the program's harness listens for it, and would be its end.
            _signal.signal(briefing["sample_signal"], _signal.SIG_IGN)
        # Whatever else is open here is the init's own: the program keeps 0 to 4.
        os.closerange(_STATUS_FD, failure_write)
        os.closerange(failure_write + 1, _MOST_DESCRIPTORS)
        if briefing["script"]:
            _signal.signal(_signal.SIGINT, _signal.default_int_handler)
            os.close(failure_write)
            return
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
        _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
        _signal.signal(_signal.SIGXFSZ, _signal.SIG_DFL)
        os.execve(briefing["argv"][0], briefing["argv"], briefing["environment"])  # noqa: S606  no shell
    except BaseException as error:  # noqa: BLE001  never back into the init
        os.write(failure_write, str(error).encode("utf-8", "replace")[:_FAILURE_BYTES])
        os._exit(127)


def _watch(
    briefing: "dict[str, Any]",
    program: int,
    started: float,
    listener: "Listener | None",
    tracer: "Tracer | None",
) -> "dict[str, Any]":
    """Wait for the program's end or a bound; then end and reap everything."""
    deadline = started + briefing["wall_seconds"]
    samples = [started + moment for moment in briefing["sample_seconds"]]
    look = started + _SCRATCH_SECONDS
    samples_sent = 0
    cut = ""
    status = None
    faults: list[Any] = []
    while status is None:
        now = time.monotonic()
        if now >= deadline:
            cut = "wall-time"
        if now >= look:
            look = now + _SCRATCH_SECONDS
            if _scratch_files(briefing["scratch"]) > briefing["scratch_files"]:
                cut = "memory"
        if cut:
            break
        if samples and now >= samples[0]:
            del samples[0]
            os.kill(program, briefing["sample_signal"])
            samples_sent += 1
        if listener:
            listener.answer()
        status, idle = _reap(program, tracer, faults)
        if idle:
            wake = min([deadline, look, *samples[:1]])
            wake = min(wake, now + _LISTENER_SECONDS) if listener else wake
            _signal.sigtimedwait({_signal.SIGCHLD}, max(0.0, wake - time.monotonic()))
    wall = time.monotonic() - started
    if listener:
        listener.answer()
    _end_everything()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "status": status,
        "cut": cut,
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "largest": usage.ru_maxrss * 1024,
        "samples_sent": samples_sent,
        "connections": listener.connections if listener else 0,
        "faults": faults,
    }


def _reap(program: int, tracer: "Tracer | None", faults: "list[Any]") -> "tuple[int | None, bool]":
    """Reap some of what ended; return the program's wait status once known, and whether idle."""
    for _ in range(_REAPED_AT_ONCE):
        try:
            process, status = os.waitpid(-1, os.WNOHANG | _WALL)
        except ChildProcessError:
            return None, True
        if process == 0:
            return None, True
        if os.WIFSTOPPED(status):
            fault = tracer.resume(process, status) if tracer else None
            if fault:
                faults.append(fault)
        elif process == program:
            return status, False
    # Orphans may come faster than they can be reaped; the clock has to be looked at all the same.
    return None, False


def _end_everything() -> None:
    while True:
        try:
            os.kill(-1, _signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            os.waitpid(-1, _WALL)
        except ChildProcessError:
            return


def _scratch_files(folders: "list[str]") -> int:
    sizes = [os.statvfs(folder) for folder in folders]
    return sum(size.f_files - size.f_ffree for size in sizes)


def _witness(path: str) -> "tuple[bool, int, bool]":
    try:
        found = os.lstat(path)
    except OSError:
        return (False, 0, False)
    return (True, found.st_size, found.st_atime_ns > found.st_mtime_ns)


def _beside(name: str) -> "Any":
    """Import a module that lies beside this one; `-I` keeps this folder off the path."""
    sys.path.insert(0, _FOLDER)
    try:
        return __import__(name)
    finally:
        del sys.path[0]


def become_script(argv: "list[str]") -> None:
    """Go on as the script, in a namespace that knows nothing of the init."""
    sys.argv = argv
    with open(argv[0], "rb") as file:
        code = compile(file.read(), argv[0], "exec", dont_inherit=True)
    for name in ("listener", "tracer"):
        sys.modules.pop(name, None)
    script = type(sys)("__main__")
    vars(script).update(__file__=argv[0], __builtins__=__builtins__)
    sys.modules["__main__"] = script
    exec(code, vars(script))  # noqa: S102  that is what this process is for


become_script(main())
