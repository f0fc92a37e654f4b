"""Beginnings of calls that a check cannot have seen, as they are not on record yet.

A check reads what is on record. Of calls that come at the same instant each would find that it may
be made, and the endpoint would be asked for all of them before the record refuses most. So the loop
knows what it has put to be written: where a check is sure in spite of it, the endpoint is asked at
once, and else only when the beginning is on record. Only this process's calls are known here; the
record itself counts all.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from tidegate.desks.reviews.queries.usable import Usable, is_another_place
from tidegate.desks.reviews.services.calls import Begun

_SECONDS: Final = 90.0
"""After which a beginning bears on no rate, whatever check began before it."""


@dataclass(frozen=True, slots=True)
class _Put:
    number: int
    at: float
    address: str
    idempotency: str | None


class Beginnings:
    """What one loop has put to be written lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Make it; `clock` gives seconds that only go forward."""
        self._clock = clock
        self._number = 0
        self._unwritten: dict[int, None] = {}
        self._of_grant: defaultdict[int, deque[_Put]] = defaultdict(deque)

    def mark(self) -> int:
        """Return what a check has to be told apart by: what is put from here on, it cannot see."""
        return next(iter(self._unwritten), self._number)

    def is_sure(self, usable: Usable, begun: Begun, mark: int) -> bool:
        """Say whether a call may be made whatever was put that its check cannot have seen.

        Args:
            usable: what the check found.
            begun: the call, before it is put.
            mark: as it was before the check.
        """
        grant = usable.grant
        newest_first = reversed(self._of_grant.get(grant.pk, ()))
        unseen = list(takewhile(lambda one: one.number >= mark, newest_first))
        if grant.tokens is not None and unseen:
            return False
        if usable.lately + len(unseen) >= grant.calls_a_minute:
            return False
        return not any(
            is_another_place(one.address, begun.address)
            or (begun.idempotency is not None and one.idempotency == begun.idempotency)
            for one in unseen
        )

    def put(self, begun: Begun) -> int:
        """Take note that a beginning is put to be written; return its number."""
        number, now = self._number, self._clock()
        self._number += 1
        self._unwritten[number] = None
        puts = self._of_grant[begun.grant.pk]
        while puts and puts[0].at < now - _SECONDS:
            puts.popleft()
        puts.append(_Put(number, now, begun.address, begun.idempotency))
        return number

    def written(self, number: int) -> None:
        """Take note that a beginning was written, or refused."""
        self._unwritten.pop(number, None)
