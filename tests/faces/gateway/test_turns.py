"""Who waits for whom: few large bodies at once, one of a grant, and nobody for ever."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.faces.gateway.calling import Parts
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.refusing import RefusedError, malformed
from tidegate.faces.gateway.turns import Counted, Turns

LATE = malformed("late")


def at_once(*grants: int, most: int) -> list[frozenset[int]]:
    """Have bodies of these grants read; return which numbers were read at once, each time."""
    seen: list[frozenset[int]] = []

    async def run() -> None:
        turns, inside = Turns(most, 5), set()

        async def read(number: int, grant: int) -> None:
            async with turns.turn(grant, LATE):
                inside.add(number)
                seen.append(frozenset(inside))
                await asyncio.sleep(0)
                inside.discard(number)

        await asyncio.gather(*(read(number, grant) for number, grant in enumerate(grants)))

    asyncio.run(run())
    return seen


def test_few_bodies_are_read_at_once():
    seen = at_once(*range(9), most=2)
    assert len(seen) == 9
    assert max(map(len, seen)) == 2


def test_of_one_grant_one_body_is_read_at_once():
    assert [len(one) for one in at_once(7, 7, 7, most=5)] == [1, 1, 1]


def test_nobody_waits_for_ever_and_who_gave_up_holds_nothing():
    async def run() -> None:
        turns = Turns(1, 0.02)
        async with turns.turn(1, LATE):
            for grant in (1, 2):
                with pytest.raises(RefusedError, match="late"):
                    async with turns.turn(grant, LATE):
                        pass
        for grant in (1, 2):
            async with turns.turn(grant, LATE):
                pass

    asyncio.run(run())


def test_no_more_go_on_at_once_than_may():
    counted = Counted(2)
    with (
        counted.one("a", LATE),
        counted.one("a", LATE),
        counted.one("b", LATE),
        pytest.raises(RefusedError),
        counted.one("a", LATE),
    ):
        pass
    with counted.one("a", LATE):
        assert counted._counts == {"a": 1}
    assert not counted._counts


def test_what_is_done_with_many_bytes_is_done_beside_the_loop():
    threads: list[Any] = []

    async def in_thread(work: Any, *arguments: Any) -> Any:
        threads.append(work)
        return work(*arguments)

    parts: Any = SimpleNamespace(limits=Limits(large=10), in_thread=in_thread)
    assert asyncio.run(Parts.by_size(parts, 10, len, "abc")) == 3
    assert threads == []
    assert asyncio.run(Parts.by_size(parts, 11, len, "abc")) == 3
    assert threads == [len]
