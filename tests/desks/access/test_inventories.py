"""What an operator runs is nobody else's to know, whoever they are; counts are for coordinators."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from django.apps import apps

from tests.desks.access.furnishing.exposure import furnish_operator
from tests.desks.access.world import BEFORE, NOW, World
from tests.desks.findings.makers import make_case
from tests.desks.parties.makers import make_organisation, make_person, make_place
from tidegate.desks.access.actors import HOUSE, NOBODY, OWNER, Actor
from tidegate.desks.access.deciding import may, may_with_instance, visible
from tidegate.desks.access.table import TABLE
from tidegate.desks.access.words import Act, Kind, OrganisationKind, Role
from tidegate.desks.exposure.models import Delegation
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

_RUN: Final = (Act.INVENTORY, Act.OPERATE)
_OF_OPERATORS: Final = [kind for kind in Kind if kind.value.startswith("exposure.")]
_SPOKEN_OF: Final = {
    (rule.kind, act) for rule in TABLE for act in rule.acts if rule.kind in _OF_OPERATORS
}
"""What some rule lets somebody do with it; nothing else may be done by anybody."""
_SEEN_BY_COORDINATORS: Final = {(Kind.CHANGE_NOTICE, Act.SEE), (Kind.CHANGE_NOTICE, Act.REVOKE)}
"""That a notice was released; who does more than read withdraws it."""


@dataclass
class Run:
    """An operator with one person for each role, and all that belongs to it."""

    organisation: Organisation
    people: dict[Role, Person]

    def delegate(self, provider: Organisation, **terms: Any) -> Delegation:
        """Let a provider act for it."""
        return Delegation.objects.create(
            organisation=self.organisation, provider=provider, given_at=BEFORE, **terms
        )


@pytest.fixture
def run(db: None) -> Run:
    """Make the only operator that there is."""
    organisation = make_organisation(OrganisationKind.OPERATOR)
    people = {role: make_place(organisation, role).person for role in Role}
    world = World(organisations=[organisation], persons=list(people.values()), cases=[make_case()])
    world.is_sealed = False
    furnish_operator(world, random.Random(1), organisation, assets=1)
    # Else who is said to have done something reads that, whatever their role.
    apps.get_model(Kind.ENTRY.value).objects.update(person="")
    return Run(organisation, people)


def one_of(organisation: Organisation, role: Role = Role.ADMINISTRATOR) -> Actor:
    """Return somebody with a place in an organisation, as the policy is asked about them."""
    return actor_of(make_place(organisation, role).person)


def allowed(actor: Actor) -> set[tuple[Kind, Act]]:
    """Return what somebody may do with anything of the only operator."""
    found = {
        (kind, act)
        for kind, act in _SPOKEN_OF
        if apps.get_model(kind.value).objects.filter(visible(actor, act, kind, at=NOW)).exists()
    }
    entries = apps.get_model(Kind.ENTRY.value).objects.filter(only_for__gt="")
    return found | {
        (Kind.ENTRY, act)
        for act in (Act.SEE, Act.READ)
        if entries.filter(visible(actor, act, Kind.ENTRY, at=NOW)).exists()
    }


def strangers() -> Iterator[tuple[str, Actor]]:
    """Yield whoever is none of the operator's people, and does not coordinate."""
    every = [kind for kind in OrganisationKind if kind is not OrganisationKind.COORDINATOR]
    for kind in every:
        yield f"administrator of another {kind}", one_of(make_organisation(kind))
    whole = make_organisation(*every)
    for role in Role:
        yield f"{role} of what is all of it", one_of(whole, role)
    yield "without a place", actor_of(make_person())
    yield "not signed in", NOBODY


def test_nobody_outside_sees_anything_of_what_an_operator_runs(run: Run):
    for name, actor in strangers():
        assert allowed(actor) == set(), name
        assert not any(may(actor, act, run.organisation, at=NOW) for act in _RUN), name
        assert not may_with_instance(actor, Act.READ), name


def test_coordinators_and_the_owner_get_counts_and_see_that_notices_were_released(run: Run):
    coordinators = make_organisation(OrganisationKind.COORDINATOR)
    whole = [one_of(coordinators, role) for role in (Role.ADMINISTRATOR, Role.MEMBER)]
    for actor in (*whole, OWNER):
        assert allowed(actor) == _SEEN_BY_COORDINATORS, actor.name
    reading = one_of(coordinators, Role.READER)
    assert allowed(reading) == {(Kind.CHANGE_NOTICE, Act.SEE)}
    for actor in (*whole, OWNER, reading):
        assert may_with_instance(actor, Act.READ)
        assert not any(may(actor, act, run.organisation, at=NOW) for act in (*_RUN, Act.EXAMINE))
        # Nor do they let themselves in.
        assert not may(actor, Act.ADMINISTER, run.organisation, at=NOW)


