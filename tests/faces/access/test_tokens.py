"""What a token may not be used for looks as if it were not there, whatever its person may do."""

from __future__ import annotations

import random
from collections import Counter

from tests.desks.access.oracle import Reader
from tests.desks.access.world import NOW, World
from tests.faces.access.faces import As, Kept, Web, nothing_stays
from tests.faces.access.routes import OPERATIONS
from tests.faces.access.walking import Walk
from tidegate.desks.access.words import Scope
from tidegate.desks.parties.models import ApiToken, Membership

_READS_WITH_POST = ("POST /api/v1/receipts/verify", "POST /api/v1/decide")
_READING = [Scope.READ.value]
_SOMEBODY = (0, 1, 3)
"""Persons of every world: of them, one may do whatever can be done."""


def token_of(world: World, number: int, **changed: object) -> str:
    """Return a token of one of the world's persons, after it was changed."""
    person = world.persons[number]
    token = next(one for one in world.tokens if one.person_id == person.pk)
    ApiToken.objects.filter(pk=token.pk).update(**changed)
    return world.secrets[token.key]


def test_one_that_may_only_read_changes_nothing(world: World):
    kept = Kept()
    askers = [
        (Reader(world, world.persons[number]), As(None, token_of(world, number, scopes=_READING)))
        for number in _SOMEBODY
    ]
    tried: Counter[bool] = Counter()
    for route in OPERATIONS:
        if not route.name.startswith("POST ") or route.name in _READS_WITH_POST:
            continue
        assert isinstance(route.question, Web)
        may = (
            (asking, one)
            for reader, asking in askers
            for one in route.asked(world, reader)
            if one.may
        )
        found = next(may, None)
        assert found is not None, route.name
        asking, asked = found
        with nothing_stays():
            kept.begin()
            answer = asking.ask(route.question, asked.names)
            changed = kept.has_changed()
        assert not changed, f"{route.name} {answer.text}"
        assert not answer.failed, f"{route.name} {answer.text}"
        if asked.parts:
            assert answer.status in (404, 409), f"{route.name} {answer.text}"
        tried[bool(asked.parts)] += 1
    assert tried[True] > 40


def test_one_that_may_not_read_lists_nothing_and_finds_nothing(world: World):
    reader, draw = Reader(world, world.persons[0]), random.Random(1)
    # What is administered is shown to who administers it: an organisation's webhooks.
    scopes = [Scope.HAND_IN.value, Scope.WRITE.value]
    asking = As(None, token_of(world, 0, scopes=scopes))
    own = {world.persons[0].key, world.persons[0].name.partition(" ")[0]}
    for route in OPERATIONS:
        if route.name.startswith("GET "):
            assert isinstance(route.question, Web)
            asked = draw.choice(list(route.asked(world, reader)))
            with nothing_stays():
                answer = asking.ask(route.question, asked.names)
            told = answer.foreign(set(world.bearers) - own, asked.names.values())
            assert not told, f"{route.name} tells of {told}: {answer.text}"


def test_one_for_one_organisation_reaches_no_further_than_a_place_in_it(world: World):
    """Its person leads the instance besides, and it is good for their place at a vendor alone."""
    person, vendor = world.persons[3], world.organisations[2]
    place = Membership.objects.create(
        organisation=world.organisations[0], person=person, role="administrator", since=NOW
    )
    world.memberships.append(place)
    asking = As(None, token_of(world, 3, organisation=vendor))
    assert Reader(world, person).leads
    reader = Reader(world, person, only=vendor.pk)
    walk = Walk(world, reader, asking, Counter(), random.Random(1), Kept())
    walk.along(route for route in OPERATIONS if not route.name.endswith("/me"))
