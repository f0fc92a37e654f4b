"""Locks and days: what is drawn is what was counted, to scale."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tidegate.faces.console.charts.locks import Stage, draw_locks
from tidegate.faces.console.charts.series import Series, draw_series

FULL = 66.0
HEIGHT = 84.0


def level(picture: str) -> float:
    """Return how high the water of a chamber stands, as a share of a full one."""
    found = re.search(r'class="lock__water" d="M0 ([\d.]+)', picture)
    return (HEIGHT - float(found.group(1))) / FULL if found else 0.0


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=6))
def test_levels_are_true_to_scale(counts: list[int]) -> None:
    chambers = draw_locks([Stage("s", count, "/") for count in counts])
    most = max(counts)
    for count, chamber in zip(counts, chambers, strict=True):
        ET.fromstring(chamber.picture)
        assert abs(level(chamber.picture) - (count / most if most else 0)) < 0.001


def test_a_share_is_of_what_was_received() -> None:
    chambers = draw_locks([Stage("a", 6202, "/"), Stage("b", 1596, "/"), Stage("c", 97, "/")])
    assert [chamber.share for chamber in chambers] == [None, 26, 2]


def test_nothing_received_has_no_share() -> None:
    assert [c.share for c in draw_locks([Stage("a", 0, "/"), Stage("b", 0, "/")])] == [None, None]


@given(st.lists(st.integers(0, 100_000), max_size=40))
def test_each_day_has_its_bar_and_its_words(counts: list[int]) -> None:
    start = date(2026, 11, 1)
    days = tuple((start + timedelta(days=n), count) for n, count in enumerate(counts))
    [drawn] = draw_series([Series("Received", "received", days)])
    root = ET.fromstring(drawn.picture)
    bars = [one for one in root.iter("rect") if "series__bar" in one.get("class", "")]
    assert len(bars) == sum(count > 0 for count in counts)
    assert drawn.total == sum(counts)
    said = [title.text for title in root.iter("title")][1:]
    assert said == [f"{day:%d %b %Y}: {count}" for day, count in days]
    heights = [float(bar.get("height", 0)) for bar in bars]
    for height, count in zip(heights, [count for count in counts if count], strict=True):
        assert abs(height - max(60 * count / drawn.most, 1.5)) < 0.01
