"""What a sandbox observes beside the end of a program, and what it says of itself."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.engines.sandbox.programs import python_program, supervisor_of
from tidegate.engines.sandbox import Ending, File, Limits, Program, Watch, Witness
from tidegate.engines.sandbox.model import LISTENER_PORT

_CONNECT = f"import socket\nsocket.create_connection(('127.0.0.1', {LISTENER_PORT}))\n"


@pytest.mark.parametrize("times", [0, 1, 7])
def test_the_listener_counts_connections(sandbox, times):
    outcome = sandbox.run(python_program(_CONNECT * times, watch=Watch(listener=True)))

    assert (outcome.ending, outcome.exit_code) == (Ending.EXITED, 0), outcome.stderr
    assert outcome.connections == times


def test_the_listener_answers_a_plain_http_client(sandbox):
    source = (
        "import urllib.request\n"
        f"print(urllib.request.urlopen('http://127.0.0.1:{LISTENER_PORT}/x').read())"
    )
    outcome = sandbox.run(python_program(source, watch=Watch(listener=True)))

    assert (outcome.stdout, outcome.connections) == (b"b'ok'\n", 1), outcome.stderr


def test_nobody_listens_unless_asked(sandbox):
    outcome = sandbox.run(python_program(_CONNECT))

    assert b"ConnectionRefusedError" in outcome.stderr
    assert outcome.connections == 0


def test_a_connection_that_waits_at_the_end_is_counted(sandbox):
    source = _CONNECT + "import os; os._exit(0)"

    assert sandbox.run(python_program(source, watch=Watch(listener=True))).connections == 1


def test_witnesses_tell_what_exists_and_what_was_read(sandbox):
    program = python_program(
        "import time; time.sleep(.1)\nopen('/work/read').read()\n"
        "open('/work/made', 'w').write('12345')\nimport os; os.unlink('/work/removed')\n",
        watch=Watch(witnesses=("/work/read", "/work/unread", "/work/made", "/work/removed")),
    )
    program = Program(
        argv=program.argv,
        binds=program.binds,
        files=(
            *program.files,
            *(File(f"/work/{name}", b"abc") for name in ("read", "unread", "removed")),
        ),
        watch=program.watch,
        python_script=True,
    )
    witnesses = sandbox.run(program).witnesses

    assert witnesses["/work/read"] == Witness(exists=True, size=3, accessed=True)
    assert witnesses["/work/unread"] == Witness(exists=True, size=3, accessed=False)
    assert (witnesses["/work/made"].exists, witnesses["/work/made"].size) == (True, 5)
    assert witnesses["/work/removed"] == Witness(exists=False)


def test_witnesses_are_seen_after_everybody_is_dead(sandbox):
    source = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    while True:\n"
        "        open('/work/mark', 'w').close(); os.unlink('/work/mark')\n"
        "open('/work/other', 'w').close()\nos._exit(0)"
    )
    watch = Watch(witnesses=("/work/other",))

    assert sandbox.run(python_program(source, watch=watch)).witnesses["/work/other"].exists


def test_the_key_is_the_first_message_and_only_once(sandbox):
    source = (
        "import os\nprint(os.read(3, 100))\nos.set_blocking(3, False)\n"
        "try: print(os.read(3, 100))\nexcept BlockingIOError: print('no more')"
    )
    outcome = sandbox.run(python_program(source, watch=Watch(key=b"\0key")))

    assert outcome.stdout == b"b'\\x00key'\nno more\n"


def test_messages_arrive_whole_in_order_and_up_to_a_bound(sandbox):
    source = "import os\nfor n in range(400): os.write(3, b'%d' % n * 1000)"
    outcome = sandbox.run(python_program(source))

    assert outcome.messages == tuple(b"%d" % n * 1000 for n in range(256))


def test_an_empty_message_does_not_hide_the_next_one(sandbox):
    source = (
        "import socket\nchannel = socket.socket(fileno=3)\n"
        "for _ in range(50): channel.send(b'')\nchannel.send(b'said')\n"
    )

    assert sandbox.run(python_program(source)).messages == (b"said",)


def test_a_channel_that_was_shut_down_ends_nothing_but_itself(sandbox):
    source = (
        "import socket, time\nchannel = socket.socket(fileno=3)\nchannel.send(b'said')\n"
        "channel.shutdown(socket.SHUT_WR)\ntime.sleep(.5)\nprint('on')"
    )
    supervisor = Path(f"/proc/{supervisor_of(sandbox)}/stat")
    before = _ticks(supervisor)
    outcome = sandbox.run(python_program(source))

    assert (outcome.messages, outcome.stdout) == ((b"said",), b"on\n")
    assert _ticks(supervisor) - before < 20  # hundredths of a second: it did not spin


def _ticks(stat: Path) -> int:
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_message_of_a_program_that_was_killed_is_kept(sandbox):
    source = "import os\nos.write(3, b'said')\nos.kill(os.getpid(), 9)"

    assert sandbox.run(python_program(source)).messages == (b"said",)


def test_samples_are_asked_for_by_signal(sandbox):
    source = (
        "import os, signal, time\n"
        f"signal.signal({int(signal.SIGUSR1)}, lambda *_: os.write(4, b'sample '))\n"
        "end = time.monotonic() + 1.2\nwhile time.monotonic() < end: time.sleep(.01)"
    )
    watch = Watch(sample_signal=signal.SIGUSR1, sample_seconds=(0.9, 0.5, 0.7, 30.0))
    outcome = sandbox.run(python_program(source, watch=watch))

    assert (outcome.samples, outcome.samples_sent) == (b"sample sample sample ", 3)


def test_the_outcome_says_which_walls_stood(sandbox):
    plain = sandbox.run(python_program("pass"))
    traced = sandbox.run(python_program("pass", watch=Watch(trace=True)))

    assert plain.tier == traced.tier == "bubblewrap"
    always = {"namespaces", "read-only-root", "no-capabilities", "seccomp", "rlimits"}
    assert always | {"no-proc"} <= set(plain.layers)
    assert always <= set(traced.layers)
    assert "no-proc" not in traced.layers
    assert ("unused-uid" in plain.layers) == (os.geteuid() == 0)


def test_the_policys_digest_is_that_of_the_walls_and_not_of_the_program(sandbox):
    def digest(**more):
        return sandbox.run(python_program("pass", **more)).policy_sha256

    same = digest()
    assert len(same) == 64
    assert (
        sandbox.run(Program(argv=("/bin/sh", "-c", ":"), limits=Limits(10))).policy_sha256 == same
    )
    assert digest(environment={"A": "b"}) == same
    different = {
        same,
        digest(limits=Limits(wall_seconds=10, memory_bytes=2 << 30)),
        digest(limits=Limits(wall_seconds=11)),
        digest(watch=Watch(trace=True)),
        digest(host_tools=True),
    }
    assert len(different) == 5
