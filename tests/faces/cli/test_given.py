"""What commands about cases are given: instants, and nothing that only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from tidegate.faces.cli.given import moment, written

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=150_000)).map(lambda after: EPOCH + after)


@given(MOMENTS)
def test_what_is_written_is_read_back(at: datetime) -> None:
    assert moment(written(at), "--until") == at


@given(MOMENTS, st.integers(-14, 14))
def test_an_instant_of_another_zone_is_the_same_instant(at: datetime, hours: int) -> None:
    there = at.astimezone(timezone(timedelta(hours=hours)))
    assert moment(there.isoformat(), "--until") == at


def test_nothing_is_no_instant() -> None:
    assert moment("", "--until") is None


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-11-30", "2026-11-30T12:00:00", "1", "0001-01-01T00:00:00+10:00"]
)
def test_what_is_no_instant_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--until"):
        moment(text, "--until")
