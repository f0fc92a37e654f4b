"""When a run is over nothing of it is left, whoever was killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engines.sandbox.programs import (
    carrying,
    children_of,
    eventually,
    python_program,
    supervisor_of,
)
from tidegate.engines.sandbox import Bind, BubblewrapSandbox, Ending, Limits, Program, SandboxError

_TREE = (
    "import os, signal, time\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
    "    except OSError: pass\nif os.fork() == 0:\n    os.setsid()\n    os.fork()\n"
    "time.sleep(99)"
)
_WORKER = """
import os, sys, time
from tests.engines.sandbox.programs import python_program
from tidegate.engines.sandbox import BubblewrapSandbox, Limits
sandbox = BubblewrapSandbox()
if len(sys.argv) > 2 and os.fork() == 0:
    time.sleep(30)  # holds a copy of the connection
    os._exit(0)
print(sandbox._process.pid, flush=True)
sandbox.run(python_program(sys.argv[1], limits=Limits(90), environment={"MARK": sys.stdin.read()}))
"""


def long_program(marker: str) -> Program:
    return python_program(_TREE, limits=Limits(wall_seconds=90), environment={"MARK": marker})


@pytest.fixture
def marker() -> str:
    return uuid.uuid4().hex


def start_worker(marker: str, *more: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start a worker in a process of its own; return it and its supervisor once a tree runs."""
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, _TREE, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(marker.encode())
    worker.stdin.close()
    with worker.stdout:
        supervisor = int(worker.stdout.readline())
    # Bubblewrap, the init, the program, and two more of the program's.
    assert eventually(lambda: len(carrying(marker)) == 5), carrying(marker)
    return worker, supervisor


def test_nothing_lives_when_the_call_returns(sandbox, marker):
    source = _TREE.replace("time.sleep(99)", "time.sleep(99) if os.getpid() != 2 else None")
    limits = Limits(wall_seconds=20)
    program = python_program(source, limits=limits, environment={"MARK": marker})

    assert sandbox.run(program).ending is Ending.EXITED
    assert carrying(marker) == []
    assert children_of(supervisor_of(sandbox)) == []


def test_nothing_lives_after_the_worker_was_killed(marker):
    worker, supervisor = start_worker(marker)
    worker.kill()
    worker.wait()

    assert eventually(lambda: not carrying(marker))
    assert eventually(lambda: not Path(f"/proc/{supervisor}").exists())


def test_nothing_lives_after_the_worker_was_killed_though_its_child_lives_on(marker):
    worker, supervisor = start_worker(marker, "with a child")
    worker.kill()
    worker.wait()

    assert eventually(lambda: not carrying(marker))
    assert eventually(lambda: not Path(f"/proc/{supervisor}").exists())


def test_nothing_lives_after_the_supervisor_was_killed(marker):
    worker, supervisor = start_worker(marker)
    os.kill(supervisor, signal.SIGKILL)

    assert eventually(lambda: not carrying(marker))
    assert worker.wait(10) == 1  # SandboxError


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_supervisor_that_is_asked_to_end_tidies_up(marker, number):
    worker, supervisor = start_worker(marker)
    os.kill(supervisor, number)

    assert worker.wait(10) == 1
    assert carrying(marker) == []
    assert _groups_of(supervisor) == []


def test_closing_ends_a_run_of_another_thread_at_once(marker):
    sandbox = BubblewrapSandbox()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            sandbox.run(long_program(marker))
        except SandboxError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert eventually(lambda: len(carrying(marker)) == 5)
    started = time.monotonic()
    sandbox.close()
    thread.join(10)

    assert time.monotonic() - started < 6
    assert carrying(marker) == []
    assert len(raised) == 1


def test_closing_while_the_walls_are_being_built_hangs_nobody():
    program = python_program("import time; time.sleep(99)", limits=Limits(90))
    with ThreadPoolExecutor() as threads:
        for delay in range(0, 24, 2):
            sandbox = BubblewrapSandbox()
            running = threads.submit(sandbox.run, program)
            time.sleep(delay / 1000)
            started = time.monotonic()
            sandbox.close()
            assert time.monotonic() - started < 6
            assert isinstance(running.exception(10), SandboxError)


