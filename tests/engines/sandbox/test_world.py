"""The world that a program gets to see is built from nothing, whatever kind of program it is."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.engines.sandbox.programs import python_program
from tidegate.engines.sandbox import Bind, BubblewrapSandbox, File, Link, Program


def test_the_environment_holds_what_the_caller_names_and_nothing_of_the_host(monkeypatch):
    monkeypatch.setenv("TIDEGATE_SECRET_OF_THE_HOST", "hush")
    with BubblewrapSandbox() as sandbox:
        shell = sandbox.run(
            Program(argv=("/usr/bin/env",), environment={"HOME": "/home", "ODD": "a\nb=c --bind"})
        )
        script = sandbox.run(python_program("import os; print(sorted(os.environ))"))

    assert set(shell.stdout.decode().splitlines()) == {
        "PATH=/usr/bin:/bin",
        "PWD=/work",
        "HOME=/home",
        "ODD=a",
        "b=c --bind",
    }
    assert set(eval(script.stdout)) <= {"PATH", "PWD", "LC_CTYPE"}


def test_the_callers_path_replaces_the_usual_one(sandbox):
    outcome = sandbox.run(Program(argv=("/usr/bin/env",), environment={"PATH": "/opt"}))

    assert b"PATH=/opt\n" in outcome.stdout


def test_a_program_starts_in_work_as_nobody_in_particular(sandbox):
    line = "pwd; id -u 2>/dev/null; ls / >/dev/null 2>&1; echo $$"
    outcome = sandbox.run(Program(argv=("/bin/sh", "-c", line)))
    source = "import os, socket; print(os.getcwd(), os.getuid(), os.getgid(), socket.gethostname())"
    script = sandbox.run(python_program(source))

    assert outcome.stdout.startswith(b"/work\n")
    assert script.stdout == b"/work 1000 1000 sandbox\n"


def test_the_programs_of_the_host_are_there_for_builds_only(sandbox):
    line = "test -x /usr/bin/id && echo yes || echo no"
    proof = sandbox.run(Program(argv=("/bin/sh", "-c", line)))
    build = sandbox.run(Program(argv=("/bin/sh", "-c", line), host_tools=True))

    assert (proof.stdout, build.stdout) == (b"no\n", b"yes\n")


_LOOK = """
read a < /lib-of-mine/text; read b < /work/a; read c < /etc/laid; /work/run
echo $a, $b, $c, $(echo x 2>/dev/null > /lib-of-mine/text && echo written)
echo new > /cache/new && read d < /cache/new; echo $d
"""


def test_files_links_binds_and_writable_folders_are_laid(sandbox, tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "text").write_text("from the host")
    program = Program(
        argv=(
            "/bin/sh",
            "-c",
            _LOOK,
        ),
        binds=(Bind(tmp_path / "given", "/lib-of-mine"),),
        links=(Link("/work/a", "b"),),
        files=(
            File("/work/b", b"through a link\n"),
            File("/etc/laid", b"elsewhere\n"),
            File("/work/run", b"#!/bin/sh\necho run\n", executable=True),
        ),
        writable=("/cache",),
    )

    assert sandbox.run(program).stdout == b"run\nfrom the host, through a link, elsewhere,\nnew\n"
    assert (tmp_path / "given" / "text").read_text() == "from the host"


def test_signals_are_as_in_any_other_process(sandbox):
    script = sandbox.run(
        python_program(
            "import signal\n"
            "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler,"
            " signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN, signal.pthread_sigmask(0, []))"
        )
    )
    ignored = sandbox.run(
        Program(argv=("/bin/sh", "-c", "for n in INT PIPE XFSZ; do (kill -$n $$); done; echo on"))
    )

    assert script.stdout == b"True True set()\n"
    assert (ignored.signal, ignored.stdout) == (signal.SIGINT, b"")


def test_a_script_is_its_own_main_module(sandbox):
    source = (
        "import sys, pickle\nclass Thing: pass\nmain = sys.modules['__main__']\n"
        "print(main.Thing is Thing, main.__dict__ is globals(), __file__, sys.argv, sorted("
        "name for name in globals() if not name.startswith('__')))\npickle.dumps(Thing())\n"
        "print(any(name in sys.modules for name in ('init', 'tracer', 'listener')),"
        " any('/init' in entry for entry in sys.path))"
    )
    outcome = sandbox.run(python_program(source))

    assert outcome.stdout.decode().splitlines() == [
        "True True /work/hostile.py ['/work/hostile.py'] ['Thing', 'main', 'pickle', 'sys']",
        "False False",
    ], outcome.stderr


def test_node_sees_the_same_world(sandbox):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node is installed here")
    source = (
        "const fs = require('fs');"
        "console.log(process.cwd(), process.getuid(), Object.keys(process.env).sort().join(),"
        " fs.readdirSync('/work').length, fs.existsSync('/proc'));"
        "try { fs.writeFileSync('/etc/x', '') } catch (error) { console.log(error.code) }"
    )
    outcome = sandbox.run(
        Program(argv=("/opt/node", "-e", source), binds=(Bind(Path(node).resolve(), "/opt/node"),))
    )

    assert outcome.stdout == b"/work 1000 PATH,PWD 0 false\nEROFS\n", outcome.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads what others cannot")
def test_root_shows_a_program_what_the_runs_uid_could_not_reach(sandbox, tmp_path):
    closed = tmp_path / "closed"
    (closed / "open").mkdir(parents=True)
    (closed / "open" / "text").write_text("seen\n")
    closed.chmod(0o700)
    program = Program(
        argv=("/bin/sh", "-c", "read a < /given/text; echo $a; ls /sys /mnt 2>/dev/null"),
        binds=(Bind(closed / "open", "/given"),),
    )

    assert sandbox.run(program).stdout == b"seen\n"
