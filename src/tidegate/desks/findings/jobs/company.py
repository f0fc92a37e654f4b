"""Which steps of a process run beside each other: most together, the suspicious ones alone.

A step that takes its worker down takes the steps beside it down, too, and each of them has then
been begun without ending. So whatever was begun before runs alone the next time: the guilty step
can count against nobody else, and the innocent one comes to its end.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


class Company:
    """A lock that many share, or one has to itself; who wants it alone goes first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._alone = False
        self._want_alone = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Run beside others that do, once nobody is or wants to be alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone and not self._want_alone)
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Run while nothing else does."""
        with self._changed:
            self._want_alone += 1
            self._changed.wait_for(lambda: not self._alone and not self._together)
            self._want_alone -= 1
            self._alone = True
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()


COMPANY: Final = Company()
"""Of this process: every step that runs programs is in it, whatever desk it is of."""