@pytest.fixture
def _interruptible():
    """Let SIGINT raise, also where whoever runs the tests in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupt_ends_the_run_and_closes_the_sandbox(marker):
    sandbox = BubblewrapSandbox()
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        sandbox.run(long_program(marker))

    assert carrying(marker) == []
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(python_program("pass"))


def test_ctrl_c_in_a_terminal_leaves_it_to_the_worker(sandbox, marker):
    source = "import time; time.sleep(1); print('on')"
    program = python_program(source, environment={"MARK": marker})
    with ThreadPoolExecutor() as threads:
        running = threads.submit(sandbox.run, program)
        assert eventually(lambda: len(carrying(marker)) == 3)
        # A terminal sends it to the whole group: the supervisor and bubblewrap are in it.
        supervisor = supervisor_of(sandbox)
        for process in (supervisor, int(children_of(supervisor)[0])):
            os.kill(process, signal.SIGINT)

        assert running.result().stdout == b"on\n"


def test_a_sandbox_whose_supervisor_is_gone_says_so_and_runs_nothing():
    sandbox = BubblewrapSandbox()
    os.kill(supervisor_of(sandbox), signal.SIGKILL)
    sandbox._process.wait()

    for reason in ("supervisor has ended", "closed"):
        with pytest.raises(SandboxError, match=reason):
            sandbox.run(python_program("pass"))


def test_closing_twice_is_closing_once():
    sandbox = BubblewrapSandbox()
    supervisor = supervisor_of(sandbox)
    sandbox.close()
    sandbox.close()

    assert not Path(f"/proc/{supervisor}").exists()


def test_the_supervisor_keeps_no_descriptor_mount_or_scratch_of_a_run(sandbox, tmp_path):
    supervisor = supervisor_of(sandbox)

    def held() -> tuple[int, str]:
        descriptors = len(list(Path(f"/proc/{supervisor}/fd").iterdir()))
        return descriptors, Path(f"/proc/{supervisor}/mountinfo").read_text()

    before = held()
    for _ in range(3):
        sandbox.run(python_program("open('/tmp/x', 'w')", writable=("/cache",)))
        with pytest.raises(SandboxError):
            sandbox.run(Program(argv=("/opt/nothing",)))
        with pytest.raises(SandboxError, match="no such path"):
            sandbox.run(Program(argv=("/bin/sh",), binds=(Bind(tmp_path / "missing", "/x"),)))
        sandbox.run(python_program("while True: print('x' * 9999)"))

    assert held() == before


def test_control_groups_and_claims_go_with_the_supervisor():
    with BubblewrapSandbox() as sandbox:
        supervisor = supervisor_of(sandbox)
        layers = sandbox.run(python_program("pass")).layers
        grouped = any(layer.startswith("cgroup") for layer in layers)
        assert bool(_groups_of(supervisor)) == grouped

    assert _groups_of(supervisor) == []


def test_groups_of_a_supervisor_that_was_killed_go_with_the_next_one(marker):
    worker, supervisor = start_worker(marker)
    os.kill(supervisor, signal.SIGKILL)
    worker.wait(10)
    assert eventually(lambda: not carrying(marker))
    BubblewrapSandbox().close()

    assert _groups_of(supervisor) == []


def _groups_of(supervisor: int) -> list[Path]:
    return list(Path("/sys/fs/cgroup").glob(f"**/tidegate-{supervisor}"))


def test_an_init_that_is_killed_from_outside_is_not_blamed_on_the_program(sandbox, marker):
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(sandbox.run(long_program(marker))))
    thread.start()
    assert eventually(lambda: len(carrying(marker)) == 5)
    bubblewrap = int(children_of(supervisor_of(sandbox))[0])
    os.kill(int(children_of(bubblewrap)[0]), signal.SIGKILL)
    thread.join(10)

    assert [outcome.ending for outcome in outcomes] == [Ending.CANCELLED]
    assert carrying(marker) == []
