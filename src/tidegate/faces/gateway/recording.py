"""One thread of the process puts calls on record, in groups: what waits meanwhile shares a commit.

A commit waits for the disk; fifty calls that each waited for their own would wait for one another.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from django.db import DatabaseError, connections

from tidegate.desks.reviews.queries.usable import Unusable
from tidegate.desks.reviews.services import calls

_MOST: Final = 64
"""Acts in one transaction: others who write wait for it."""
_LEAVE_SECONDS: Final = 10.0
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.3
_LATE_SECONDS: Final = 5.0
"""Between tries of what could not be written."""
_LOG: Final = logging.getLogger(__name__)

Written = Future[Unusable | None]
_Waiting = tuple[calls.Act, Written]


class Recorder:
    """Takes acts from the loop, and has them written."""

    def __init__(
        self,
        gateway: str,
        write: Callable[[Sequence[calls.Act]], list[Unusable | None]] = calls.write,
    ) -> None:
        """Make one; its thread starts with the first act.

        Args:
            gateway: names this process.
            write: puts acts on record.
        """
        self._gateway = gateway
        self._write = write
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._said_alive = 0.0
        self._running: set[str] = set()
        """Keys of calls that have begun and are not over."""
        self._late: list[_Waiting] = []
        """Ends that could not be written yet; they are known here alone."""
        self._tried_late = 0.0

    def put(self, act: calls.Act) -> Written:
        """Have an act written; the future says when it is, or raises why it cannot be."""
        written: Written = Future()
        self._started()
        self._waiting.put((act, written))
        return written

    async def written(self, act: calls.Act) -> Unusable | None:
        """Have an act written, and wait for it."""
        return await asyncio.wrap_future(self.put(act))

    def stop(self) -> None:
        """Write what waits, and end."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join(_LEAVE_SECONDS)
            atexit.unregister(self.stop)

    def _started(self) -> None:
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="gateway-record", daemon=True
                )
                self._thread.start()
                # A daemon, so that a process can end; but not before what waits is written.
                atexit.register(self.stop)

    def _run(self) -> None:
        try:
            while (group := self._group()) is not None:
                try:
                    self._write_group(group)
                except Exception as error:  # noqa: BLE001 - others wait for this thread
                    _LOG.exception("what became of calls could not be put on record")
                    for _, written in group:
                        if not written.done():
                            written.set_exception(error)
            if self._late:
                self._write_group(self._late_ones(), tries=1)
        finally:
            connections.close_all()

    def _group(self) -> list[_Waiting] | None:
        """Wait for something to write; return it with what waits besides, or None at the end."""
        group: list[_Waiting] = []
        while len(group) < _MOST:
            if not group and self._late and time.monotonic() - self._tried_late >= _LATE_SECONDS:
                return self._late_ones()
            try:
                found = self._waiting.get(block=not group, timeout=calls.BEAT.total_seconds())
            except queue.Empty:
                if group:
                    break
                if self._running:
                    self._beat()
                continue
            if found is None:
                if group:
                    self._waiting.put(None)
                return group or None
            group.append(found)
        return group

    def _late_ones(self) -> list[_Waiting]:
        """Return what could not be written before, to be tried once more."""
        self._tried_late = time.monotonic()
        late, self._late = self._late, []
        return late

    def _write_group(self, group: Sequence[_Waiting], tries: int = _TRIES) -> None:
        acts = [act for act, _ in group]
        if any(isinstance(act, calls.Begun) for act in acts):
            # Before a call is on record as one of this process.
            self._beat()
        try:
            answers = self._write(acts)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are written
            self._not_written(group, error, tries)
            return
        for (act, written), answer in zip(group, answers, strict=True):
            if isinstance(act, calls.Begun) and answer is None:
                self._running.add(act.key)
            elif isinstance(act, calls.Over):
                self._running.discard(act.key)
            if written.set_running_or_notify_cancel():
                written.set_result(answer)

    def _not_written(self, group: Sequence[_Waiting], error: Exception, tries: int) -> None:
        if isinstance(error, DatabaseError):
            # It may be the connection that is broken; the next one is a new one.
            connections.close_all()
        if len(group) > 1:
            # One that cannot be written keeps no other from it.
            for one in group:
                self._write_group([one], tries)
            return
        act, written = group[0]
        if isinstance(act, calls.Over):
            # What has ended is known here alone. It is tried until it is written, or this process
            # ends: then its calls are settled as those of any other that has.
            if tries > 1 and isinstance(error, DatabaseError):
                time.sleep(_PAUSE_SECONDS)
                self._write_group(group, tries - 1)
                return
            _LOG.error("how a call has ended could not be put on record yet", exc_info=error)
            self._late.append(group[0])
            self._tried_late = time.monotonic()
            return
        _LOG.error("what became of a call could not be put on record", exc_info=error)
        if written.set_running_or_notify_cancel():
            written.set_exception(error)

    def _beat(self) -> None:
        """Say that this process is alive, now and then."""
        now = time.monotonic()
        if now - self._said_alive < calls.BEAT.total_seconds():
            return
        try:
            calls.say_alive(self._gateway)
            self._said_alive = now
        except Exception:  # noqa: BLE001 - others wait for this thread
            _LOG.exception("it could not be said that this gateway is alive")
            connections.close_all()
