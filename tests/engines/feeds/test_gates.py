"""Which edition may take the place of which."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.feeds import Edition, Outcome, judge
from tidegate.engines.feeds.gates import MOST_REFUSED

DAY = datetime(2026, 11, 20, tzinfo=UTC)
GOOD = Edition("epss", DAY, "v2026.06.15", 1000, 0, "a" * 64)
NEXT = replace(GOOD, said_at=DAY + timedelta(days=1), sha256="c" * 64)

editions = st.builds(
    Edition,
    feed=st.just("epss"),
    said_at=st.none() | st.integers(0, 9).map(lambda days: DAY + timedelta(days=days)),
    version=st.sampled_from(["", "v2025.03.14", "v2026.06.15", "v2026.10.1"]),
    count=st.integers(0, 300),
    refused=st.integers(0, 6),
    sha256=st.sampled_from(["a" * 64, "b" * 64, "c" * 64]),
)


def test_a_younger_edition_of_the_same_size_is_accepted():
    assert judge(GOOD, NEXT)
    assert judge(None, GOOD)


def test_the_same_bytes_are_not_new_and_no_fault():
    verdict = judge(GOOD, replace(GOOD, said_at=DAY - timedelta(days=9)))
    assert verdict.outcome is Outcome.NOT_NEW
    assert not verdict
    assert not verdict.is_refused


@pytest.mark.parametrize(("count", "outcome"), [(501, Outcome.ACCEPTED), (500, Outcome.SHRUNK)])
def test_a_feed_that_shrinks_by_half_is_refused(count: int, outcome: Outcome):
    assert judge(GOOD, replace(NEXT, count=count)).outcome is outcome


def test_an_older_edition_is_refused():
    back = judge(GOOD, replace(NEXT, said_at=DAY - timedelta(seconds=1)))
    assert back.outcome is Outcome.BACK_IN_TIME
    assert judge(GOOD, replace(NEXT, said_at=None)).outcome is Outcome.BACK_IN_TIME


@pytest.mark.parametrize("version", ["v2025.03.14", "v2026.6.9", ""])
def test_a_model_that_goes_back_is_refused_though_its_day_is_younger(version: str):
    verdict = judge(GOOD, replace(NEXT, version=version))
    assert verdict.outcome is Outcome.BACK_IN_TIME
    assert "v2026.06.15" in verdict.words


def test_an_edition_with_too_many_broken_records_is_refused_even_as_the_first_one():
    broken = judge(None, replace(GOOD, count=989, refused=11))
    assert broken.outcome is Outcome.BROKEN
    assert judge(None, replace(GOOD, count=990, refused=10))


def test_an_edition_that_holds_nothing_is_refused():
    assert judge(None, replace(GOOD, count=0)).outcome is Outcome.EMPTY


def test_two_feeds_are_never_compared():
    with pytest.raises(ValueError, match="two feeds"):
        judge(replace(GOOD, feed="kev"), NEXT)


@given(st.none() | editions, editions)
@settings(max_examples=200)
def test_what_is_accepted_is_new_whole_no_older_and_no_half(before: Edition | None, after: Edition):
    verdict = judge(before, after)
    assert verdict.words
    if verdict:
        assert after.count > 0
        assert after.refused <= MOST_REFUSED * (after.count + after.refused)
        if before is not None:
            assert after.sha256 != before.sha256
            assert after.count > before.count / 2
            assert before.said_at is None or (after.said_at and after.said_at >= before.said_at)


@given(st.lists(editions, max_size=12))
@settings(max_examples=100)
def test_the_last_good_edition_never_gets_older(arrived: list[Edition]):
    good: Edition | None = None
    days = []
    for edition in arrived:
        if judge(good, edition):
            good = edition
        if good is not None and good.said_at is not None:
            days.append(good.said_at)
    assert days == sorted(days)
