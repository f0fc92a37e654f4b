"""A clock that stands before what is on record is not believed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.desks.reviews.making import NOW
from tidegate.desks.access.actors import HOUSE
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.reviews.services.instants import LEEWAY, ClockWentBackError, sound_now

pytestmark = pytest.mark.django_db

A_MICROSECOND = timedelta(microseconds=1)


def note(at):
    with transaction.atomic():
        append("something", at=at, actor=HOUSE)


def test_where_nothing_is_on_record_every_clock_is_believed():
    assert sound_now(NOW) == NOW


def test_a_clock_may_be_a_minute_behind_another_and_no_more():
    note(NOW)
    assert sound_now(NOW - LEEWAY) == NOW - LEEWAY
    with pytest.raises(ClockWentBackError, match="sets the clock") as refused:
        sound_now(NOW - LEEWAY - A_MICROSECOND)
    assert isinstance(refused.value, NotPossibleError)


def test_what_is_appended_by_the_wrong_clock_does_not_vouch_for_it():
    note(NOW)
    back = NOW - timedelta(days=5)
    for _ in range(3):
        note(back)
    with pytest.raises(ClockWentBackError):
        sound_now(back)
