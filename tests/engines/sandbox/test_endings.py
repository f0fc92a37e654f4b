"""How a program ended is told by the sandbox: exit codes, signals and every bound."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.engines.sandbox.programs import python_program
from tidegate.engines.sandbox import Bind, Ending, Limits, Program, SandboxError

SHELL = ("/bin/sh", "-c")


def shell_program(line: str, limits: Limits | None = None) -> Program:
    return Program(argv=(*SHELL, line), limits=limits or Limits(wall_seconds=10))


def node_program(source: str) -> Program:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node is installed here")
    return Program(
        argv=("/opt/node", "-e", source),
        binds=(Bind(Path(node).resolve(), "/opt/node"),),
        limits=Limits(wall_seconds=20, memory_bytes=2 << 30),
    )


@pytest.mark.parametrize("code", [0, 1, 126, 127, 134, 137, 139, 255])
def test_an_exit_code_is_never_taken_for_a_signal(sandbox, code):
    for program in (python_program(f"import os; os._exit({code})"), shell_program(f"exit {code}")):
        outcome = sandbox.run(program)

        assert (outcome.ending, outcome.exit_code, outcome.signal) == (Ending.EXITED, code, None)


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL", "SIGABRT", "SIGTERM", "SIGBUS", "SIGINT"])
def test_a_signal_is_never_taken_for_an_exit_code(sandbox, name):
    number = signal.Signals[name]
    source = f"import os, signal; signal.signal({int(number)}, 0); os.kill(os.getpid(), {number})"
    if number == signal.SIGKILL:
        source = "import os; os.kill(os.getpid(), 9)"
    for program in (python_program(source), shell_program(f"kill -{int(number)} $$")):
        outcome = sandbox.run(program)

        assert (outcome.ending, outcome.exit_code, outcome.signal) == (
            Ending.SIGNALED,
            None,
            number,
        )


def test_a_real_fault_is_a_signal(sandbox):
    outcome = sandbox.run(python_program("import ctypes; ctypes.string_at(1)"))

    assert (outcome.ending, outcome.signal) == (Ending.SIGNALED, signal.SIGSEGV)


def test_node_is_told_apart_in_the_same_way(sandbox):
    left = sandbox.run(node_program("process.exit(139)"))
    killed = sandbox.run(node_program("process.kill(process.pid, 'SIGSEGV')"))
    aborted = sandbox.run(node_program("process.abort()"))

    assert (left.ending, left.exit_code, left.signal) == (Ending.EXITED, 139, None)
    assert (killed.ending, killed.signal) == (Ending.SIGNALED, signal.SIGSEGV)
    assert (aborted.ending, aborted.signal) == (Ending.SIGNALED, signal.SIGABRT)


@pytest.mark.parametrize("source", ["import time; time.sleep(60)", "while True: pass"])
def test_the_wall_clock_ends_a_program(sandbox, source):
    started = time.monotonic()
    outcome = sandbox.run(python_program(source, limits=Limits(wall_seconds=0.5)))

    assert outcome.ending is Ending.WALL_TIME
    assert (outcome.exit_code, outcome.signal) == (None, None)
    assert outcome.wall_seconds >= 0.5
    assert time.monotonic() - started < 6


def test_processor_time_ends_one_process(sandbox):
    limits = Limits(wall_seconds=30, cpu_seconds=1)
    outcome = sandbox.run(python_program("while True: pass", limits=limits))

    assert outcome.ending is Ending.CPU_TIME
    assert outcome.cpu_seconds >= 0.9


def test_processor_time_is_that_of_the_whole_tree(sandbox):
    source = (
        "import os, time\nfor _ in range(20):\n    if os.fork() == 0:\n"
        "        end = time.process_time() + .2\n        while time.process_time() < end: pass\n"
        "        os._exit(0)\n    os.wait()\ntime.sleep(30)"
    )
    limits = Limits(wall_seconds=40, cpu_seconds=1)
    outcome = sandbox.run(python_program(source, limits=limits))

    assert outcome.ending is Ending.CPU_TIME
    assert outcome.wall_seconds < 30


def test_memory_is_that_of_the_whole_tree(sandbox):
    source = (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        hoard = bytearray(b'x') * (50 << 20)\n        time.sleep(30)\ntime.sleep(30)"
    )
    limits = Limits(wall_seconds=40, memory_bytes=200 << 20)
    outcome = sandbox.run(python_program(source, limits=limits))

    assert outcome.ending is Ending.MEMORY
    assert outcome.wall_seconds < 20
    assert outcome.peak_memory_bytes > 100 << 20


def test_memory_that_processes_share_counts_once(sandbox):
    source = (
        "import os, time\nhoard = bytearray(b'x') * (60 << 20)\nchildren = []\n"
        "for _ in range(20):\n    children.append(os.fork())\n"
        "    if children[-1] == 0: time.sleep(.5); os._exit(0)\n"
        "for child in children: os.waitpid(child, 0)"
    )
    limits = Limits(wall_seconds=40, memory_bytes=300 << 20)
    outcome = sandbox.run(python_program(source, limits=limits))

    assert (outcome.ending, outcome.exit_code) == (Ending.EXITED, 0), outcome.stderr


def test_a_short_run_has_a_peak_of_memory_too(sandbox):
    outcome = sandbox.run(python_program("hoard = bytearray(b'x') * (40 << 20)"))

    assert outcome.peak_memory_bytes > 40 << 20


def test_output_is_kept_up_to_the_bound_and_counted_beyond_it(sandbox):
    limits = Limits(output_kept=1000, output_flood=1 << 20)
    source = "import sys\nprint('a' * 5000)\nprint('b' * 300, file=sys.stderr)"
    outcome = sandbox.run(python_program(source, limits=limits))

    assert outcome.ending is Ending.EXITED
    assert (outcome.stdout, outcome.stdout_bytes) == (b"a" * 1000, 5001)
    assert (outcome.stderr, outcome.stderr_bytes) == (b"b" * 300 + b"\n", 301)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_of_output_is_killed_and_its_beginning_kept(sandbox, stream):
    source = f"import sys\nwhile True: sys.{stream}.write('0123456789' * 100)"
    limits = Limits(wall_seconds=20, output_kept=4096, output_flood=1 << 16)
    outcome = sandbox.run(python_program(source, limits=limits))

    assert outcome.ending is Ending.OUTPUT
    assert getattr(outcome, stream) == (b"0123456789" * 410)[:4096]
    assert getattr(outcome, f"{stream}_bytes") > 1 << 16


def test_processes_files_and_descriptors_are_bounded(sandbox):
    source = (
        "import os, resource, signal, time\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "made = 0\nwhile True:\n    try:\n        if os.fork() == 0: time.sleep(9)\n"
        "    except OSError: break\n    made += 1\n"
        "with open('/work/f', 'wb', buffering=0) as file: written = file.write(b'x' * 100_000)\n"
        "opened = []\ntry:\n    while True: opened.append(os.dup(0))\nexcept OSError: pass\n"
        "print(made, max(opened), written)"
    )
    limits = Limits(processes=20, open_files=40, file_bytes=50_000)
    outcome = sandbox.run(python_program(source, limits=limits))

    made, highest, written = (int(word) for word in outcome.stdout.split())
    assert 10 < made < 20
    assert (highest, written) == (39, 50_000)


def test_empty_files_without_end_are_a_use_of_memory(sandbox):
    source = "for n in range(3000): open(f'/tmp/{n}', 'w').close()\nimport time; time.sleep(30)"
    limits = Limits(wall_seconds=40, scratch_files=2000)
    outcome = sandbox.run(python_program(source, limits=limits))

    assert outcome.ending is Ending.MEMORY
    assert outcome.wall_seconds < 20


def test_what_cannot_be_started_is_refused_with_its_name(sandbox):
    with pytest.raises(SandboxError, match=r"/opt/nothing could not be started.*No such file"):
        sandbox.run(Program(argv=("/opt/nothing",)))
    with pytest.raises(SandboxError, match="nothing was run"):
        sandbox.run(Program(argv=("/bin/sh", "-c", "echo \0")))

    assert sandbox.run(shell_program("exit 7")).exit_code == 7


def test_arguments_of_any_length_reach_a_script(sandbox):
    program = python_program("import sys; print(len(sys.argv[1]))")
    program = Program(
        argv=(*program.argv, "x" * 1_000_000),
        binds=program.binds,
        files=program.files,
        python_script=True,
    )

    assert sandbox.run(program).stdout == b"1000000\n"
    with pytest.raises(SandboxError, match="Argument list too long"):
        sandbox.run(Program(argv=("/bin/sh", "-c", ":", "x" * 1_000_000)))
