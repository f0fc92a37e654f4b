"""The window is never longer than the ceiling, and no grant outlives it: with all that is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tidegate.desks.cases.instants import InstantError
from tidegate.desks.cases.states.steps import Moved, Refused
from tidegate.desks.reviews.states.windows import Window, granted, latest_end, moved_end, planned

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
CEILING = timedelta(days=30)
RELEASE = NOW + timedelta(days=40)
HOURS = st.integers(-24 * 90, 24 * 90).map(lambda hours: NOW + timedelta(hours=hours))
AHEAD = st.integers(0, 24 * 90).map(lambda hours: timedelta(hours=hours))


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


def window_of(opens_at: datetime, ends_at: datetime, release_at: datetime = RELEASE):
    return planned(opens_at, ends_at, release_at=release_at, ceiling=CEILING, now=NOW)


def end_of(window: Window, ends_at: datetime, *, release_at: datetime = RELEASE, now=NOW):
    return moved_end(window, ends_at, release_at=release_at, ceiling=CEILING, now=now)


def reason(answer: object) -> str:
    assert isinstance(answer, Refused)
    return answer.reason


@given(HOURS, HOURS, HOURS, HOURS)
def test_no_window_is_planned_that_is_longer_or_elsewhere(opens_at, ends_at, release_at, now):
    answer = planned(opens_at, ends_at, release_at=release_at, ceiling=CEILING, now=now)
    fits = now <= opens_at < ends_at <= release_at <= opens_at + CEILING
    assert bool(answer) == fits
    if isinstance(answer, Moved):
        assert answer.state == Window(opens_at, ends_at)
        assert ends_at - opens_at <= CEILING


def test_thirty_days_up_to_the_release_are_possible_and_a_second_more_is_not():
    assert window_of(day(10), day(40))
    moment = timedelta(seconds=1)
    assert "at most 30 days before" in reason(window_of(day(10) - moment, day(40)))
    assert "after the planned release" in reason(window_of(day(10), day(40) + moment))


def test_the_end_of_a_window_is_not_in_it():
    window = Window(day(0), day(1))
    moment = timedelta(microseconds=1)
    assert window.is_open(day(0))
    assert window.is_open(day(1) - moment)
    assert not window.is_open(day(1))
    assert not window.is_open(day(0) - moment)


@given(HOURS, AHEAD, HOURS, HOURS, HOURS)
def test_an_end_is_moved_sooner_always_and_later_up_to_the_ceiling(
    opens_at, length, ends_at, release_at, now
):
    window = Window(opens_at, opens_at + length)
    answer = end_of(window, ends_at, release_at=release_at, now=now)
    if window.ends_at <= now:
        assert not answer
    elif ends_at <= window.ends_at:
        assert answer
    else:
        assert bool(answer) == (ends_at <= min(release_at, opens_at + CEILING))
    if isinstance(answer, Moved):
        assert answer.state.ends_at == max(ends_at, now)
        assert answer.state.opens_at <= answer.state.ends_at


@given(HOURS, AHEAD, HOURS, HOURS)
def test_the_latest_end_is_possible_and_the_next_moment_is_not(opens_at, length, release_at, now):
    window = Window(opens_at, opens_at + length)
    latest = latest_end(window, release_at=release_at, ceiling=CEILING)
    if window.ends_at <= now:
        return
    assert end_of(window, latest, release_at=release_at, now=now)
    beyond = latest + timedelta(microseconds=1)
    assert not end_of(window, beyond, release_at=release_at, now=now)


def test_a_window_that_has_ended_is_not_opened_again():
    window = Window(day(0), day(10))
    assert "is not opened again" in reason(end_of(window, day(20), now=day(10)))


def test_a_later_release_gives_no_longer_window():
    window = Window(day(0), day(20))
    assert end_of(window, day(30), release_at=day(200))
    late = reason(end_of(window, day(31), release_at=day(200)))
    assert "2026-12-31T12:00:00Z at the latest" in late


def test_a_window_that_ends_before_it_begins_is_called_off():
    answer = end_of(Window(day(5), day(10)), day(3))
    assert answer == Moved(Window(day(3), day(3)))
    assert not any(Window(day(3), day(3)).is_open(day(number)) for number in range(12))
    assert not Window(day(3), day(3)).has_begun(day(20))


@given(HOURS, HOURS, HOURS, AHEAD, HOURS)
def test_no_grant_outlives_the_window(begins_at, ends_at, opens_at, length, now):
    within = Window(opens_at, opens_at + length)
    answer = granted(begins_at, ends_at, within=within, now=now)
    if isinstance(answer, Moved):
        assert within.opens_at <= answer.state.opens_at < answer.state.ends_at <= within.ends_at
        assert answer.state.ends_at > now
    else:
        assert ends_at <= max(begins_at, now) or begins_at < opens_at or ends_at > within.ends_at


@pytest.mark.parametrize(
    "moment",
    [day(1).replace(tzinfo=None), day(1).astimezone(timezone(timedelta(hours=1)))],
)
def test_whoever_mixes_zones_is_told(moment: datetime):
    with pytest.raises(InstantError):
        window_of(moment, day(10))
    with pytest.raises(InstantError):
        end_of(Window(day(0), day(10)), moment)
    with pytest.raises(InstantError):
        granted(moment, day(3), within=Window(day(0), day(10)), now=NOW)


class MovingDates(RuleBasedStateMachine):
    """A developer who moves every date as it likes, while time passes, gives at most 30 days."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.release_at = day(40)
        self.window: Window | None = None
        self.open_hours: set[datetime] = set()

    @rule(hours=st.integers(1, 24 * 12))
    def time_passes(self, hours: int) -> None:
        for _ in range(hours):
            if self.window is not None and self.window.is_open(self.now):
                self.open_hours.add(self.now)
            self.now += timedelta(hours=1)

    @rule(ahead=AHEAD)
    def plan_the_release(self, ahead: timedelta) -> None:
        self.release_at = self.now + ahead
        if self.window is not None and self.now < self.window.ends_at > self.release_at:
            self._keep(
                end_of(self.window, self.release_at, release_at=self.release_at, now=self.now)
            )

    @rule(begins=AHEAD, length=AHEAD)
    def open_the_window(self, begins: timedelta, length: timedelta) -> None:
        if self.window is not None and self.window.has_begun(self.now):
            return
        opens_at = self.now + begins
        self._keep(
            planned(
                opens_at,
                opens_at + length,
                release_at=self.release_at,
                ceiling=CEILING,
                now=self.now,
            )
        )

    @rule(ahead=AHEAD)
    def move_the_end(self, ahead: timedelta) -> None:
        if self.window is not None:
            self._keep(
                end_of(self.window, self.now + ahead, release_at=self.release_at, now=self.now)
            )

    @invariant()
    def access_is_given_for_thirty_days_at_most(self) -> None:
        if self.open_hours:
            assert max(self.open_hours) - min(self.open_hours) < CEILING
        if self.window is not None:
            assert self.window.ends_at - self.window.opens_at <= CEILING

    def _keep(self, answer: Moved[Window] | Refused) -> None:
        if isinstance(answer, Moved):
            assert answer.state.ends_at <= max(self.release_at, self.now)
            self.window = answer.state


TestMovingDates = MovingDates.TestCase
