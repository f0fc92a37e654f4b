"""What is shown of adoption stands for a day, whoever looks, and tells of nobody alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desks.exposure.rooms import day
from tests.desks.publications.adopting import (
    IDENTIFIER,
    an_operator,
    came,
    make_publication,
    many,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.publications.models import Adoption, AdoptionFigure
from tidegate.desks.publications.queries.adoption import Curve, curve
from tidegate.desks.publications.services.adoption_showing import settle

pytestmark = pytest.mark.django_db


def numbers(number: float) -> tuple[object, ...]:
    """Settle what is due on a day, and return all that is shown but the instants."""
    settle(day(number))
    return _without_instants(curve(OWNER, IDENTIFIER, at=day(number)))


def _without_instants(found: Curve) -> tuple[object, ...]:
    return tuple(
        (one.organisations, one.late, one.unanswered, one.points[-1].reached)
        for one in found.groups
    )


def test_a_sixth_who_joins_and_applies_later_is_not_to_be_seen():
    row = make_publication()
    many(row, 5, "applied", day(1))
    before = numbers(2)
    sixth = an_operator()
    came(row, sixth, "notified", day(2))
    assert numbers(3) == before
    came(row, sixth, "applied", day(3))
    assert numbers(4) == before


@pytest.mark.parametrize("others", [0, 10])
def test_four_of_one_owner_do_not_see_what_a_fifth_does(others):
    row = make_publication()
    many(row, others, "applied", day(1))
    victim = an_operator()
    came(row, victim, "notified", day(1))
    many(row, 4, "applied", day(1))
    before = numbers(2)
    came(row, victim, "applied", day(2))
    assert numbers(3) == before
    Adoption.objects.filter(organisation=victim.organisation).delete()
    assert numbers(4) == before


def test_looking_settles_nothing_and_a_day_has_one_instant():
    row = make_publication()
    many(row, 20, "applied", day(1))
    first = numbers(2)
    assert first
    many(row, 20, "applied", day(2))
    assert numbers(2.1) == first
    assert settle(day(2.1)) == 0
    assert numbers(3) != first
    assert settle(day(3) + timedelta(minutes=1)) == 0


def test_a_figure_that_stands_is_not_written_again():
    row = make_publication()
    many(row, 20, "applied", day(1))
    settle(day(2))
    kept = AdoptionFigure.objects.count()
    many(row, 3, "applied", day(2))
    assert settle(day(3)) == 0
    assert AdoptionFigure.objects.count() == kept
