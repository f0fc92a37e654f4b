"""What runs is looked after: cut when its time has come, or when nobody can see whether it has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tidegate.desks.reviews.queries.usable import Lasts
from tidegate.faces.gateway import watching
from tidegate.faces.gateway.watching import Running, Watch

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


class Tables:
    """What the watch reads, as a test says."""

    def __init__(self) -> None:
        self.endings: list[tuple[int, int, int | None]] = []
        self.lasting: dict[int, Lasts] = {}
        self.endpoints: set[int] = {7}
        self.usable: set[int] = {1, 2}
        self.asked: list[int] = []
        self.fails = False

    def endings_after(self, number: int) -> list[tuple[int, int, int | None]]:
        if self.fails:
            raise RuntimeError("the tables are away")
        return [row for row in self.endings if row[0] > number]

    def newest_ending(self) -> int:
        return max((row[0] for row in self.endings), default=0)

    def endpoints_left(self, endpoints: Any) -> frozenset[int]:
        return frozenset(self.endpoints & endpoints)

    def ends_of(self, grants: Any, at: datetime) -> dict[int, Lasts]:
        return {pk: end for pk, end in self.lasting.items() if pk in grants}

    def may_be_used(self, grant: int, at: datetime) -> bool:
        self.asked.append(grant)
        return grant in self.usable


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Tables:
    found = Tables()
    for name in ("endings_after", "newest_ending", "ends_of", "endpoints_left", "may_be_used"):
        monkeypatch.setattr(watching, name, getattr(found, name))
    return found


def watched(
    *running: tuple[int, int],
    act: Callable[[list[Running]], None],
    clock: Callable[[], datetime] = lambda: NOW,
    again: float = 99,
) -> list[int]:
    """Look after streams, given by grant and engagement; return the grants that were cut."""
    cut: list[int] = []

    async def run() -> None:
        watch = Watch(clock, every=0.001, again=again)
        rows = [
            Running(grant, engagement, LATER, partial(cut.append, grant), "digest", 7)
            for grant, engagement in running
        ]
        for row in rows:
            watch.add(row)
        await asyncio.sleep(0.03)
        act(rows)
        await asyncio.sleep(0.05)
        await watch.close()

    asyncio.run(run())
    return cut


def test_an_ending_cuts_what_it_names_once(tables):
    tables.lasting = {2: Lasts(LATER, "digest")}
    assert watched((1, 10), (2, 10), act=lambda _: tables.endings.append((5, 10, 1))) == [1]


def test_an_ending_of_all_cuts_an_engagement_and_no_other(tables):
    ended = watched((1, 10), (2, 20), (3, 10), act=lambda _: tables.endings.append((5, 10, None)))
    assert sorted(ended) == [1, 3]


def test_an_end_that_was_moved_is_the_new_end(tables):
    tables.lasting = {1: Lasts(NOW + timedelta(minutes=1), "digest")}
    kept: list[Running] = []

    def act(rows: list[Running]) -> None:
        kept.extend(rows)
        tables.endings.append((5, 10, 1))

    assert watched((1, 10), act=act) == []
    assert kept[0].ends_at == NOW + timedelta(minutes=1)


def test_a_stream_of_a_secret_that_was_replaced_is_cut(tables):
    tables.lasting = {1: Lasts(LATER, "another"), 2: Lasts(LATER, "digest")}
    act = partial(tables.endings.extend, [(5, 10, 1), (6, 10, 2)])
    assert watched((1, 10), (2, 10), act=lambda _: act()) == [1]


def test_a_stream_of_an_endpoint_that_has_ended_is_cut(tables):
    tables.lasting = {1: Lasts(LATER, "digest")}
    tables.endpoints = {8}
    assert watched((1, 10), act=lambda _: tables.endings.append((5, 10, 1))) == [1]


def test_an_ending_that_comes_late_with_a_smaller_number_counts(tables):
    tables.endings = [(70, 99, None)]
    assert watched((1, 10), act=lambda _: tables.endings.append((69, 10, None))) == [1]


def test_a_clock_that_jumps_ahead_cuts(tables):
    now = [NOW]

    def act(_: list[Running]) -> None:
        now[0] = LATER

    assert watched((1, 10), act=act, clock=lambda: now[0]) == [1]


def test_what_the_policy_lets_go_on_goes_on_and_the_rest_is_cut(tables):
    assert watched((1, 10), (2, 20), act=lambda _: tables.usable.discard(2), again=0.01) == [2]
    assert set(tables.asked) == {1, 2}


def test_what_cannot_be_seen_has_ended(tables):
    def act(_: list[Running]) -> None:
        tables.fails = True

    assert sorted(watched((1, 10), (2, 20), act=act)) == [1, 2]