def test_an_operators_own_people_see_all_of_it_and_who_only_reads_changes_nothing(run: Run):
    actors = {role: actor_of(person) for role, person in run.people.items()}
    run.delegate(make_organisation(OrganisationKind.VENDOR))
    read = {(kind, act) for kind in _OF_OPERATORS for act in (Act.SEE, Act.READ)}
    work = {(kind, act) for kind in (Kind.ASSET, Kind.EXPOSURE, Kind.STATEMENT) for act in _RUN}
    lead = {
        (Kind.EXPOSURE, Act.ADMINISTER),
        (Kind.EXCEPTION, Act.REVOKE),
        (Kind.DELEGATION, Act.REVOKE),
        (Kind.ENTRY, Act.SEE),
        (Kind.ENTRY, Act.READ),
    }
    assert allowed(actors[Role.READER]) == read
    assert allowed(actors[Role.MEMBER]) == read | work
    assert allowed(actors[Role.ADMINISTRATOR]) == read | work | lead
    assert not any(may(actors[Role.READER], act, run.organisation, at=NOW) for act in _RUN)


def test_whoever_is_suspended_or_has_left_sees_nothing_any_more(run: Run):
    person = run.people[Role.ADMINISTRATOR]
    place = Membership.objects.filter(person=person)
    own = Organisation.objects.filter(pk=run.organisation.pk)
    for rows, change in (
        (place, {"suspended_at": BEFORE}),
        (place, {"left_at": BEFORE}),
        (Person.objects.filter(pk=person.pk), {"is_active": False}),
        (own, {"suspended_at": BEFORE}),
    ):
        assert allowed(actor_of(person)), change
        before = rows.values(*change).get()
        rows.update(**change)
        assert allowed(actor_of(person)) == set(), change
        rows.update(**before)


def test_a_provider_sees_it_while_the_delegation_lasts_and_makes_no_exceptions(run: Run):
    provider = make_organisation(OrganisationKind.VENDOR)
    leading, reading = one_of(provider), one_of(provider, Role.READER)
    given = run.delegate(provider)
    row = Delegation.objects.filter(pk=given.pk)
    own = Organisation.objects.filter(pk=run.organisation.pk)
    of_delegation = {(Kind.DELEGATION, act) for act in (Act.SEE, Act.READ, Act.REVOKE)}
    read = {(kind, act) for kind in _OF_OPERATORS for act in (Act.SEE, Act.READ)}
    work = {(kind, act) for kind in (Kind.ASSET, Kind.EXPOSURE, Kind.STATEMENT) for act in _RUN}
    lasting = read | work | of_delegation
    assert allowed(leading) == lasting
    assert allowed(reading) == read
    assert may(leading, Act.OPERATE, run.organisation, at=NOW)
    for rows, change in (
        (row, {"ended_at": BEFORE}),
        (row, {"until": NOW}),
        (own, {"suspended_at": BEFORE}),
        (own, {"kinds": [OrganisationKind.VENDOR]}),
    ):
        before = rows.values(*change).get()
        rows.update(**change)
        assert allowed(leading) == of_delegation, change
        assert allowed(reading) == of_delegation - {(Kind.DELEGATION, Act.REVOKE)}, change
        for act in (*_RUN, Act.EXAMINE):
            assert not may(leading, act, run.organisation, at=NOW), change
        rows.update(**before)
    row.update(until=NOW + timedelta(seconds=1))
    assert allowed(leading) == lasting


def test_the_owner_keeps_what_has_no_administrator_and_nothing_else(run: Run):
    places = Membership.objects.filter(organisation=run.organisation, role=Role.ADMINISTRATOR)
    run.delegate(make_organisation(OrganisationKind.VENDOR))
    places.update(suspended_at=BEFORE)
    assert allowed(OWNER) == _SEEN_BY_COORDINATORS
    places.update(left_at=BEFORE)
    assert {(kind, act) for kind in _OF_OPERATORS for act in (Act.SEE, Act.READ)} < allowed(OWNER)
    assert all(may(OWNER, act, run.organisation, at=NOW) for act in _RUN)
    # Another organisation without an administrator runs nothing.
    vendor = make_organisation(OrganisationKind.VENDOR)
    assert not may(OWNER, Act.INVENTORY, vendor, at=NOW)


def test_what_is_written_down_for_an_operator_is_read_by_who_did_it_too(run: Run):
    entry = apps.get_model(Kind.ENTRY.value)
    provider = make_organisation(OrganisationKind.COORDINATOR)
    acting = make_place(provider, Role.MEMBER).person
    first = entry.objects.filter(only_for=run.organisation.key).order_by("index")[0]
    entry.objects.filter(pk=first.pk).update(person=acting.key)
    read = entry.objects.filter(visible(actor_of(acting), Act.READ, Kind.ENTRY, at=NOW))
    assert [one.person for one in read.filter(only_for=run.organisation.key)] == [acting.key]
    assert not may(one_of(provider), Act.READ, read[0], at=NOW)
    assert may(HOUSE, Act.READ, read[0], at=NOW)
