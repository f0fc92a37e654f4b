"""The process that listens, and the worker beside it.

The console and the API show everything to whoever reaches them, for there are no accounts yet. So
they are bound to this machine alone, and nothing else is accepted. The worker is a process of its
own: a proof that takes its worker down leaves the console standing, and the worker is started
again.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import uvicorn

_LOWEST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
_GRACE_SECONDS: Final = 10.0
_CANNOT: Final = 2
"""Exit code of a worker that says why it cannot run at all: starting it again is no use."""
_STREAM_SECONDS: Final = 2
"""How long an open stream of events may keep the server from stopping."""


class NotLoopbackError(Exception):
    """An address is not of this machine alone; the message says what to do."""


def check_loopback(host: str) -> str:
    """Return the address to bind to.

    Raises:
        NotLoopbackError: others could reach it.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise NotLoopbackError(
            f"{host} is not this machine's loopback address; there are no accounts yet, so the"
            " console listens on 127.0.0.1 or ::1 only. To reach it from elsewhere, forward the"
            " port: ssh -L 8750:127.0.0.1:8750 this-machine"
        )
    return str(address)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to a loopback address; port 0 takes one that is free.

    Raises:
        NotLoopbackError: others could reach it.
        OSError: the port is taken.
    """
    address = check_loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


def address_of(bound: socket.socket) -> str:
    """Return the URL of what listens there."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(bound: socket.socket, ready: Callable[[], None] | None = None) -> None:
    """Answer requests until interrupted."""
    config = uvicorn.Config(
        "tidegate.faces.web.asgi:application",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_STREAM_SECONDS,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    if ready:
        threading.Thread(target=_when_up, args=(server, ready), daemon=True).start()
    server.run(sockets=[bound])


def _when_up(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:
        time.sleep(0.05)
    ready()


@contextmanager
def worker_beside(command: list[str]) -> Iterator[None]:
    """Keep a worker running beside this process; one that dies is started again.

    It ends with this process, on SIGTERM, too. Has to be entered in the main thread.
    """
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_running, args=(command, stop), daemon=True)
    # The server gives a SIGTERM on when it has stopped, and would end us with the worker left.
    before = signal.signal(signal.SIGTERM, _leave)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join(_GRACE_SECONDS + 1)
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, _: object) -> NoReturn:
    # What a shell says of a process that a signal has ended.
    sys.exit(128 + number)


def _keep_running(command: list[str], stop: threading.Event) -> None:
    pause = _LOWEST_PAUSE
    while not stop.is_set():
        began = time.monotonic()
        # A group of its own: Ctrl-C is for this process, which then ends the worker in order.
        worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
        while worker.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _end(worker)
            return
        if worker.returncode == _CANNOT:
            sys.stderr.write("nothing is worked on until it can run; the console goes on\n")
            return
        lived = time.monotonic() - began
        pause = _LOWEST_PAUSE if lived > _LONGEST_PAUSE else min(pause * 2, _LONGEST_PAUSE)
        sys.stderr.write(
            f"the worker ended with {worker.returncode}; it starts again in {pause:.0f} s\n"
        )
        stop.wait(pause)


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def can_show_a_browser() -> bool:
    """Say whether there is a screen that a browser could open on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
