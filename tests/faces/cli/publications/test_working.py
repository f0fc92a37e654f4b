"""Who watches the work is told of each rung of a fix once, as far as they may read of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desks.publications.rooms import NOW, day
from tests.desks.publications.trials import DIFF, SECRET, let_climb, proven_room
from tidegate.desks.publications.models import Trial
from tidegate.desks.publications.services import fixes, trying
from tidegate.faces.cli import acting, working

pytestmark = pytest.mark.django_db


def watched(room, who, capsys) -> list[str]:
    """Return what somebody is told of a trial that goes on, ends, and one that fails."""
    acting.choose(who.person.email)
    with working.Watching(quiet=False) as watching:
        first = fixes.offer(room.one.actor, room.key, patch=DIFF, at=NOW)
        trying.begin(first.key, 1, at=NOW)
        watching._tell_climbs()
        let_climb(first, day(1))
        watching._tell_climbs()
        watching._tell_climbs()
        fixes.ask_for_trial(room.one.actor, first.key, at=NOW)
        trying.fail(first.key, 2, "it is too large to be unpacked", at=day(1))
    return [line for line in capsys.readouterr().err.splitlines() if first.key in line]


def test_each_rung_is_told_of_once_and_how_it_ended(capsys):
    room = proven_room()
    told = watched(room, room.one, capsys)
    rungs = [line for line in told if line.endswith((" passed", " skipped"))]
    assert len(rungs) == len(set(rungs)) == 7
    assert "patch of 1.2.0, trial 1: applies passed" in rungs[0]
    assert [line for line in told if "may be published as fixed" in line] == told[7:8]
    assert told[8].endswith("trial 2: could not be tried: it is too large to be unpacked")
    assert len(told) == 9
    assert SECRET not in "".join(told)


def test_others_are_told_nothing(capsys):
    room = proven_room()
    assert watched(room, room.stranger, capsys) == []


def test_what_ended_before_is_no_news(capsys, monkeypatch):
    room = proven_room()
    row = fixes.offer(room.one.actor, room.key, patch=DIFF, at=NOW)
    let_climb(row, NOW)
    Trial.objects.update(ended_at=NOW - timedelta(seconds=1))
    acting.choose(room.one.person.email)
    with working.Watching(quiet=False) as watching:
        watching._tell_climbs()
    assert row.key not in capsys.readouterr().err
