"""The process that listens, and the worker beside it.

It listens on this machine alone, unless what is said to it is kept from being read on the way: by
its own certificate, or by a proxy that the owner has named (`instance/reach.py`). The worker is a
process of its own: a proof that takes its worker down leaves the console standing, and the worker
is started again.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import uvicorn

from tidegate.instance.reach import Reach, ReachError, reach

_LOWEST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
_GRACE_SECONDS: Final = 10.0
_CANNOT: Final = 2
"""Exit code of a worker that says why it cannot run at all: starting it again is no use."""
_STREAM_SECONDS: Final = 2
"""How long an open stream of events may keep the server from stopping."""


class NotLoopbackError(Exception):
    """Others could reach an address, and what they say would be in the clear; it says the mend."""


def check_host(host: str, reached: Reach | None = None) -> str:
    """Return the address to bind to.

    Args:
        host: an IP address, or `localhost`.
        reached: how the installation is reached; as the environment says, if left out.

    Raises:
        NotLoopbackError: it is none, or others could reach it in the clear.
        ReachError: what the environment says does not hold together.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is not None and address.is_loopback:
        return str(address)
    reached = reached or reach()
    if reached.is_beyond_loopback:
        if address is None:
            raise NotLoopbackError(
                f"{host} is no IP address; name the one to listen on, or 0.0.0.0 for all"
            )
        return str(address)
    raise NotLoopbackError(
        f"{host} is not this machine's loopback address, and what others say to it could be read on"
        " the way. Either set TIDEGATE_ADDRESS, and a certificate in TIDEGATE_CERTIFICATE and"
        " TIDEGATE_CERTIFICATE_KEY or the proxy in front in TIDEGATE_PROXY; or listen on 127.0.0.1"
        " and forward the port: ssh -L 8750:127.0.0.1:8750 this-machine"
    )


def listen(host: str, port: int, reached: Reach | None = None) -> socket.socket:
    """Return a socket that is bound to an address; port 0 takes one that is free.

    Raises:
        NotLoopbackError: others could reach it in the clear.
        ReachError: what the environment says does not hold together, or the certificate is none.
        OSError: the port is taken.
    """
    reached = reached or reach()
    address = check_host(host, reached)
    _check_certificate(reached)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


def _check_certificate(reached: Reach) -> None:
    """Find out now, not when the first one asks, whether certificate and key belong together."""
    if reached.certificate is None or reached.key is None:
        return
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(reached.certificate, reached.key, password=_no_password)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ReachError(
            f"{reached.certificate} and {reached.key} are no certificate with its key: both in PEM,"
            " the key without a password, and the certificate made for it"
        ) from error


def _no_password() -> str:
    # Without this, a key with a password would be asked for on the terminal.
    return ""


def address_of(bound: socket.socket, reached: Reach | None = None) -> str:
    """Return the URL of what listens there, as people reach it."""
    if (reached := reached or reach()).address:
        return f"{reached.address}/"
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(
    bound: socket.socket,
    ready: Callable[[], None] | None = None,
    reached: Reach | None = None,
) -> None:
    """Answer requests until interrupted."""
    reached = reached or reach()
    config = uvicorn.Config(
        "tidegate.faces.web.asgi:application",
        log_level="warning",
        server_header=False,
        # What a proxy says of its clients is looked at in `proxied`, and only if one is named.
        proxy_headers=False,
        ssl_certfile=reached.certificate,
        ssl_keyfile=reached.key,
        timeout_graceful_shutdown=_STREAM_SECONDS,
        # So the gateway puts on record how its last calls ended.
        lifespan="on",
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
