"""An installation in a process of its own, with the gateway behind a real server.

Tests talk to it as reviewers do, through its address; and have it do things with its tables
(`rows`), for a test's own database is in memory and no other thread can wait for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

_SECONDS = 30.0


@dataclass
class House:
    """The house, seen from a test."""

    address: str
    """Such as `http://127.0.0.1:40123`."""
    process: subprocess.Popen[bytes]
    _control: Connection[Any, Any]

    @property
    def openai(self) -> str:
        """What OpenAI's client is given as its base address."""
        return f"{self.address}/gateway/v1"

    @property
    def anthropic(self) -> str:
        """What Anthropic's client is given."""
        return f"{self.address}/gateway"

    def do(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Have a function of a module called there; return what it returns."""
        self._control.send((function.__module__, function.__name__, arguments, named))
        if not self._control.poll(_SECONDS):
            raise TimeoutError(f"{function.__name__} takes too long")
        is_good, answer = self._control.recv()
        if not is_good:
            raise AssertionError(f"{function.__name__}: {answer}")
        return answer

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(_SECONDS)

    def eventually(
        self, function: Callable[..., Any], *arguments: Any, until: Callable[[Any], bool]
    ) -> Any:
        """Have a function called until what it returns is as expected; return that."""
        for _ in range(400):
            answer = self.do(function, *arguments)
            if until(answer):
                return answer
            time.sleep(0.02)
        raise AssertionError(f"{function.__name__} still returns {answer!r}")


@contextmanager
def open_house(
    home: Path,
    *,
    limits: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    allowed: tuple[str, ...] = ("127.0.0.1", "localhost"),
) -> Iterator[House]:
    """Start a house in a folder; it ends with the block.

    Args:
        home: its folder; made if it is not there, and used again if it is.
        limits: of the gateway, where they are others.
        environment: more of it.
        allowed: hosts of endpoints beyond the public internet.
    """
    told = json.dumps({"limits": limits or {}, "allowed": allowed})
    ours, theirs = Pipe()
    with ours:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faces.gateway.house", str(theirs.fileno()), told],
            env={**os.environ, "TIDEGATE_HOME": str(home), **(environment or {})},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        # Its own alone is left: were it to die, we would read that.
        theirs.close()
        try:
            yield House(ours.recv(), process, ours)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class _Clock:
    """The house's clock, which tests put forward and back."""

    offset = timedelta(0)

    def __call__(self) -> datetime:
        from django.utils import timezone

        return timezone.now() + self.offset


CLOCK = _Clock()


def move_clock(seconds: float) -> None:
    """Put the house's clock forward or back; 0 sets it right."""
    # Under its own name, not as what was started with -m.
    import __main__

    __main__.CLOCK.offset = timedelta(seconds=seconds)


def settle(seconds: float) -> int:
    """Settle calls that were lost, as if so many seconds had gone by."""
    from django.utils import timezone

    from tidegate.desks.reviews.services.calls import settle_lost

    return settle_lost(timezone.now() + timedelta(seconds=seconds))


def forget_gateways() -> None:
    """Let gateways that have said that they are alive have said so long ago."""
    from tidegate.desks.parties.models import Mark

    Mark.objects.filter(key__contains="gateway:alive").delete()


def _main(pipe: str, told: str) -> None:
    from tidegate.instance.opening import open_instance

    open_instance()
    import uvicorn

    from tidegate.faces.gateway.application import Gateway, mounted
    from tidegate.faces.gateway.limits import Limits
    from tidegate.faces.web.asgi import application
    from tidegate.faces.web.serving import listen

    asked = json.loads(told)
    gateway = Gateway(
        clock=CLOCK, limits=Limits(**asked["limits"]), allowed_hosts=frozenset(asked["allowed"])
    )
    bound = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        mounted(application, gateway),
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    control: Connection[Any, Any] = Connection(int(pipe))
    threading.Thread(target=_obey, args=(control, server, bound), daemon=True).start()
    server.run(sockets=[bound])


def _obey(control: Connection[Any, Any], server: Any, bound: Any) -> None:
    while not server.started:
        time.sleep(0.01)
    host, port = bound.getsockname()[:2]
    control.send(f"http://{host}:{port}")
    while True:
        try:
            module, name, arguments, named = control.recv()
        except EOFError:
            server.should_exit = True
            return
        try:
            answer = getattr(import_module(module), name)(*arguments, **named)
            control.send((True, answer))
        except Exception as error:  # noqa: BLE001 - the test is told
            control.send((False, repr(error)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
