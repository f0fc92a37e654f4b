"""Somebody has read the terms that are in force, and no others."""

from __future__ import annotations

import pytest

from tests.desks.reviews import making
from tests.desks.reviews.making import NOW, day
from tidegate.desks.access.actors import HOUSE, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.models import Acknowledgement, Agreement
from tidegate.desks.reviews.queries.terms import has_acknowledged
from tidegate.desks.reviews.services import terms as services
from tidegate.desks.reviews.services.acknowledging import acknowledge
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def in_force(made: making.Engaged) -> Agreement:
    return Agreement.objects.filter(engagement=made.row).exclude(agreed_at=None).latest("number")


def test_once_is_enough() -> None:
    made = making.engagement(terms=True)
    row = in_force(made)
    person = making.named(made.row, made.government).person
    assert not has_acknowledged(person.pk, row)
    first = acknowledge(making.actor(person), made.key, row.sha256.upper(), at=NOW)
    again = acknowledge(making.actor(person), made.key, row.sha256, at=day(1))
    assert (again, again.at) == (first, NOW)
    assert has_acknowledged(person.pk, row)
    assert Entry.objects.filter(kind="terms-acknowledged").count() == 1


def test_what_was_read_is_the_version_and_not_the_next_one() -> None:
    made = making.engagement(terms=True)
    first = in_force(made)
    person = making.named(made.row, made.government).person
    acknowledge(making.actor(person), made.key, first.sha256, at=NOW)
    second = making.agree(made, making.terms_of(made, content=Kept.NONE))
    assert not has_acknowledged(person.pk, second)
    with pytest.raises(NotPossibleError, match="not in force; read version 2"):
        acknowledge(making.actor(person), made.key, first.sha256, at=NOW)


def test_what_is_only_proposed_is_not_read_as_if_it_held() -> None:
    made = making.engagement()
    row = services.propose_default(made.developer.actor, made.key, at=NOW)
    with pytest.raises(NotPossibleError, match="wait until both sides have signed"):
        acknowledge(made.government.actor, made.key, row.sha256, at=NOW)


def test_nobody_says_it_for_somebody_else() -> None:
    made = making.engagement(terms=True)
    row = in_force(made)
    person = making.named(made.row, made.government).person
    actors = [
        OWNER,
        HOUSE,
        making.reviewer().actor,
        made.government.colleague().actor,
        narrowed_to(making.actor(person), scopes=[Scope.READ]),
    ]
    for actor in actors:
        with pytest.raises(NotFoundError):
            acknowledge(actor, made.key, row.sha256, at=NOW)
    with pytest.raises(NotFoundError):
        acknowledge(making.actor(person), made.key, "0" * 64, at=NOW)
    assert not Acknowledgement.objects.exists()


def test_a_partners_person_reads_its_own_terms_and_not_the_engagements() -> None:
    made = making.engagement(terms=True)
    main = in_force(made)
    partner, _ = making.partnered(made, dates=(day(31), day(60)))
    own = making.agree(made, partner=partner)
    person = making.named(made.row, partner).person
    acknowledge(making.actor(person), made.key, own.sha256, at=NOW)
    with pytest.raises(NotFoundError):
        acknowledge(making.actor(person), made.key, main.sha256, at=NOW)


def test_nothing_is_read_where_it_has_ended() -> None:
    made = making.engagement(state=State.CLOSED, terms=True)
    with pytest.raises(NotPossibleError, match="closed"):
        acknowledge(made.government.actor, made.key, in_force(made).sha256, at=NOW)
