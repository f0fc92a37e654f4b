"""A digest instead of a flood: whatever comes in, a mailbox stays readable and misses nothing."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.desks.notices.channels.digests import (
    FLOOD,
    MOST_SINGLE,
    Rhythm,
    Waiting,
    is_flood,
    mails_of,
)

START = datetime(2026, 11, 26, 12, tzinfo=UTC)


def live(gaps: list[int], rhythm: Rhythm, *, every: int = 1) -> list[tuple[datetime, int]]:
    """Let notices come in after gaps of seconds; return when a mail went out, and of how many."""
    arrivals: deque[datetime] = deque()
    at = START
    for gap in gaps:
        at += timedelta(seconds=gap)
        arrivals.append(at)
    came: list[datetime] = []
    waiting: list[Waiting] = []
    mails: list[tuple[datetime, int]] = []
    now = START
    while arrivals or waiting:
        while arrivals and arrivals[0] <= now:
            came.append(arrivals.popleft())
            recent = sum(one > now - FLOOD for one in came)
            waiting.append(Waiting(len(came), now, is_flood(recent), own_account=False))
        for ids in mails_of(waiting, rhythm, now):
            mails.append((now, len(ids)))
            waiting = [one for one in waiting if one.id not in ids]
        ahead = [one.at + timedelta(days=1) for one in waiting] + list(arrivals)
        step = timedelta(seconds=every)
        idle = timedelta(minutes=1)
        now += step if arrivals and arrivals[0] - now < idle else idle
        assert not ahead or now < max(ahead) + timedelta(days=1), "something is never mailed"
    return mails


gaps = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 900)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(gaps)
def test_no_ten_minutes_bring_more_than_five_single_mails_and_one_digest(gaps: list[int]):
    mails = live(gaps, Rhythm.EACH)
    assert sum(many for _, many in mails) == len(gaps), "each notice is in one mail"
    for begin, _ in mails:
        within = [many for at, many in mails if begin <= at < begin + FLOOD - timedelta(minutes=1)]
        assert sum(many == 1 for many in within) <= MOST_SINGLE + 1
        assert sum(many > 1 for many in within) <= 1


def test_five_are_mailed_each_and_a_hundred_at_once_are_one_mail():
    assert [many for _, many in live([0] * 5, Rhythm.EACH)] == [1] * 5
    assert [many for _, many in live([0] * 100, Rhythm.EACH)] == [100]


def test_the_sixth_waits_for_those_behind_it():
    mails = live([0, 1, 1, 1, 1, 60, 60, 60], Rhythm.EACH)
    assert [many for _, many in mails] == [1, 1, 1, 1, 1, 3]


@settings(max_examples=30, deadline=None)
@given(gaps, st.sampled_from([(Rhythm.HOURLY, 3600), (Rhythm.DAILY, 86400)]))
def test_a_digest_comes_no_more_often_than_was_chosen(gaps: list[int], chosen: tuple[Rhythm, int]):
    rhythm, seconds = chosen
    mails = live(gaps, rhythm)
    assert sum(many for _, many in mails) == len(gaps)
    times = [at for at, _ in mails]
    period = timedelta(seconds=seconds)
    assert all(later - earlier >= period for earlier, later in pairwise(times))


def test_what_concerns_the_own_account_is_mailed_whatever_was_chosen():
    account = Waiting(1, START, folded=False, own_account=True)
    other = Waiting(2, START, folded=False, own_account=False)
    for rhythm in (Rhythm.HOURLY, Rhythm.DAILY, Rhythm.NONE):
        assert mails_of([account, other], rhythm, START) == [(1,)]
