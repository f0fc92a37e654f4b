"""What listens is on loopback alone, keeps a worker beside it, and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tidegate.faces.web import serving
from tidegate.faces.web.serving import NotLoopbackError, address_of, check_host, listen

pytestmark = pytest.mark.timeout(120)

WORKER = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file)
if sys.argv[2:]:
    sys.exit(int(sys.argv[2]))
time.sleep(100)
"""


def until(found: Callable[[], object]) -> None:
    """Wait; the limit is for a promise that is broken, and is no part of one that holds."""
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def in_session(session: int) -> list[int]:
    """Return the processes of a session that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, told = path.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(told) == session and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("::1", "::1")],
)
def test_loopback_is_bound_to(host: str, address: str) -> None:
    assert check_host(host) == address


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "fe80::1", "::ffff:10.0.0.1", "desk.example", ""],
)
def test_what_others_could_reach_is_not_bound_to(host: str) -> None:
    with pytest.raises(NotLoopbackError, match="ssh -L"):
        check_host(host)
    with pytest.raises(NotLoopbackError):
        listen(host, 0)


def test_port_0_takes_one_that_is_free_and_a_taken_one_is_an_error() -> None:
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert port
        assert address_of(bound) == f"http://127.0.0.1:{port}/"
        bound.listen()
        with pytest.raises(OSError, match="in use"):
            listen("127.0.0.1", port)


def test_a_worker_that_is_killed_is_started_again_and_ended_with_us(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(serving, "_LOWEST_PAUSE", 0.01)
    started = tmp_path / "started"
    before = signal.getsignal(signal.SIGTERM)
    with serving.worker_beside([sys.executable, "-c", WORKER, str(started)]):
        until(lambda: len(pids(started)) == 1)
        os.kill(pids(started)[0], signal.SIGKILL)
        until(lambda: len(pids(started)) == 2)
    for pid in pids(started):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_worker_that_says_it_cannot_run_is_not_started_again(tmp_path: Path, capsys) -> None:
    started = tmp_path / "started"
    # Returns by itself, though nobody stops it.
    serving._keep_running([sys.executable, "-c", WORKER, str(started), "2"], threading.Event())
    assert len(pids(started)) == 1
    assert "the console goes on" in capsys.readouterr().err


@pytest.fixture
def served(
    tmp_path: Path, make_home: Callable[[Path], Path]
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start `tidegate serve` in a session of its own; yields it with its port."""
    environment = {
        name: told for name, told in os.environ.items() if name[:3] not in ("TID", "DJA")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tidegate", "serve", "--port", "0", "--json"],
        env={**environment, "TIDEGATE_HOME": str(make_home(tmp_path / "home"))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        told = ""
        while not told.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, f"it ended before it listened: {told}"
            told += line
        console = urlsplit(json.loads(told)["console"])
        assert console.hostname == "127.0.0.1"
        assert console.port
        yield process, console.port
    finally:
        process.stdout.close()
        for pid in in_session(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait()


def asked(port: int, path: str, method: str = "GET", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_answers_on_loopback_and_ends_with_all_that_it_began(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = served
    assert asked(port, "/account/login/") == 200
    assert asked(port, "/findings?text=minimist") == 302
    assert asked(port, "/api/v1/overview") == 401
    assert asked(port, "/findings?text=minimist", Sec_Fetch_Site="cross-site") == 403
    assert asked(port, "/", Host="stranger.example") == 403
    assert asked(port, "/theme", "POST", Content_Length=str(3 << 20)) == 413
    until(lambda: len(in_session(process.pid)) > 1)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    assert in_session(process.pid) == []
