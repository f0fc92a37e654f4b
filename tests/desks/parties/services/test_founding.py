"""An instance begins with a coordinator and an administrator, once, with no known password."""

from __future__ import annotations

import pytest

from tests.desks.parties.makers import PASSWORD, START, make_organisation, make_person, make_place
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services import joining
from tidegate.desks.parties.services.founding import coordination, found
from tidegate.desks.parties.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db

EMAIL = "ada@gate.example"


def test_with_a_password_the_administrator_is_there_and_runs_the_instance() -> None:
    done = found("Gate", EMAIL, person="Ada", password=PASSWORD, at=START)
    (person,) = done.administrators
    assert (done.anew, done.secret) == (True, "")
    assert done.organisation.kinds == ["coordinator"]
    assert actor_of(person).of_kind([OrganisationKind.COORDINATOR], [Role.ADMINISTRATOR])


def test_without_one_there_is_a_link_that_works_once() -> None:
    done = found("Gate", EMAIL, at=START)
    assert not Person.objects.exists()
    joining.open_account(done.secret, name="Ada", password=PASSWORD, at=START)
    joining.accept(Person.objects.get(), done.secret, at=START)
    again = coordination()
    assert again is not None
    assert [one.email for one in again.administrators] == [EMAIL]


def test_a_second_time_it_says_what_is_there() -> None:
    first = found("Gate", EMAIL, person="Ada", password=PASSWORD, at=START)
    again = found("Other", "eve@example.org", person="Eve", password=PASSWORD, at=START)
    assert not again.anew
    assert (again.organisation, again.administrators) == (
        first.organisation,
        first.administrators,
    )
    assert Organisation.objects.count() == 1


def test_a_link_that_nobody_followed_is_replaced() -> None:
    first, second = found("Gate", EMAIL, at=START), found("Gate", EMAIL, at=START)
    assert second.anew
    assert first.secret != second.secret
    assert Organisation.objects.count() == 1


def test_an_instance_whose_coordinators_are_all_suspended_gets_a_new_administrator() -> None:
    organisation = make_organisation(OrganisationKind.COORDINATOR)
    make_place(organisation, Role.ADMINISTRATOR, suspended=True)
    done = found("Gate", EMAIL, person="Ada", password=PASSWORD, at=START)
    assert done.organisation == organisation
    assert [one.email for one in done.administrators] == [EMAIL]


@pytest.mark.parametrize(
    ("email", "person", "password"),
    [(EMAIL, "Ada", "short"), ("nobody", "Ada", PASSWORD), (EMAIL, "", PASSWORD)],
)
def test_what_cannot_be_used_makes_nothing(email: str, person: str, password: str) -> None:
    with pytest.raises(NotPossibleError):
        found("Gate", email, person=person, password=password, at=START)
    assert not Organisation.objects.exists()
    assert not Membership.objects.exists()


def test_an_account_that_is_there_is_given_no_new_password() -> None:
    make_person(EMAIL)
    with pytest.raises(NotPossibleError, match="has an account"):
        found("Gate", EMAIL, person="Ada", password=PASSWORD, at=START)
    assert found("Gate", EMAIL, at=START).secret
