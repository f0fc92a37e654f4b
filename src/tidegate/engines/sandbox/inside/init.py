"""The trusted init: process 1 of the sandbox, outside of the hostile program's reach.

It starts the program, reaps whatever is orphaned, ends the program at its time limit, and reports
how the program ended as waitid(2) saw it, so that a signal is never mistaken for an exit code of
128 + n. It talks to the supervisor over descriptor 5, which the program does not inherit.

Every run pays for what is imported here: only modules built into the interpreter, and marshal
instead of a parser (both ends of descriptor 5 are ours). A Python script is not started by a second
interpreter: the forked child goes on as the script, so this file must stay valid for CPython 3.6.
"""

import marshal
import os
import sys
import time

import _signal
import resource

_STATUS_FD = 5
_REPORT_BOUND = 256
_MOST_DESCRIPTORS = 1024
_LISTENER_POLL = 0.005


def main():
    """Start and watch the program; in a child that becomes a Python script, return its path."""
    instructions = marshal.loads(os.read(_STATUS_FD, 1 << 20))
    os.set_inheritable(_STATUS_FD, False)
    _signal.pthread_sigmask(_signal.SIG_BLOCK, {_signal.SIGCHLD})
    listener = _listen(instructions["port"]) if instructions["port"] else None
    tracer = _tracer(instructions) if instructions["trace"] else None
    started = time.monotonic()
    failure_read, failure_write = os.pipe()
    program = os.fork()
    if program == 0:
        _become(instructions, tracer, failure_write)
        return instructions["argv"][4:]
    os.close(failure_write)
    if tracer:
        tracer.attach(program)
    failure = os.read(failure_read, _REPORT_BOUND) if not tracer else b""
    report = _watch(instructions, program, started, listener, tracer)
    if tracer:
        failure = os.read(failure_read, _REPORT_BOUND)
    report["failure"] = failure.decode("utf-8", "replace")
    report["witnesses"] = {path: _witness(path) for path in instructions["witnesses"]}
    os.write(_STATUS_FD, marshal.dumps(report, 2))
    # Straight out: nothing of this interpreter needs tidying, and the supervisor waits.
    os._exit(0)


def _become(instructions, tracer, failure_write):
    """Turn the forked child into the hostile program; returns only for a Python script."""
    try:
        os.setpgid(0, 0)
        for name, value in instructions["rlimits"].items():
            resource.setrlimit(getattr(resource, name), (value, value))
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, {_signal.SIGCHLD})
        if tracer:
            tracer.wait_for_tracer()
            tracer.close_the_door()
        # Whatever else is open here is the init's own: the program keeps 0 to 4.
        os.closerange(_STATUS_FD, failure_write)
        os.closerange(failure_write + 1, _MOST_DESCRIPTORS)
        if instructions["script"]:
            os.close(failure_write)
            return
        _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
        os.execv(instructions["argv"][0], instructions["argv"])
    except BaseException as error:
        os.write(failure_write, str(error).encode("utf-8", "replace")[:_REPORT_BOUND])
        os._exit(127)


def _watch(instructions, program, started, listener, tracer):
    """Wait for the program's end or its time limit; then end and reap everything."""
    deadline = started + instructions["wall_seconds"]
    samples = list(instructions["sample_seconds"])
    report = {
        "timed_out": False,
        "status": None,
        "connections": 0,
        "samples_sent": 0,
        "wall": 0.0,
        "cpu": 0.0,
        "faults": [],
    }
    while report["status"] is None:
        now = time.monotonic()
        if now >= deadline:
            report["timed_out"] = True
            break
        if samples and now - started >= samples[0]:
            del samples[0]
            os.kill(program, instructions["sample_signal"])
            report["samples_sent"] += 1
        wake = min([deadline] + [started + samples[0]] if samples else [deadline])
        if listener:
            report["connections"] += _accept(listener)
            wake = min(wake, now + _LISTENER_POLL)
        status = _reap(program, tracer, report["faults"])
        if status is None:
            _signal.sigtimedwait({_signal.SIGCHLD}, max(0.0, wake - time.monotonic()))
        report["status"] = status
    report["wall"] = time.monotonic() - started
    if listener:
        report["connections"] += _accept(listener)
    _end_everything()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    report["cpu"] = usage.ru_utime + usage.ru_stime
    return report


def _reap(program, tracer, faults):
    """Reap whatever ended; return the program's wait status once it is known."""
    options = os.WNOHANG | (tracer.WAIT_ALL if tracer else 0)
    while True:
        try:
            process, status = os.waitpid(-1, options)
        except ChildProcessError:
            return None
        if process == 0:
            return None
        if os.WIFSTOPPED(status):
            fault = tracer.resume(process, status) if tracer else None
            if fault:
                faults.append(fault)
        elif process == program:
            return status


def _end_everything():
    while True:
        try:
            os.kill(-1, _signal.SIGKILL)
        except ProcessLookupError:
            pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _witness(path):
    try:
        found = os.lstat(path)
    except OSError:
        return (False, 0, False)
    return (True, found.st_size, found.st_atime_ns > found.st_mtime_ns)


def _listen(port):
    import _socket

    listener = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    listener.setblocking(False)
    return listener


_open_connections = []


def _accept(listener):
    """Take and answer what waits at the listener, without ever blocking on it."""
    import _socket

    taken = 0
    while taken < 64:
        try:
            descriptor, _ = listener._accept()
        except OSError:
            return taken
        taken += 1
        connection = _socket.socket(fileno=descriptor)
        connection.setblocking(False)
        try:
            connection.send(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
                b"Connection: close\r\n\r\nok"
            )
            connection.shutdown(_socket.SHUT_WR)
        except OSError:
            pass
        # Closing with unread input would reset the connection before the client read the answer.
        _open_connections.append(connection)
        del _open_connections[:-64]
    return taken


def _tracer(instructions):
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import tracer

    return tracer.Tracer(instructions["tracing_filter"])


def become_script(argv):
    """Go on as the script, in a namespace that knows nothing of the init."""
    sys.argv = argv
    with open(argv[0], "rb") as file:
        code = compile(file.read(), argv[0], "exec")
    sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]
    exec(code, {"__name__": "__main__", "__file__": argv[0], "__builtins__": __builtins__})


become_script(main())
