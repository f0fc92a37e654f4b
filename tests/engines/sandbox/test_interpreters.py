"""The init runs on every CPython from 3.6 on that is at hand, and becomes the script there."""

from __future__ import annotations

import shutil
import signal
import subprocess
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from tidegate.engines.sandbox import Bind, Ending, File, Limits, Program, Watch, policy
from tidegate.engines.sandbox.policy import INIT_FLAGS

_ASK = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable, sys.base_prefix)"


def _found() -> dict[str, tuple[str, str]]:
    """Return executable and prefix of one CPython of each version: from the path and from pyenv."""
    candidates: list[str | None] = [shutil.which(f"python3.{minor}") for minor in range(6, 16)]
    candidates += [str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python3")]
    found = {}
    for candidate in candidates:
        if candidate is None:
            continue
        asked = subprocess.run(
            [candidate, "-I", "-c", _ASK], capture_output=True, text=True, check=False
        )
        version, executable, prefix = asked.stdout.split() or ("", "", "/usr")
        if prefix != "/usr":
            found[version] = (executable, prefix)
    return found


def _minor(version: str) -> int:
    return int(version.removeprefix("3."))


_INTERPRETERS = _found()
_VERSIONS = sorted(_INTERPRETERS, key=_minor)


@pytest.fixture(params=_VERSIONS or [""])
def interpreter(request):
    if not request.param:
        pytest.skip("no other CPython is installed here")
    executable, prefix = _INTERPRETERS[request.param]
    return request.param, executable, Path(prefix)


def script(interpreter, source: str, watch: Watch | None = None) -> Program:
    _, executable, prefix = interpreter
    return Program(
        argv=(executable, *INIT_FLAGS, "/work/script.py"),
        binds=(Bind(prefix, str(prefix)),),
        files=(File("/work/script.py", source.encode()),),
        limits=Limits(wall_seconds=20),
        watch=watch or Watch(),
        python_script=True,
    )


def test_a_script_runs_on_the_interpreter_that_is_named(sandbox, interpreter):
    source = (
        "import sys, signal\nmain = sys.modules['__main__']\n"
        "print('%d.%d' % sys.version_info[:2], main.__dict__ is globals(), __file__,"
        " signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    )
    outcome = sandbox.run(script(interpreter, source))

    assert outcome.stdout.decode() == f"{interpreter[0]} True /work/script.py True\n", (
        outcome.stderr
    )


def test_a_script_ends_as_python_ends_it(sandbox, interpreter):
    raised = sandbox.run(script(interpreter, "1 / 0"))
    left = sandbox.run(
        script(interpreter, "import sys, atexit\natexit.register(print, 'bye')\nsys.exit(3)")
    )
    bad = sandbox.run(script(interpreter, "def ("))

    assert (raised.exit_code, b"ZeroDivisionError" in raised.stderr) == (1, True)
    assert (left.exit_code, left.stdout) == (3, b"bye\n")
    assert (bad.exit_code, b"SyntaxError" in bad.stderr) == (1, True)


def test_the_whole_watch_works_there(sandbox, interpreter):
    source = (
        "import ctypes, os, signal, socket, time\nos.write(3, b'said')\n"
        "signal.signal(signal.SIGUSR1, lambda *_: os.write(4, b'sample'))\n"
        "socket.create_connection(('127.0.0.1', 8808)).close()\n"
        "open('/work/seen', 'w').write('x')\ntime.sleep(.3)\nctypes.string_at(1)"
    )
    watch = Watch(
        listener=True,
        witnesses=("/work/seen",),
        sample_signal=signal.SIGUSR1,
        sample_seconds=(0.2,),
        trace=True,
    )
    outcome = sandbox.run(script(interpreter, source, watch))

    assert (outcome.ending, outcome.signal) == (Ending.SIGNALED, signal.SIGSEGV), outcome.stderr
    assert (outcome.messages, outcome.samples, outcome.connections) == ((b"said",), b"sample", 1)
    assert outcome.witnesses["/work/seen"].size == 1
    assert [fault.self_inflicted for fault in outcome.faults] == [False]


def test_this_interpreter_is_spared_the_compiler():
    assert policy.compiled_init().startswith(MAGIC_NUMBER)
    assert policy.runs_here(Program(argv=("/bin/sh",)), policy.this_interpreter())
    own = Program(argv=(policy.this_interpreter().executable,), python_script=True)
    assert policy.runs_here(own, policy.this_interpreter())
