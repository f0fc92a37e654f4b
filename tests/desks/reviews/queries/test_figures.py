"""The figures that everybody reads say nothing by name, and nothing of today."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from tests.desks.reviews.making import NOW, day, engagement
from tidegate.desks.reviews.models import Engagement
from tidegate.desks.reviews.queries.figures import FEWEST, Figures, figures
from tidegate.desks.reviews.services import opening, windows
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def test_what_happened_today_is_counted_tomorrow():
    engagement(at=NOW)
    later = NOW.replace(hour=23, minute=59)
    assert figures(later) == Figures(datetime(2026, 12, 1, tzinfo=UTC), 0, 0, None)
    assert figures(later + timedelta(minutes=1)).opened == 1


def test_a_draft_is_counted_nowhere():
    draft = engagement(state=State.DRAFT)
    Engagement.objects.filter(pk=draft.row.pk).update(withdrawn_at=NOW, state=State.WITHDRAWN)
    assert figures(day(2)).opened == figures(day(2)).withdrawn == 0


def test_withdrawn_ones_are_counted_as_numbers():
    engagement(state=State.WITHDRAWN)
    engagement()
    found = figures(day(2))
    assert (found.opened, found.withdrawn) == (2, 1)
    assert {one.name for one in fields(found)} == {"until", "opened", "withdrawn", "median_days"}


def test_the_median_is_of_windows_that_have_ended_and_of_no_few():
    for days in (1, 5, 10, 20):
        engagement(window=(NOW, day(days)))
    engagement(window=(NOW, day(39)))
    engagement(window=(day(3), day(3)))  # called off
    assert figures(day(30)).median_days is None, f"four are fewer than {FEWEST}"
    engagement(window=(NOW, day(30)))
    assert figures(day(32)).median_days == 10


def test_the_median_is_of_access_as_it_was_and_not_as_it_was_planned():
    for _ in range(FEWEST):
        made = engagement(window=(NOW, day(30)), terms=True, state=State.WINDOW_OPEN)
        windows.move_end(made.developer.actor, made.key, day(2), at=day(1))
    assert figures(day(4)).median_days == 2
    opening.change(made.developer.actor, made.key, version="2", at=day(4))
