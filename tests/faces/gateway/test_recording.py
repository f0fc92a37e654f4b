"""One thread writes for all: in order, in groups, and one that cannot be written harms no other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connections

from tidegate.desks.reviews.queries.usable import Reason, Unusable
from tidegate.desks.reviews.services import calls
from tidegate.faces.gateway import recording
from tidegate.faces.gateway.recording import Recorder


class Over:
    """Stands for an act."""

    def __init__(self, name: str) -> None:
        self.name = self.key = name


class Writing:
    """Takes groups; holds the first one until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.go = threading.Event()
        self.fails: dict[str, list[Exception]] = {}

    def names(self) -> list[str]:
        """Return what was written, in its order."""
        return [name for group in self.groups for name in group]

    def __call__(self, acts: Sequence[Any]) -> list[Unusable | None]:
        self.go.wait(5)
        names = [act.name for act in acts]
        for name in names:
            if self.fails.get(name):
                error = self.fails[name].pop(0)
                raise error
        self.groups.append(names)
        refused = Unusable(Reason.ENDED, "no")
        return [refused if name == "refused" else None for name in names]


@pytest.fixture
def writing() -> Writing:
    return Writing()


@pytest.fixture
def recorder(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(recording, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    monkeypatch.setattr(calls, "say_alive", lambda _: None)
    found = Recorder("name", writing)
    yield found
    writing.go.set()
    found.stop()


def put(recorder: Recorder, *names: str, kind: type[Any] = Over) -> list[Any]:
    return [recorder.put(kind(name)) for name in names]


def test_what_waits_meanwhile_shares_a_commit_and_keeps_its_order(recorder, writing):
    first = put(recorder, "a")
    rest = put(recorder, "b", "refused", "c")
    writing.go.set()
    assert first[0].result(5) is None
    assert rest[1].result(5).reason is Reason.ENDED
    assert writing.names() == ["a", "b", "refused", "c"]
    assert len(writing.groups) <= 2


def test_one_that_cannot_be_written_keeps_no_other_from_it(recorder, writing):
    writing.fails["bad"] = [ValueError("no"), ValueError("no")]
    first, good, bad, other = put(recorder, "a", "good", "bad", "other")
    writing.go.set()
    assert [one.result(5) for one in (first, good, other)] == [None] * 3
    with pytest.raises(ValueError, match="no"):
        bad.result(5)


def test_an_end_is_written_again_where_the_database_was_away(recorder, writing, monkeypatch):
    monkeypatch.setattr(calls, "Over", Over)
    writing.fails["end"] = [DatabaseError("away"), DatabaseError("away")]
    (end,) = put(recorder, "end")
    writing.go.set()
    assert end.result(5) is None
    assert writing.groups == [["end"]]


def test_an_end_that_could_not_be_written_is_kept_until_it_is(recorder, writing, monkeypatch):
    monkeypatch.setattr(calls, "Over", Over)
    monkeypatch.setattr(recording, "_LATE_SECONDS", 0.01)
    monkeypatch.setattr(calls, "BEAT", timedelta(seconds=0.02))
    recorder._running.add("end")
    writing.fails["end"] = [DatabaseError("away")] * 7
    (end,) = put(recorder, "end")
    writing.go.set()
    assert end.result(5) is None
    assert writing.groups == [["end"]]
    assert recorder._running == set()


def test_an_end_that_could_not_be_written_is_tried_once_more_before_it_stops(
    recorder, writing, monkeypatch
):
    monkeypatch.setattr(calls, "Over", Over)
    writing.fails["end"] = [DatabaseError("away")] * 3
    (end,) = put(recorder, "end")
    writing.go.set()
    recorder.stop()
    assert end.done()
    assert writing.names() == ["end"]


def test_what_waits_is_written_before_it_stops(recorder, writing):
    waiting = put(recorder, *"abcdef")
    writing.go.set()
    recorder.stop()
    assert all(one.done() for one in waiting)
    assert writing.names() == list("abcdef")
