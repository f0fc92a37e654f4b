"""The window through its services: opened once, bounded by the ceiling, outlived by no grant."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.desks.reviews.accesses import Access, access, kinds, may_use, said
from tests.desks.reviews.making import (
    NOW,
    day,
    engagement,
    framework,
    grant,
    named,
    partnered,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Ending, Engagement, Grant
from tidegate.desks.reviews.services import opening, windows
from tidegate.desks.reviews.services.instants import ClockWentBackError
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


def opened(here: Access, ends_at: datetime, *, opens_at: datetime | None = None, at=NOW):
    return windows.open_window(here.developer, here.key, opens_at=opens_at, ends_at=ends_at, at=at)


def again(one: Grant) -> Grant:
    return Grant.objects.get(pk=one.pk)


def test_a_window_opens_now_and_ends_when_it_was_said():
    here = access(window=None)
    row = opened(here, day(40), at=day(10))
    assert (row.state, row.window_opens_at, row.window_ends_at) == (
        State.WINDOW_OPEN,
        day(10),
        day(40),
    )
    told = said(here.key, "window-opened")
    assert (told["ceiling_days"], told["ends_at"]) == (30, "2027-01-10T12:00:00Z")


def test_the_ceiling_is_the_frameworks_and_counts_back_from_the_planned_release():
    assert windows.ceiling_of(engagement().row) == framework().ceiling == timedelta(days=30)
    here = access(window=None)
    with pytest.raises(NotPossibleError, match="at most 30 days before"):
        opened(here, day(40), opens_at=day(10) - MOMENT)
    with pytest.raises(NotPossibleError, match="after the planned release"):
        opened(here, day(40) + MOMENT, opens_at=day(20))
    assert opened(here, day(40), opens_at=day(10))


def test_there_is_no_window_without_terms_or_without_a_planned_release():
    made = engagement()
    with pytest.raises(NotPossibleError, match="there are no terms"):
        windows.open_window(made.developer.actor, made.key, ends_at=day(30), at=day(20))
    here = access(window=None)
    Engagement.objects.filter(pk=here.made.row.pk).update(planned_release_at=None)
    with pytest.raises(NotPossibleError, match="say when it is planned first"):
        opened(here, day(30), at=day(20))


def test_there_is_one_window_in_an_engagement():
    here = access()
    with pytest.raises(NotPossibleError, match="there is one in an engagement"):
        opened(here, day(40), at=day(15))
    with pytest.raises(NotPossibleError, match="there is one in an engagement"):
        opened(here, day(40), at=day(25))
    with pytest.raises(NotPossibleError, match="is not opened again"):
        windows.move_end(here.developer, here.key, day(30), at=day(20))


def test_a_window_that_has_not_begun_is_planned_anew_and_its_grants_with_it():
    here = access(window=(day(12), day(20)))
    whole = grant(here.evaluator, begins_at=day(12), ends_at=day(20), secret="whole")
    early = grant(here.evaluator, begins_at=day(12), ends_at=day(14), secret="early")
    opened(here, day(18), opens_at=day(15), at=day(1))
    assert (again(whole).begins_at, again(whole).ends_at) == (day(15), day(18))
    assert again(early).ended_at == day(1)
    assert not may_use(whole, day(13))
    assert may_use(whole, day(15))


def test_only_who_runs_it_for_the_developer_opens_or_moves_a_window():
    here = access()
    for other in (here.lead, here.holder):
        with pytest.raises(NotFoundError):
            windows.open_window(other, here.key, ends_at=day(30), at=NOW)
        with pytest.raises(NotFoundError):
            windows.move_end(other, here.key, day(30), at=NOW)


def test_an_end_moves_up_to_thirty_days_and_no_further_whatever_is_planned():
    here = access()
    windows.move_end(here.developer, here.key, day(30), at=day(1))
    opening.change(here.developer, here.key, planned_release_at=day(200), at=day(2))
    with pytest.raises(NotPossibleError, match="2026-12-31T12:00:00Z at the latest"):
        windows.move_end(here.developer, here.key, day(30) + MOMENT, at=day(3))
    assert here.made.now().window_ends_at == day(30)


def test_a_shorter_window_shortens_grants_and_tells_gateways():
    here = access()
    first, second = here.taken_up(ends_at=day(2)), here.taken_up(ends_at=day(6))
    before = Ending.objects.count()
    windows.move_end(here.developer, here.key, day(3), at=day(1))
    assert again(first).ends_at == day(2)
    assert again(second).ends_at == day(3)
    told = Ending.objects.order_by("pk")[before:]
    assert [one.grant for one in told] == [second]
    assert may_use(second, day(3) - MOMENT)
    assert not may_use(second, day(3))


def test_a_window_that_ends_now_ends_every_grant_of_the_governments_now():
    here = access()
    used, asked = here.taken_up(), here.asked()
    side, _ = partnered(here.made, dates=(NOW, day(50)), early=True)
    theirs = grant(
        named(here.made.row, side), begins_at=NOW, ends_at=day(40), secret="of a partner"
    )
    windows.move_end(here.developer, here.key, NOW, at=day(1))
    assert again(used).ended_at == again(asked).ended_at == day(1)
    assert not may_use(used, day(1))
    assert may_use(theirs, day(1)), "a partner's access is by its record"
    row = here.made.now()
    assert (row.window_ends_at, row.window_ended_at) == (day(1), day(1))
    assert kinds(here.key)[-4:] == ["grant-ended", "grant-ended", "window-moved", "window-ended"]


def test_a_clock_that_went_back_opens_nothing_and_makes_nothing_longer():
    here = access(window=(day(10), day(20)))
    windows.move_end(here.developer, here.key, day(15), at=day(11))
    with pytest.raises(ClockWentBackError):
        opened(here, day(40), opens_at=day(10), at=day(9))
    with pytest.raises(ClockWentBackError):
        windows.move_end(here.developer, here.key, day(19), at=day(9))
    assert windows.move_end(here.developer, here.key, day(12), at=day(9)), "sooner is possible"


def test_an_evaluation_begins_once_by_word_or_by_the_first_call():
    here = access()
    windows.begin_evaluation(here.holder, here.key, at=day(1))
    windows.begin_evaluation(here.holder, here.key, at=day(2))
    windows.note_first_call(here.made.now(), at=day(3))
    assert kinds(here.key) == ["evaluation-begun"]
    assert here.made.now().state == State.UNDER_EVALUATION


def test_the_first_call_leads_on_however_old_the_row_is_that_it_comes_with():
    here = access()
    old, older = here.made.now(), here.made.now()
    windows.note_first_call(old, at=day(1))
    windows.note_first_call(older, at=day(2))
    assert kinds(here.key) == ["evaluation-begun"]
    assert older.state == State.UNDER_EVALUATION


@pytest.mark.parametrize(
    "state", sorted(set(State) - {State.WINDOW_OPEN, State.TERMS_AGREED, State.PROPOSED})
)
def test_a_call_never_fails_for_what_the_engagement_has_come_to(state: State):
    made = engagement(state=state)
    windows.note_first_call(made.row, at=NOW)
    assert made.now().state == state
    assert kinds(made.key) == []
