"""The process that works: it reads what was left unread, empties the outbox, and runs workflows.

One worker of a name runs at a time: at its start it takes back the work that a dead worker of that
name had begun, and a second one would take it from a living one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from django.db import close_old_connections

from tidegate.desks.findings.jobs import bench as benches
from tidegate.desks.findings.jobs import engine, outbox
from tidegate.desks.findings.jobs.workflows import WORKFLOWS
from tidegate.desks.findings.services import intake
from tidegate.desks.findings.services.attempts import TRIES
from tidegate.engines.reproduction.steps import Stepwise
from tidegate.instance.home import home
from tidegate.instance.workshop import Workshop, instance_key, open_workshop

_LOG = logging.getLogger(__name__)

_PAUSE_SECONDS: Final = 0.2
_HOUSEKEEPING_SECONDS: Final = 5.0


class AlreadyWorkingError(Exception):
    """Another worker of this name is running."""


Tick = Callable[[], None]
"""Called a few times a second while the worker works."""


def work(
    stop: threading.Event,
    *,
    until_idle: bool = False,
    tries: int = TRIES,
    tick: Tick | None = None,
    on_workshop: Callable[[Workshop], None] | None = None,
    more: outbox.Kinds = outbox.NO_MORE,
) -> None:
    """Work until `stop` is set or, if `until_idle`, until nothing is left to do.

    `more` are the kinds of work of later desks.

    Raises:
        AlreadyWorkingError: a worker of this name is running.
        SandboxError: nothing can be run on this machine.
    """
    with _alone(), open_workshop() as shop:
        if on_workshop:
            on_workshop(shop)
        stepwise = Stepwise(shop.laboratory, shop.reproducer.ecosystem_for)
        made = benches.Bench(stepwise, instance_key(), stop, tries=tries)
        benches.use(made)
        at_once = len(shop.laboratory.sandboxes)
        with engine.running(at_once=at_once), _reading(stop):
            _loop(stop, until_idle=until_idle, tick=tick, more=more)


def _loop(
    stop: threading.Event, *, until_idle: bool, tick: Tick | None, more: outbox.Kinds
) -> None:
    workflows = {**WORKFLOWS, **{topic: kind.workflow for topic, kind in more.items()}}
    since = _HOUSEKEEPING_SECONDS
    parent = os.getppid()
    while not stop.is_set():
        close_old_connections()
        if since >= _HOUSEKEEPING_SECONDS:
            since = 0.0
            _take_over_from_the_dead()
            outbox.reconcile(more)
        outbox.dispatch(workflows)
        if tick:
            tick()
        if until_idle and intake.all_read() and not outbox.unfinished():
            return
        if os.getppid() != parent:
            stop.set()  # whoever started it was killed, and nobody would end it any more
            return
        stop.wait(_PAUSE_SECONDS)
        since += _PAUSE_SECONDS


@contextmanager
def _reading(stop: threading.Event) -> Iterator[None]:
    """Read beside the loop what others left unread: a large document takes minutes."""
    reader = threading.Thread(target=_read_what_was_left, args=(stop,), daemon=True)
    reader.start()
    yield


def _read_what_was_left(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            close_old_connections()
            intake.sweep()
            for delivery in intake.unread():
                intake.read_again(delivery)
        except Exception:  # noqa: BLE001 - it is tried again, and must not end with one error
            _LOG.warning("what was left unread cannot be looked at", exc_info=True)
        stop.wait(_HOUSEKEEPING_SECONDS)


def _take_over_from_the_dead() -> None:
    """Take back what workers of other names had begun, where their process is gone."""
    for path in home().glob("worker-*.lock"):
        name = path.stem.removeprefix("worker-")
        if name == engine.worker_name():
            continue
        with path.open("a") as lock:
            if _locked(lock):
                engine.recover(name)
                path.unlink(missing_ok=True)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _alone() -> Iterator[None]:
    path = home() / f"worker-{engine.worker_name()}.lock"
    with path.open("a") as lock:
        if not _locked(lock):
            raise AlreadyWorkingError(
                f"a worker named {engine.worker_name()} is running already; `tidegate serve` has"
                " one of its own. Another one needs another name, in TIDEGATE_WORKER"
            )
        yield
