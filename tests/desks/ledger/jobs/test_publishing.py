"""The worker's call: it publishes now and then, and whatever happens the worker goes on."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.desks.ledger.ledgers import add, forge, later, recompute
from tidegate.desks.ledger.jobs.publishing import PAUSE, folder, tick
from tidegate.desks.ledger.models import Checkpoint
from tidegate.instance.home import home

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIDEGATE_LEDGER_FOLDER", str(tmp_path / "log"))
    return tmp_path / "log"


def test_a_head_is_published_when_the_last_one_is_a_minute_old(place: Path):
    tick(later(0))
    assert not (place / "checkpoint").exists()
    seen = []
    for seconds in range(0, 180, 30):
        add(1)
        tick(later(seconds / 60))
        seen.append(int((place / "checkpoint").read_bytes().split(b"\n")[1]))
    assert PAUSE.total_seconds() == 60
    assert seen == [1, 1, 3, 3, 5, 5]
    assert Checkpoint.objects.count() == 3


def test_what_goes_wrong_is_told_once_and_tried_again(
    place: Path, caplog: pytest.LogCaptureFixture
):
    add(3)
    place.touch()
    with caplog.at_level(logging.ERROR):
        tick(later(0))
        tick(later(1))
        assert len(caplog.records) == 1
        assert str(place) in caplog.text
        place.unlink()
        tick(later(2))
        assert (place / "checkpoint").exists()
        forge(1, "something else")
        recompute()
        tick(later(10))
    assert len(caplog.records) == 1, "what was published stays as it is"
    assert b"\n3\n" in (place / "checkpoint").read_bytes()


def test_left_alone_it_publishes_into_the_home(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TIDEGATE_LEDGER_FOLDER", raising=False)
    assert folder() == home() / "ledger"
