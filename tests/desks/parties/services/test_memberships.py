"""Places are changed by those who administer them, and never end with nobody in charge."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.desks.parties.makers import START, chief, make_actor, make_organisation, make_place
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Membership
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services import memberships
from tidegate.desks.parties.services.refusals import NotPossibleError


@pytest.mark.django_db
def test_an_administrator_changes_a_role_and_the_ledger_says_from_what_to_what() -> None:
    vendor = make_organisation()
    actor, _ = make_actor(vendor, Role.ADMINISTRATOR)
    place = make_place(vendor)
    memberships.change_role(actor, vendor.key, place.person.key, Role.READER, at=START)
    place.refresh_from_db()
    assert place.role == Role.READER
    entry = Entry.objects.get()
    assert entry.kind == "role-changed"
    assert (entry.said["before"], entry.said["role"]) == ("member", "reader")
    assert entry.said["member"] == place.person.key


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.MEMBER, Role.READER])
def test_whoever_does_not_administer_finds_nobody_to_change(role: Role) -> None:
    vendor, other = make_organisation(), make_organisation()
    actor, _ = make_actor(vendor, role)
    stranger, _ = make_actor(other, Role.ADMINISTRATOR)
    place = make_place(vendor)
    for who in (actor, stranger):
        for act in (
            lambda w: memberships.remove(w, vendor.key, place.person.key, at=START),
            lambda w: memberships.suspend_member(w, vendor.key, place.person.key, at=START),
            lambda w: memberships.change_role(
                w, vendor.key, place.person.key, Role.ADMINISTRATOR, at=START
            ),
        ):
            with pytest.raises(NotFoundError):
                act(who)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "end",
    [
        lambda actor, o, p: memberships.leave(actor, o, at=START),
        lambda actor, o, p: memberships.remove(OWNER, o, p, at=START),
        lambda actor, o, p: memberships.change_role(actor, o, p, Role.MEMBER, at=START),
    ],
)
def test_the_last_administrator_stays_until_there_is_another(end: Callable[..., object]) -> None:
    vendor = make_organisation()
    actor, person = make_actor(vendor, Role.ADMINISTRATOR)
    second = make_place(vendor, Role.ADMINISTRATOR, suspended=True)
    with pytest.raises(NotPossibleError, match="make somebody else an administrator first"):
        end(actor, vendor.key, person.key)
    second.suspended_at = None
    second.save()
    end(actor, vendor.key, person.key)


@pytest.mark.django_db
def test_nobody_suspends_themselves_and_a_suspended_member_has_no_standing() -> None:
    vendor = make_organisation()
    actor, person = make_actor(vendor, Role.ADMINISTRATOR)
    place = make_place(vendor)
    with pytest.raises(NotPossibleError, match="themselves"):
        memberships.suspend_member(actor, vendor.key, person.key, at=START)
    memberships.suspend_member(actor, vendor.key, place.person.key, at=START)
    assert actor_of(place.person).standings == ()
    memberships.reinstate_member(chief(), vendor.key, place.person.key, at=START)
    assert actor_of(place.person).standings != ()


class Places(RuleBasedStateMachine):
    """Four people in one organisation do whatever they like to each other."""

    def __init__(self) -> None:
        super().__init__()
        self.organisation = make_organisation()
        first = make_place(self.organisation, Role.ADMINISTRATOR)
        others = [make_place(self.organisation) for _ in range(3)]
        self.people = [place.person for place in (first, *others)]

    people_ = st.integers(min_value=0, max_value=3)

    @rule(who=people_, whom=people_, role=st.sampled_from(Role))
    def change(self, who: int, whom: int, role: Role) -> None:
        self.tries(who, lambda a: memberships.change_role(a, *self.named(whom), role, at=START))

    @rule(who=people_, whom=people_)
    def remove(self, who: int, whom: int) -> None:
        self.tries(who, lambda a: memberships.remove(a, *self.named(whom), at=START))

    @rule(who=people_)
    def leave(self, who: int) -> None:
        self.tries(who, lambda a: memberships.leave(a, self.organisation.key, at=START))

    def named(self, whom: int) -> tuple[str, str]:
        return self.organisation.key, self.people[whom].key

    def tries(self, who: int, what: Callable[..., Membership]) -> None:
        actor = actor_of(self.people[who])
        leads = bool(actor.with_role(Role.ADMINISTRATOR))
        try:
            done = what(actor)
        except (NotFoundError, NotPossibleError):
            return
        assert leads or done.person == self.people[who]

    @invariant()
    def somebody_administers(self) -> None:
        assert Membership.objects.filter(
            organisation=self.organisation, role=Role.ADMINISTRATOR, left_at=None
        ).exists()


class AtRandom(TestCase):
    """Whatever they do."""

    def test_an_organisation_is_never_left_without_an_administrator(self) -> None:
        run_state_machine_as_test(
            Places, settings=settings(max_examples=12, stateful_step_count=12, deadline=None)
        )
