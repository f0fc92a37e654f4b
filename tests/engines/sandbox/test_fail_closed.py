"""No isolation, no run: whatever is missing, nothing is run and the message says how to mend it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.sandbox.programs import python_program
from tidegate.engines.sandbox import BubblewrapSandbox, SandboxError, seccomp
from tidegate.engines.sandbox.model import Program

_OPEN = """
from tidegate.engines.sandbox import BubblewrapSandbox, SandboxError
try:
    BubblewrapSandbox()
except SandboxError as error:
    print("REFUSED", error)
else:
    print("OPENED")
"""


def executable(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


@pytest.fixture
def fake_bubblewrap(open_folder, monkeypatch):
    """Put a program of the name of bubblewrap on the path."""

    def make(lines: str) -> None:
        executable(open_folder / "bwrap", f"#!/bin/sh\n{lines}\n")
        monkeypatch.setenv("PATH", f"{open_folder}:{os.environ['PATH']}")

    return make


def test_without_bubblewrap_nothing_is_run(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SandboxError, match="apt install bubblewrap"):
        BubblewrapSandbox()


def test_a_bubblewrap_that_makes_no_namespace_runs_nothing(fake_bubblewrap):
    fake_bubblewrap(
        "echo 'bwrap: Creating new namespace failed: Operation not permitted' >&2; exit 1"
    )

    with pytest.raises(SandboxError, match=r"nothing was run.*not permitted; allow unprivileged"):
        BubblewrapSandbox()


def test_an_old_bubblewrap_is_named_as_the_reason(fake_bubblewrap):
    fake_bubblewrap("echo 'bwrap: Unknown option --disable-userns' >&2; exit 1")

    with pytest.raises(SandboxError, match=r"bubblewrap 0\.8 or newer is needed"):
        BubblewrapSandbox()


@pytest.mark.parametrize("lines", ["exit 0", "kill -9 $$", "exec 1>&- 2>&- 3>&-; exit 3"])
def test_a_bubblewrap_that_ends_without_a_word_is_no_run(fake_bubblewrap, lines):
    fake_bubblewrap(lines)

    with pytest.raises(SandboxError, match="nothing was run"):
        BubblewrapSandbox()


def test_a_kernel_that_refuses_namespaces_is_refused():
    # A real one: inside of a sandbox whose own namespaces may not be nested.
    walls = ("--unshare-user", "--disable-userns", "--dev-bind", "/", "/")
    done = subprocess.run(
        ["bwrap", *walls, sys.executable, "-c", _OPEN],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stdout.startswith("REFUSED"), (done.stdout, done.stderr)


def test_without_libseccomp_nothing_is_run(monkeypatch, tmp_path):
    # The supervisor is a process of its own: it is started by an interpreter that cannot find it.
    script = (
        "import runpy, sys; sys.modules['pyseccomp'] = None; sys.argv[:2] = ['supervisor'];"
        "runpy.run_module('tidegate.engines.sandbox.supervisor', run_name='__main__')"
    )
    wrapper = executable(
        tmp_path / "python", f'#!/bin/sh\nshift 2\nexec {sys.executable} -c "{script}" "$@"\n'
    )
    monkeypatch.setattr(sys, "executable", str(wrapper))

    with pytest.raises(SandboxError, match="install libseccomp2"):
        BubblewrapSandbox()


def test_a_filter_without_libseccomp_is_an_error_and_not_an_empty_filter(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    seccomp.filter_program.cache_clear()
    seccomp.tracing_filter.cache_clear()

    for build in (seccomp.filter_program, seccomp.tracing_filter):
        with pytest.raises(SandboxError, match="install libseccomp2"):
            build()


def test_a_supervisor_that_cannot_start_is_no_sandbox(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(SandboxError, match="supervisor has ended"):
        BubblewrapSandbox()


def test_the_sandbox_goes_on_after_a_refused_run(sandbox):
    program = python_program("print('on')")
    for bad in (
        Program(argv=(program.argv[0], "-S", "/work/hostile.py"), python_script=True),
        Program(argv=("/bin/sh",), environment={"A=B\0": "c"}),
        Program(argv=("/bin/sh",), environment={"A": "\ud800"}),
        Program(argv=("/bin/sh",), writable=("/work/\0",)),
    ):
        with pytest.raises(SandboxError):
            sandbox.run(bad)

    assert sandbox.run(program).stdout == b"on\n"
