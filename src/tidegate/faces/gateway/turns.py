"""Who waits for whom, in one loop: for large bodies, for calls of one grant, for unread requests.

Reading a large body takes the whole process's time and memory, so few are read at once, and one of
a grant. What is only counted is refused beyond its bound; nothing of it waits.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

from tidegate.faces.gateway.refusing import RefusedError


class Turns:
    """Lets few in at once, and one by one those of one grant; the others wait."""

    def __init__(self, most: int, seconds: float) -> None:
        """Make it.

        Args:
            most: are let in at once.
            seconds: that one waits at most.
        """
        self._all = asyncio.Semaphore(most)
        self._seconds = seconds
        self._of_grant: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, grant: int, late: RefusedError) -> AsyncIterator[None]:
        """Wait for a turn, and have it for as long as the block lasts.

        Raises:
            RefusedError: `late`, if it does not come in time.
        """
        own = self._of_grant.setdefault(grant, asyncio.Lock())
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._seconds):
                    await held.enter_async_context(own)
                    await held.enter_async_context(self._all)
            except TimeoutError as error:
                raise late from error
            yield


class Counted:
    """Counts what goes on at once, by whose it is."""

    def __init__(self, most: int) -> None:
        """Make it; `most` go on at once of each."""
        self._most = most
        self._counts: Counter[Hashable] = Counter()

    @contextmanager
    def one(self, of: Hashable, beyond: RefusedError) -> Iterator[None]:
        """Count one for as long as the block lasts.

        Raises:
            RefusedError: `beyond`, if there are as many as may be.
        """
        if self._counts[of] >= self._most:
            raise beyond
        self._counts[of] += 1
        try:
            yield
        finally:
            self._counts[of] -= 1
            if not self._counts[of]:
                del self._counts[of]
