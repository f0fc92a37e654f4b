"""No program of the hostile corpus gets what it wants, and after each the next run is clean."""

import socket
import time
from pathlib import Path

import pytest

from tests.engines.sandbox.conftest import python_program
from tests.engines.sandbox.hostile.corpus import PROGRAMS
from tidegate.engines.sandbox import Ending

_CLEAN = (
    "import os\n"
    "print(sorted(os.listdir('/work')), os.listdir('/tmp'), os.listdir('/home'),"
    " os.listdir('/dev/shm'), os.getpid() < 10)"
)
_CLEAN_ANSWER = b"['hostile.py'] [] [] [] True\n"


@pytest.fixture(scope="module", autouse=True)
def _abstract_socket_of_the_host():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0tidegate-hostile-test")
        listener.listen()
        yield


def test_the_corpus_is_large_enough():
    assert len(PROGRAMS) >= 40


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_hostile_program_gets_nothing_and_leaves_nothing(sandbox, name):
    hostile = PROGRAMS[name]

    outcome = sandbox.run(python_program(hostile.source, limits=hostile.limits))

    assert b"ESCAPED" not in outcome.stdout, outcome.stdout.decode()
    assert outcome.ending in hostile.ends, (outcome.ending, outcome.stderr[-500:])
    assert len(outcome.stdout) <= hostile.limits.output_kept
    assert len(outcome.stderr) <= hostile.limits.output_kept
    assert _children_of(sandbox) == []
    after = sandbox.run(python_program(_CLEAN))
    assert (after.ending, after.stdout) == (Ending.EXITED, _CLEAN_ANSWER), after.stderr


def _children_of(sandbox):
    """Return the supervisor's processes, once the kernel has had a moment to take them down."""
    supervisor = sandbox._process.pid
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children")
    for _ in range(20):
        if not children.read_text().split():
            return []
        time.sleep(0.05)
    return children.read_text().split()
