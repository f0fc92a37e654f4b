"""Whatever happens, in whatever order: no grant is usable outside of what it stands on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desks.reviews.accesses import AS_USUAL, WINDOW, Access, access
from tests.desks.reviews.making import NOW, acknowledged, day, named
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, Role
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Membership
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Grant, NamedPerson
from tidegate.desks.reviews.services import grants
from tidegate.desks.reviews.services.naming import recuse, unname
from tidegate.desks.reviews.services.windows import move_end
from tidegate.desks.reviews.services.withdrawing import withdraw

pytestmark = pytest.mark.django_db


Step = tuple[str, int, float, float]
"""What is done, by or with whom of two, and two numbers of days."""


@dataclass
class World:
    """An engagement, and what the test itself knows of it."""

    here: Access
    people: list[NamedPerson]
    now: datetime = NOW
    window_ends_at: datetime = WINDOW[1]
    gone: set[int] = field(default_factory=set)
    off: bool = False
    withdrawn: bool = False
    ended: set[int] = field(default_factory=set)
    asked: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)

    def ask(self, who: int, begins: float, lasts: float) -> None:
        """Ask for a grant; a world's day has 24 hours."""
        begins_at, ends_at = day(begins), day(begins + lasts)
        scope = AS_USUAL | {"begins_at": begins_at, "ends_at": ends_at}
        actor = actor_of(self.people[who].person)
        grant = grants.ask_for_grant(actor, self.here.key, **scope, at=self.now)
        self.asked[grant.pk] = (begins_at, ends_at)

    def each(self, act: Callable[[Grant], object], **of: Any) -> None:
        """Do something with every grant of these columns with which it can be done."""
        rows = Grant.objects.filter(engagement=self.here.made.row, **of)
        for grant in rows.select_related("named__person").order_by("pk"):
            try:
                act(grant)
            except (NotPossibleError, NotFoundError):
                continue

    def step(self, act: str, who: int, begins: float, lasts: float) -> None:
        """Do one thing, or have it refused."""
        here, now = self.here, self.now
        side = here.government
        person = self.people[who].person
        match act:
            case "ask":
                self.ask(who, begins, lasts)
            case "issue":
                by = here.developer
                self.each(lambda one: grants.issue_grant(by, one.key, at=now), issued_at=None)
            case "take-up":
                self.each(
                    lambda one: grants.take_up(actor_of(one.named.person), one.key, at=now),
                    digest=None,
                )
            case "wait":
                self.now += timedelta(days=lasts)
            case "move":
                moved = move_end(here.developer, here.key, day(begins), at=now)
                assert moved.window_ends_at is not None
                self.window_ends_at = moved.window_ends_at
            case "recuse":
                recuse(side.actor, here.key, side.key, person.key, "", at=now)
                self.gone.add(person.pk)
            case "unname":
                unname(side.actor, here.key, side.key, person.key, at=now)
                self.gone.add(person.pk)
            case "demote":
                self.gone.add(person.pk)
                Membership.objects.filter(person=person).update(role=Role.READER)
            case "plug":
                grants.pull_the_plug(here.developer, here.key, at=now)
                self.off, self.ended = True, set(self.asked)
            case "blink":
                grants.pull_the_plug(here.developer, here.key, at=now)
                self.ended = set(self.asked)
                grants.put_back(here.developer, here.key, at=now)
                self.off = False
            case "put-back":
                grants.put_back(here.developer, here.key, at=now)
                self.off = False
            case "revoke":
                by = here.lead
                self.each(lambda one: grants.revoke_grant(by, one.key, at=now), ended_at=None)
                self.ended = set(self.asked)
            case "withdraw":
                withdraw(here.developer, here.key, at=now)
                self.withdrawn = True


LONGEST = timedelta(days=6)
"""Of a grant, by the terms."""

BEGINS = st.floats(-1, 22).map(lambda number: round(number, 2))
LASTS = st.floats(0.01, 12).map(lambda number: round(number, 2))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("ask", "issue", "take-up", "wait", "move", "recuse", "unname", "demote"),
                *("plug", "put-back", "blink", "revoke", "withdraw"),
            ]
        ),
        st.integers(0, 1),
        BEGINS,
        LASTS,
    ),
    max_size=6,
)


def used(who: int, begins: float, lasts: float) -> list[Step]:
    """Return what leads to a grant that is used, as far as it is possible."""
    return [("ask", who, begins, lasts), ("issue", 0, 0, 0), ("take-up", 0, 0, 0)]


@given(begins=BEGINS, lasts=LASTS, steps=STEPS, probe=st.floats(-1, 25))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_grant_is_usable_outside_of_what_it_stands_on(db, begins, lasts, steps, probe):
    """Min of the grant as asked for, the window, the terms' longest, and its person's standing."""
    with transaction.atomic():
        here = access(longest_grant=LONGEST)
        other = named(here.made.row, here.government)
        acknowledged(here.agreement, other.person)
        world = World(here, [here.evaluator, other])
        for step in [*used(0, begins, lasts), *used(1, 1, 5), *steps]:
            with contextlib.suppress(NotPossibleError, NotFoundError):
                world.step(*step)
            check(world, world.now)
            check(world, max(day(probe), world.now))
        transaction.set_rollback(True)


def check(world: World, at: datetime) -> None:
    """Compare what the policy lets through with what this test knows."""
    issued = Grant.objects.filter(engagement=world.here.made.row, ended_at=None)
    for grant in issued.exclude(issued_at=None):
        assert grant.issued_at is not None
        assert grant.ends_at <= world.window_ends_at
        assert grant.ends_at <= max(grant.begins_at, grant.issued_at) + LONGEST
    for grant in usable(world, at):
        begins_at, ends_at = world.asked[grant.pk]
        assert begins_at <= at < ends_at
        assert WINDOW[0] <= at < world.window_ends_at
        assert grant.named.person_id not in world.gone
        assert grant.pk not in world.ended
        assert not world.off
        assert not world.withdrawn


def usable(world: World, at: datetime) -> list[Grant]:
    rows = Grant.objects.filter(engagement=world.here.made.row).select_related("named")
    return [
        grant
        for named_person in world.people
        for grant in narrowed(actor_of(named_person.person), rows, Act.USE, at=at)
    ]


def test_the_world_of_the_property_gives_access_at_all():
    here = access(longest_grant=LONGEST)
    world = World(here, [here.evaluator])
    for step in used(0, 1, 5):
        world.step(*step)
    assert len(usable(world, day(2))) == 1
