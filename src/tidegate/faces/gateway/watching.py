"""Cutting what runs when access ends: a timer for each stream, and one look at the tables for all.

While anything runs, the newest rows of `Ending` are looked at every few milliseconds: the same in
one process and in many, on SQLite and on PostgreSQL. A stream whose grant they name is asked about
again: it ends now, or it has another end. What ends without such a row (a suspended person) is
found by asking the policy again, a grant at a time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from django.db import DatabaseError, connections

from tidegate.desks.reviews.queries.usable import (
    Lasts,
    endings_after,
    endpoints_left,
    ends_of,
    may_be_used,
    newest_ending,
)

_LATE: Final = 64
"""Rows before the newest one that are looked at again: where several processes write, a row may be
there later than one with a larger id."""
_LOG: Final = logging.getLogger(__name__)

Clock = Callable[[], datetime]
_T = TypeVar("_T")


@dataclass(eq=False, slots=True)
class Running:
    """A stream that is cut when its grant ends."""

    grant: int
    engagement: int
    ends_at: datetime
    end: Callable[[], None] = field(repr=False)
    """Cuts it; called in the loop, once."""
    digest: str | None = field(default=None, repr=False)
    """Of the grant's secret that it was asked for with."""
    endpoint: int = 0
    asked_at: float = 0.0
    """By the monotonic clock: when the policy was last asked."""


@dataclass(frozen=True, slots=True)
class _Seen:
    newest: int
    endings: tuple[tuple[int, int, int | None], ...]


class Watch:
    """What runs in one loop, and the task that looks after it."""

    def __init__(self, clock: Clock, *, every: float, again: float) -> None:
        """Make one; it looks only while something runs.

        Args:
            clock: gives the present instant.
            every: seconds between looks for ends.
            again: seconds after which the policy is asked again about what runs.
        """
        self._clock = clock
        self._every = every
        self._again = again
        self._running: set[Running] = set()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gateway-watch")
        self._handled: set[int] = set()
        self._newest: int | None = None

    def add(self, running: Running) -> None:
        """Look after a stream, from before its beginning is on record until `remove`."""
        running.asked_at = time.monotonic()
        self._running.add(running)
        if self._task is None or self._task.done():
            # What was there before may be looked at again: it does no harm.
            self._newest = None
            self._task = asyncio.get_running_loop().create_task(self._watch())

    def remove(self, running: Running) -> None:
        """Look after it no more."""
        self._running.discard(running)

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while self._running:
            try:
                await self._look(loop)
            except Exception:  # noqa: BLE001 - whatever it is, nothing runs unseen
                _LOG.exception("it cannot be seen whether access has ended")
                # Whether it has is not known; so it has.
                self._cut(list(self._running))
            await asyncio.sleep(self._every)

    async def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = self._clock()
        self._cut([one for one in self._running if one.ends_at <= now])
        seen = await loop.run_in_executor(self._thread, _endings, self._newest)
        fresh = [row for row in seen.endings if row[0] not in self._handled]
        self._handled = {row[0] for row in seen.endings}
        self._newest = seen.newest
        grants = {grant for _, _, grant in fresh if grant is not None}
        whole = {engagement for _, engagement, grant in fresh if grant is None}
        named = [one for one in self._running if one.grant in grants or one.engagement in whole]
        if named:
            left = await loop.run_in_executor(self._thread, _left, named, now)
            self._settle(named, *left)
        await self._ask_again(loop, now)

    async def _ask_again(self, loop: asyncio.AbstractEventLoop, now: datetime) -> None:
        """Ask the policy about the grant that it was asked about longest ago."""
        clock = time.monotonic()
        oldest = min(self._running, key=lambda one: one.asked_at, default=None)
        if oldest is None or clock - oldest.asked_at < self._again:
            return
        alike = [one for one in self._running if one.grant == oldest.grant]
        for one in alike:
            one.asked_at = clock
        if not await loop.run_in_executor(self._thread, _may, oldest.grant, now):
            self._cut(alike)

    def _settle(
        self, named: Iterable[Running], lasting: Mapping[int, Lasts], endpoints: frozenset[int]
    ) -> None:
        for one in named:
            lasts = lasting.get(one.grant)
            if lasts is None or lasts.digest != one.digest or one.endpoint not in endpoints:
                self._cut([one])
            else:
                one.ends_at = lasts.ends_at

    def _cut(self, ended: Iterable[Running]) -> None:
        for one in ended:
            if one in self._running:
                self._running.discard(one)
                one.end()


def _endings(newest: int | None) -> _Seen:
    since = _careful(newest_ending) if newest is None else newest
    found = tuple(_careful(endings_after, since - _LATE))
    return _Seen(max([since, *(row[0] for row in found)]), found)


def _left(named: Iterable[Running], at: datetime) -> tuple[Mapping[int, Lasts], frozenset[int]]:
    lasting = _careful(ends_of, frozenset(one.grant for one in named), at)
    if not lasting:
        return lasting, frozenset()
    return lasting, _careful(endpoints_left, frozenset(one.endpoint for one in named))


def _may(grant: int, at: datetime) -> bool:
    return _careful(may_be_used, grant, at)


def _careful(ask: Callable[..., _T], *arguments: object) -> _T:
    try:
        return ask(*arguments)
    except DatabaseError:
        # The next question is asked through a new connection.
        connections.close_all()
        raise
