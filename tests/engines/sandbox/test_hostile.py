"""No program of the hostile corpus gets what it wants, and after each the next run is clean."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.engines.sandbox.hostile import ABSTRACT_SOCKET, PROGRAMS, TAKING, TRACED, Hostile
from tests.engines.sandbox.programs import children_of, python_program, supervisor_of
from tidegate.engines.sandbox import BubblewrapSandbox, Ending, Limits, Watch

_CLEAN = (
    "import os\n"
    "print(sorted(os.listdir('/work')), os.listdir('/tmp'), os.listdir('/home'),"
    " os.listdir('/dev/shm'), os.getpid() < 10)"
)
_CLEAN_ANSWER = b"['hostile.py'] [] [] [] True\n"

# These look for a /proc that a traced run does have, or only take time.
_NOT_TRACED = {*TAKING, "proc", "proc-of-the-parent", "zombies", "orphaned-zombies"}
_TRACED_TOO = [name for name in PROGRAMS if name not in _NOT_TRACED]


@pytest.fixture(scope="module", autouse=True)
def _abstract_socket_of_the_host() -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{ABSTRACT_SOCKET}")
        listener.listen()
        yield


def test_the_corpus_is_large_enough():
    assert len(PROGRAMS) + len(TRACED) >= 40


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_hostile_program_gets_nothing_and_leaves_nothing(sandbox, name):
    _check(sandbox, PROGRAMS[name], Watch())


@pytest.mark.parametrize("name", TRACED)
def test_a_traced_program_gets_nothing_out_of_its_proc(sandbox, name):
    _check(sandbox, TRACED[name], Watch(trace=True))


@pytest.mark.parametrize("name", _TRACED_TOO)
def test_a_traced_program_gets_no_more_than_another(sandbox, name):
    _check(sandbox, PROGRAMS[name], Watch(trace=True))


def test_two_supervisors_at_once_do_not_disturb_each_other(sandbox):
    greedy = ("fork-bomb", "memory-many-processes", "kill-everything", "inodes", "output-stdout")
    with BubblewrapSandbox() as other, ThreadPoolExecutor() as threads:
        hostile = threads.submit(_run_all, other, greedy * 2)
        answers = set()
        while not hostile.done():
            after = sandbox.run(python_program(_CLEAN))
            answers.add((after.ending, after.stdout))
        hostile.result()

    assert answers == {(Ending.EXITED, _CLEAN_ANSWER)}


def test_two_supervisors_fork_up_to_their_own_limits(sandbox):
    limits = Limits(wall_seconds=60, cpu_seconds=1, processes=80)
    program = python_program(PROGRAMS["cpu-burn-many"].source, limits=limits)
    with BubblewrapSandbox() as other, ThreadPoolExecutor() as threads:
        outcomes = list(threads.map(lambda place: place.run(program), (sandbox, other)))

    assert [outcome.ending for outcome in outcomes] == [Ending.CPU_TIME] * 2


def _run_all(sandbox: BubblewrapSandbox, names: Iterable[str]) -> None:
    for name in names:
        _run(sandbox, PROGRAMS[name], Watch())


def _check(sandbox: BubblewrapSandbox, hostile: Hostile, watch: Watch) -> None:
    _run(sandbox, hostile, watch)
    assert children_of(supervisor_of(sandbox)) == []
    after = sandbox.run(python_program(_CLEAN))
    assert (after.ending, after.stdout) == (Ending.EXITED, _CLEAN_ANSWER), after.stderr


def _run(sandbox: BubblewrapSandbox, hostile: Hostile, watch: Watch) -> None:
    outcome = sandbox.run(python_program(hostile.source, limits=hostile.limits, watch=watch))

    assert b"ESCAPED" not in outcome.stdout, outcome.stdout.decode()
    assert outcome.ending in hostile.ends, (outcome.ending, outcome.stderr[-500:])
    if outcome.ending is Ending.EXITED:
        # An error of its own would hide that it never tried.
        assert (outcome.exit_code, outcome.stderr) == (0, b"")
    assert len(outcome.stdout) <= hostile.limits.output_kept
    assert len(outcome.stderr) <= hostile.limits.output_kept
