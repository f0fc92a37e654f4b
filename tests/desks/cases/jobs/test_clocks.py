"""A clock rings once, not before its time; one that fails is tried again and holds up nobody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from tests.desks.cases.rooms import (
    NOW,
    acting,
    make_coordination,
    make_member,
    make_organisation,
    make_party,
    make_person,
)
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, OrganisationKind
from tidegate.desks.cases.jobs.clocks import tick
from tidegate.desks.cases.models import Clock, Coordination
from tidegate.desks.cases.queries.clocks import clocks_of, set_aside
from tidegate.desks.cases.services import clocks, firing
from tidegate.desks.cases.services.machines import EMBARGO
from tidegate.desks.cases.services.ringing import PAUSES, TRIES, ring_again
from tidegate.desks.cases.signals import clock_fired
from tidegate.desks.findings.models import Event
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.engines.transparency.errors import BrokenTreeError
from tidegate.instance.home import HomeError

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
State = Clock.State


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))


def run(
    row: Coordination,
    due_in: timedelta = HOUR,
    *,
    kind: Clock.Kind = Clock.Kind.POLICY,
    **more: Any,
) -> Clock:
    number = Clock.objects.count()
    said = {"name": f"clock {number}", "trigger": "test", "triggered_at": NOW, **more}
    return clocks.run(row, kind, due_at=NOW + due_in, **said)


def state(clock: Clock) -> str:
    return Clock.objects.get(pk=clock.pk).state


def rung() -> list[str]:
    """Return the names of the clocks that rang, in order."""
    entries = Entry.objects.filter(kind="clock-fired").order_by("pk")
    return [entry.said["name"] for entry in entries]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, *names: str) -> list[str]:
    """Let what follows from clocks of these names fail, after it has done something; count it."""
    tried: list[str] = []

    def effect(clock: Clock, **_: Any) -> None:
        if clock.name in names:
            tried.append(clock.name)
            Coordination.objects.filter(pk=clock.coordination_id).update(closing_words="half done")
            raise error

    monkeypatch.setitem(firing.EFFECTS, Clock.Kind.POLICY, effect)
    return tried


# In time, in order, once.


def test_a_clock_rings_at_its_instant_and_not_a_moment_before():
    clock = run(make_coordination())
    assert tick(clock.due_at - timedelta(microseconds=1)) == 0
    assert tick(clock.due_at) == 1
    assert tick(clock.due_at) == tick(clock.due_at + HOUR) == 0
    fired = Clock.objects.get()
    assert (fired.state, fired.fired_at) == (State.FIRED, clock.due_at)


def test_clocks_ring_in_the_order_in_which_their_times_stand_and_of_equals_the_first_one_made():
    row, other = make_coordination(), make_coordination()
    run(row, 3 * HOUR, name="d")
    run(other, 2 * HOUR, name="b")
    run(row, 2 * HOUR, name="c")
    run(other, HOUR, name="a")
    assert tick(NOW + 5 * HOUR) == 4
    assert rung() == ["a", "b", "c", "d"]


def test_only_what_runs_rings():
    row = make_coordination()
    paused, cancelled, moved = run(row), run(row, name="taken away"), run(row, name="moved")
    clocks.pause(paused, at=NOW, why="they work on it")
    clocks.cancel(row, Clock.Kind.POLICY, at=NOW, why="met", name="taken away")
    run(row, 5 * HOUR, name="moved")
    assert tick(NOW + 2 * HOUR) == 0
    clocks.resume(Clock.objects.get(pk=paused.pk), at=NOW + 2 * HOUR)
    assert tick(NOW + 3 * HOUR) == 1
    assert tick(NOW + 9 * HOUR) == 1
    assert [state(one) for one in (paused, cancelled, moved)] == ["fired", "cancelled", "fired"]


def test_it_is_one_question_and_no_transaction_when_nothing_is_due():
    run(make_coordination())
    with CaptureQueriesContext(connection) as questions:
        assert tick(NOW) == 0
    (question,) = questions.captured_queries
    assert question["sql"].startswith("SELECT")


def test_whoever_listens_is_told_in_the_same_transaction():
    clock, heard = run(make_coordination()), []

    def hear(clock: Clock, **_: Any) -> None:
        heard.append((clock.pk, clock.state, connection.in_atomic_block))

    clock_fired.connect(hear)
    try:
        tick(NOW + HOUR)
    finally:
        clock_fired.disconnect(hear)
    assert heard == [(clock.pk, State.FIRED, True)]


# Access that depends on a date does not wait for a clock.


def test_access_is_right_at_the_instant_whether_or_not_a_clock_has_rung():
    row = make_coordination(ends_at=NOW + 3 * HOUR)
    signed = make_member(make_party(row, consent_until=NOW + HOUR))
    granted = make_member(make_party(row), until=NOW + 2 * HOUR)
    silent = make_member(make_party(row, consent="declined"))
    for kind, name, due in (
        (Clock.Kind.CONSENT_LAPSE, "consent", NOW + HOUR),
        (Clock.Kind.GRANT_END, "grant", NOW + 2 * HOUR),
        (Clock.Kind.EMBARGO_END, EMBARGO, NOW + 3 * HOUR),
    ):
        run(row, due - NOW, kind=kind, name=name)

    def reading(hours: float) -> list[bool]:
        at = NOW + hours * HOUR
        return [may(acting(one), Act.READ, row.case, at=at) for one in (signed, granted, silent)]

    assert reading(0.99) == [True, True, False]
    assert reading(1) == [False, True, False]
    assert reading(2) == [False, False, False]
    # The end of the embargo asks for nobody's consent any more, and gives back no grant.
    assert reading(2.99) == [False, False, False]
    assert reading(3) == [True, False, True]
    assert set(Clock.objects.values_list("state", flat=True)) == {State.RUNNING}


# What fails.


def test_what_fails_is_tried_again_after_a_pause_and_nothing_of_it_stays(
    monkeypatch: pytest.MonkeyPatch,
):
    row = make_coordination()
    run(row, name="bad")
    tried = failing(monkeypatch, RuntimeError("no such party"), "bad")
    due = NOW + HOUR
    assert tick(due) == tick(due) == tick(due + PAUSES[0] - SECOND) == 0
    assert tried == ["bad"]
    clock = Clock.objects.get()
    assert (clock.state, clock.tries, clock.fired_at) == (State.RUNNING, 1, None)
    assert clock.reason == "RuntimeError: no such party"
    row.refresh_from_db()
    assert row.closing_words == ""
    assert not Entry.objects.exists()
    monkeypatch.undo()
    assert tick(due + PAUSES[0]) == 1
    assert state(clock) == State.FIRED


def test_what_fails_holds_up_its_own_case_for_a_while_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
):
    row, other = make_coordination(), make_coordination()
    run(row, HOUR, name="bad")
    run(row, 2 * HOUR, name="later in its case")
    run(other, 2 * HOUR, name="elsewhere")
    failing(monkeypatch, RuntimeError("no such party"), "bad")
    at = NOW + 2 * HOUR
    assert tick(at) == 1
    assert rung() == ["elsewhere"]
    for pause in PAUSES:
        at += pause
        tick(at)
    assert rung() == ["elsewhere", "later in its case"]


def test_what_fails_again_and_again_is_set_aside_and_coordinators_find_it(
    monkeypatch: pytest.MonkeyPatch,
):
    row = make_coordination(ends_at=NOW + 90 * HOUR)
    party = make_member(make_party(row))
    coordinator = acting(make_person(make_organisation(OrganisationKind.COORDINATOR)))
    clock = run(row, name="bad", subject="O-1")
    tried = failing(monkeypatch, RuntimeError("no such party"), "bad")
    at = NOW + HOUR
    for _ in range(TRIES + 3):
        tick(at)
        at += max(PAUSES)
    assert tried == ["bad"] * TRIES
    assert state(clock) == State.SET_ASIDE
    for actor in (coordinator, OWNER):
        (found,) = set_aside(actor)
        assert (found.number, found.case, found.name) == (clock.pk, row.case.key, "bad")
        assert (found.tries, found.reason) == (TRIES, "RuntimeError: no such party")
        assert clocks_of(actor, row.case.key, at=NOW) == (found,)
    assert set_aside(acting(party)) == set_aside(NOBODY) == ()
    (shown,) = clocks_of(acting(party), row.case.key, at=NOW)
    assert (shown.state, shown.reason) == ("set-aside", "")
    # In the history and in the ledger, without what only coordinators may know.
    (entry,) = Entry.objects.all()
    assert (entry.kind, entry.said["name"]) == ("clock-set-aside", "bad")
    assert "no such party" not in entry.text + str(Event.objects.get().detail)


def test_what_was_set_aside_rings_again_when_a_coordinator_says_so(
    monkeypatch: pytest.MonkeyPatch,
):
    row = make_coordination(ends_at=NOW + 90 * HOUR)
    party = make_member(make_party(row))
    clock = run(row, name="bad")
    clocks.set_aside(clock, at=NOW, why="it failed")
    for actor in (acting(party), NOBODY):
        with pytest.raises(NotFoundError):
            ring_again(actor, row.case.key, clock.pk, at=NOW)
    with pytest.raises(NotFoundError):
        ring_again(OWNER, make_coordination().case.key, clock.pk, at=NOW)
    ring_again(OWNER, row.case.key, clock.pk, at=NOW)
    with pytest.raises(NotFoundError):
        ring_again(OWNER, row.case.key, clock.pk, at=NOW)
    assert tick(NOW + HOUR) == 1
    assert state(clock) == State.FIRED


def test_what_was_set_aside_does_not_ring_beside_the_one_in_its_place():
    row = make_coordination()
    clock = run(row, name="bad")
    clocks.set_aside(clock, at=NOW, why="it failed")
    run(row, 2 * HOUR, name="bad")
    with pytest.raises(NotPossibleError, match="another clock"):
        ring_again(OWNER, row.case.key, clock.pk, at=NOW)


@pytest.mark.parametrize(
    "error",
    [
        HomeError("the keys cannot be read"),
        BrokenTreeError("not what was signed"),
        OperationalError("the database is away"),
    ],
)
def test_what_is_no_clocks_fault_counts_against_none(
    monkeypatch: pytest.MonkeyPatch, error: Exception
):
    clock = run(make_coordination(), name="good")
    failing(monkeypatch, error, "good")
    for _ in range(TRIES + 1):
        with pytest.raises(type(error)):
            tick(NOW + HOUR)
    assert Clock.objects.get().tries == 0
    monkeypatch.undo()
    assert tick(NOW + HOUR) == 1
    assert state(clock) == State.FIRED


def test_a_clock_that_is_moved_is_not_put_off_for_what_failed_before(
    monkeypatch: pytest.MonkeyPatch,
):
    row = make_coordination()
    run(row, name="bad")
    failing(monkeypatch, RuntimeError("no such party"), "bad")
    tick(NOW + HOUR)
    monkeypatch.undo()
    clock = run(row, HOUR + SECOND, name="bad")
    assert (clock.tries, clock.reason, clock.try_again_at) == (0, "", None)
    assert tick(NOW + HOUR + SECOND) == 1
