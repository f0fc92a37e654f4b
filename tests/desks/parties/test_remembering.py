"""What is remembered is remembered by all, until its time, and one of many wins an `add`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tidegate.desks.parties import remembering
from tidegate.desks.parties.models import Mark

pytestmark = pytest.mark.django_db


def test_the_cache_of_this_instance_is_a_table() -> None:
    cache.set("attempts", [1.5, 0.5], 60)
    assert cache.get("attempts") == [1.5, 0.5]
    assert Mark.objects.count() == 1
    cache.set("attempts", [2.5], 60)
    assert cache.get("attempts") == [2.5]
    assert cache.delete("attempts")
    assert cache.get("attempts", "none") == "none"
    assert not cache.delete("attempts")


def test_what_is_there_is_not_added_until_it_has_expired() -> None:
    assert cache.add("code", "y", 60)
    assert not cache.add("code", "y", 60)
    Mark.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert cache.get("code") is None
    assert "code" not in cache
    assert cache.add("code", "y", 60)


def test_nothing_is_pushed_out_and_what_has_expired_is_cleared_away(monkeypatch) -> None:
    monkeypatch.setattr(remembering, "_AFTER_WRITES", 8)
    assert cache.add("used-code", "y", 60)
    for number in range(600):
        Mark.objects.create(key=f"old-{number}", value=1, expires_at=timezone.now())
    for number in range(400):
        cache.set(f"attempt-{number}", 1, 60)
    assert not cache.add("used-code", "y", 60)
    assert Mark.objects.count() == 401


def test_something_is_remembered_for_longer_or_for_ever() -> None:
    cache.set("here", 1, 1)
    assert cache.touch("here", None)
    assert Mark.objects.get().expires_at.year == 9999
    assert not cache.touch("gone", 60)


def test_what_another_process_added_first_is_not_added_again() -> None:
    # Nothing is looked for beforehand: it is the table that lets one of two in.
    with CaptureQueriesContext(connection) as asked:
        assert cache.add("the-code", "y", 60)
    assert not [one for one in asked.captured_queries if one["sql"].startswith("SELECT")]
