"""Instants come in with their zone, and are kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidegate.desks.cases.services.texts import instant
from tidegate.desks.findings.services.refusals import NotPossibleError


def test_an_instant_is_kept_in_utc():
    kept = instant(datetime.fromisoformat("2026-12-07T01:00:00+02:00"), "the day")
    assert (kept, kept.tzinfo) == (datetime(2026, 12, 6, 23, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-12-07T01:00:00", "the day, 2026-12-07T01:00:00, has no zone"),
        ("9999-12-31T23:59:00-12:00", "the day, 9999-12-31T23:59:00-12:00, is in no year"),
        ("0001-01-01T00:00:00+14:00", "the day, 0001-01-01T00:00:00\\+14:00, is in no year"),
    ],
)
def test_what_is_no_instant_in_utc_is_refused_by_its_name(written, words):
    with pytest.raises(NotPossibleError, match=words):
        instant(datetime.fromisoformat(written), "the day")
