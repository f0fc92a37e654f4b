"""Who asks is told of what counts now, and of nothing else; an organisation of who sees it."""

from __future__ import annotations

import pytest

from tests.desks.parties.makers import chief, make_actor, make_organisation, make_place
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.parties.queries.myself import myself
from tidegate.desks.parties.queries.organisation_detail import get_organisation

pytestmark = pytest.mark.django_db


def test_places_that_do_not_stand_are_none() -> None:
    actor, person = make_actor(make_organisation(name="B"), Role.READER)
    make_place(make_organisation(name="A"), person=person)
    make_place(make_organisation(name="C", suspended=True), person=person)
    make_place(make_organisation(name="D"), person=person, suspended=True)
    make_place(make_organisation(name="E"), person=person, left=True)
    told = myself(actor_of(person))
    assert told.person == actor.key
    assert [(one.name, one.role) for one in told.places] == [("A", "member"), ("B", "reader")]


def test_a_token_stands_where_it_is_good_for() -> None:
    one, other = make_organisation(), make_organisation()
    _, person = make_actor(one)
    make_place(other, person=person)
    token = narrowed_to(actor_of(person), scopes=[Scope.READ], organisation=other.pk)
    told = myself(token)
    assert told.scopes == ("read",)
    assert [place.organisation for place in told.places] == [other.key]


@pytest.mark.parametrize("actor", [NOBODY, OWNER])
def test_who_is_no_person_is_nobody(actor: object) -> None:
    with pytest.raises(NotFoundError):
        myself(actor)  # type: ignore[arg-type]


def test_an_organisation_counts_the_people_whose_place_stands() -> None:
    organisation = make_organisation()
    actor, _ = make_actor(organisation)
    make_place(organisation, suspended=True)
    make_place(organisation, left=True)
    gone = make_place(organisation).person
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    assert get_organisation(actor, organisation.key.lower()).members == 1
    assert get_organisation(chief(), organisation.key).name == organisation.name
    stranger, _ = make_actor(make_organisation())
    with pytest.raises(NotFoundError):
        get_organisation(stranger, organisation.key)
