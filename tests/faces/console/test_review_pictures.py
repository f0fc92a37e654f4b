"""The pictures of engagements: a window within its ceiling, and the calls of the last hour."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.faces.console.charts.minutes import Minute, draw_minutes
from tidegate.faces.console.charts.window import Days, draw_window, said_of

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CEILING = 30 * DAY


def days(opens: float | None, ends: float | None, release: float | None) -> Days:
    def at(number: float | None) -> datetime | None:
        return None if number is None else NOW + number * DAY

    return Days(CEILING, at(opens), at(ends), at(release))


def width(picture: str, kind: str) -> float:
    found = re.search(rf'class="{kind}"[^>]* width="([\d.]+)%"', picture)
    assert found is not None, kind
    return float(found.group(1))


def test_a_window_is_drawn_within_the_days_that_its_ceiling_allows() -> None:
    picture = str(draw_window(days(-10, 10, 20), NOW))
    bed, window, gone = (width(picture, f"window__{kind}") for kind in ("bed", "open", "gone"))
    assert window / bed == pytest.approx(20 / 30, abs=0.001)
    assert gone / window == pytest.approx(0.5, abs=0.001)
    assert "ends 11 Dec 2026" in picture
    assert "release 21 Dec 2026" in picture


def test_before_a_window_is_open_the_picture_says_when_it_could_begin() -> None:
    picture = str(draw_window(days(None, None, 40), NOW))
    assert "earliest 11 Dec 2026" in picture
    assert "window__open" not in picture


def test_without_a_date_there_is_no_picture() -> None:
    assert draw_window(days(None, None, None), NOW) is None


def test_the_name_of_the_picture_says_what_it_shows() -> None:
    said = said_of(days(-10, 10, 20), NOW)
    assert "10 days left" in said
    assert "planned on 21 Dec 2026" in said
    assert "at most 30 days before it" in said
    assert "ended 2 days ago" in said_of(days(-10, -2, 20), NOW)


@given(
    opens=st.floats(-60, 60),
    long=st.floats(0.01, 30),
    release=st.one_of(st.none(), st.floats(-30, 90)),
)
def test_nothing_is_drawn_beyond_the_picture(
    opens: float, long: float, release: float | None
) -> None:
    picture = str(draw_window(days(opens, opens + long, release), NOW) or "")
    for place in re.findall(r' (?:x|x1|x2)="([\d.-]+)%"', picture):
        assert 0 <= float(place) <= 100
    for place, wide in re.findall(r' x="([\d.]+)%" y="\d+" width="([\d.-]+)%"', picture):
        assert float(wide) >= 0
        assert float(place) + float(wide) <= 100.01


def test_calls_stand_up_and_refusals_hang_down() -> None:
    minutes = [Minute(NOW, 4, 0), Minute(NOW, 0, 2), Minute(NOW, 1, 0)]
    picture = str(draw_minutes(minutes))
    assert "5 calls and 2 refused in the last 3 minutes" in picture
    tall = [float(one) for one in re.findall(r'minutes__calls" [^>]*height="([\d.]+)"', picture)]
    assert tall == [52, 13]
    (hangs,) = re.findall(r'minutes__refused" x="[\d.]+" y="(\d+)"', picture)
    assert float(hangs) > 52


def test_an_hour_without_calls_is_drawn_as_an_empty_line() -> None:
    picture = str(draw_minutes([Minute(NOW, 0, 0)] * 60))
    assert "minutes__calls" not in picture
    assert "minutes__base" in picture
