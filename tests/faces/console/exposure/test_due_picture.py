"""The picture of what is due: each day in its own reach, what is late apart, all of it in words."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.faces.console.charts.due import Day, draw_due, said_of

TODAY = date(2026, 12, 10)
REACHES = ((0, 3, 13.0, 35.0), (4, 14, 35.0, 63.0), (15, 60, 63.0, 100.0))

_days = st.builds(
    lambda number, due, kev: Day(TODAY + timedelta(days=number), due, min(kev, due)),
    st.integers(-400, 60),
    st.integers(1, 500),
    st.integers(0, 500),
)
many = st.lists(_days, min_size=1, max_size=8, unique_by=lambda one: one.day)


def bars(drawing: str) -> list[tuple[str, float, float]]:
    """Return kind, left edge and width of each bar, in percent."""
    found = re.findall(
        r'class="due__bar due__bar--(\w+)" x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%"', drawing
    )
    return [(kind, float(left), float(wide)) for kind, left, wide in found]


def test_without_anything_due_there_is_no_picture():
    assert draw_due([], TODAY) is None
    assert draw_due([Day(TODAY + timedelta(days=61), 3, 0)], TODAY) is None


def test_what_is_due_today_is_not_late_and_yesterday_is():
    drawing = draw_due([Day(TODAY, 1, 0), Day(TODAY - timedelta(days=1), 1, 0)], TODAY)
    assert [kind for kind, _, _ in bars(str(drawing))] == ["late", "soon"]


@given(many)
@settings(max_examples=40, deadline=None)
def test_each_day_stands_in_its_reach_and_later_ones_to_the_right(days):
    drawn = bars(str(draw_due(days, TODAY)))
    ahead = sorted((one.day - TODAY).days for one in days if one.day >= TODAY)
    late = [one for one in drawn if one[0] == "late"]
    assert len(late) == (1 if len(ahead) < len(days) else 0)
    assert all(left + wide <= 13 for _, left, wide in late)
    placed = [(left, left + wide) for kind, left, wide in drawn if kind != "late"]
    assert len(placed) == len(ahead)
    assert placed == sorted(placed)
    for number, (left, right) in zip(ahead, placed, strict=True):
        low, high = next((a, b) for begins, ends, a, b in REACHES if begins <= number <= ends)
        assert low <= left
        assert right <= high


@given(many)
@settings(max_examples=40, deadline=None)
def test_the_words_count_what_the_picture_shows(days):
    said = said_of(days, TODAY)
    numbers = [int(one) for one in re.findall(r"(\d+) (?:late|due)", said)]
    assert sum(numbers) == sum(one.due for one in days)
    assert said in str(draw_due(days, TODAY))


@given(many)
@settings(max_examples=40, deadline=None)
def test_no_number_stands_on_another(days):
    places = [
        float(place)
        for place in re.findall(
            r'x="([\d.]+)%"[^>]*class="due__number"', str(draw_due(days, TODAY))
        )
    ]
    assert places
    ordered = sorted(places)
    assert all(b - a >= 6.9 for a, b in itertools.pairwise(ordered))
