"""Access ends in one place: the row, the word to gateways and the ledger go together, and once."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.desks.reviews.accesses import access, kinds, may_use, said
from tests.desks.reviews.making import NOW, day
from tidegate.desks.reviews.models import Ending, Grant
from tidegate.desks.reviews.services.endings import end_access

pytestmark = pytest.mark.django_db


def test_what_has_ended_is_not_ended_again():
    here = access()
    first, second = here.taken_up(), here.taken_up()
    row = here.made.row
    with transaction.atomic():
        ended = end_access(row, at=day(1), actor=here.developer, why="first", grants=[first])
        assert ended == (first,)
        ended = end_access(row, at=day(2), actor=here.developer, why="all")
        assert ended == (second,)
    assert Grant.objects.get(pk=first.pk).ended_why == "first"
    assert kinds(here.key).count("grant-ended") == 2
    assert list(Ending.objects.order_by("pk").values_list("grant", "at")) == [
        (first.pk, day(1)),
        (None, day(2)),
    ]


def test_gateways_are_told_even_if_no_grant_is_left():
    """Something may run under a grant that lapsed a moment ago."""
    here = access()
    with transaction.atomic():
        assert end_access(here.made.row, at=NOW, actor=here.developer, why="all") == ()
    assert Ending.objects.get().grant is None


def test_a_grant_of_another_engagement_is_left_alone():
    here, other = access(), access()
    theirs = other.taken_up()
    with transaction.atomic():
        end_access(here.made.row, at=NOW, actor=here.developer, why="", grants=[theirs])
        end_access(here.made.row, at=NOW, actor=here.developer, why="")
    assert may_use(theirs, NOW)


def test_the_ledger_says_whose_it_was_and_why():
    here = access()
    used = here.taken_up()
    with transaction.atomic():
        end_access(here.made.row, at=NOW, actor=here.developer, why="as agreed")
    told = said(here.key, "grant-ended")
    assert (told["grant"], told["holder"], told["why"], told["organisation"]) == (
        used.key,
        here.evaluator.person.key,
        "as agreed",
        here.government.key,
    )
