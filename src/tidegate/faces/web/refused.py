"""Who was refused what is there and not theirs: noted with the answer, put on record after it.

What is answered must not tell what is there, in words or in time. So a request does no more than
put what was asked for into a queue, whatever that was; one thread of the process looks at it later.
"""

from __future__ import annotations

import atexit
import logging
import queue
import threading
from collections.abc import Callable
from typing import Final

from django.db import connections
from django.http import HttpRequest
from django.utils import timezone

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.reviews.services.refusing import Asked, asked_of, put_on_record
from tidegate.faces.web.acting import API, actor_of_request

_MOST: Final = 1000
"""That wait; whoever asks faster is on record already."""
_PAUSE_SECONDS: Final = 1.0
"""So that the next request of whoever was refused does not wait for the writing."""
_LEAVE_SECONDS: Final = 5.0
_LOG: Final = logging.getLogger(__name__)


class Refusals:
    """What was asked for and refused, until it is on record."""

    def __init__(
        self, write: Callable[[Asked], object] = put_on_record, *, most: int = _MOST
    ) -> None:
        self._write = write
        self._waiting: queue.Queue[Asked] = queue.Queue(most)
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def put(self, asked: Asked) -> None:
        """Keep what was asked for until it is looked at; beyond the bound it is left out."""
        try:
            self._waiting.put_nowait(asked)
        except queue.Full:
            _LOG.debug("more is refused than can be put on record")

    def begin(self) -> None:
        """Let a thread of this process put on record what is kept, from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="refusals", daemon=True)
            self._thread.start()
            atexit.register(self.stop)

    def flush(self) -> None:
        """Put on record what waits, here and now."""
        while True:
            try:
                self._one(self._waiting.get_nowait())
            except queue.Empty:
                return

    def stop(self) -> None:
        """Let the thread put on record what waits, and end it."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            thread.join(_LEAVE_SECONDS)
            self._stopping.clear()
            atexit.unregister(self.stop)

    def _run(self) -> None:
        while True:
            is_last = self._stopping.wait(_PAUSE_SECONDS)
            if not self._waiting.empty():
                self.flush()
                connections.close_all()
            if is_last:
                return

    def _one(self, asked: Asked) -> None:
        try:
            self._write(asked)
        except Exception:  # noqa: BLE001 - others wait for this thread
            _LOG.exception("a refusal could not be put on record")


REFUSALS: Final = Refusals()
"""The one of this process."""


def note(request: HttpRequest, error: BaseException | None) -> None:
    """Note that a request is refused, if it is for what may be there, by who has signed in."""
    person = actor_of_request(request).person
    if person is None or not isinstance(error, NotFoundError):
        return
    said = [one for values in request.GET.lists() for one in values[1]]
    words = (*request.path.split("/"), *said)
    face = "api" if request.path.startswith(API) else "console"
    asked = asked_of(error, person, words, face, at=timezone.now())
    if asked.may_count:
        REFUSALS.put(asked)
