"""The policy says in queries what its sentences say, whoever asks and whatever there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar, Final

import pytest
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db.models import Q
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.access.oracle import JUDGED, Reader
from tests.desks.access.oracle_exposure import JUDGED_BY_OPERATING, HoldingTheMachine
from tests.desks.access.worlds import NOW, World, build
from tidegate.desks.access.actors import EVERY_SCOPE, HOUSE, NOBODY, OWNER, Actor, Standing
from tidegate.desks.access.deciding import visible
from tidegate.desks.access.table import TABLE
from tidegate.desks.access.words import SCOPE_OF, Act, Kind, OrganisationKind, Role, Scope
from tidegate.desks.parties.models import Person


def actor_of(reader: Reader, scopes: frozenset[Scope] = EVERY_SCOPE) -> Actor:
    """Return a person as the policy is asked about them."""
    person: Person = reader.person
    kinds = {one.pk: one.kind_words for one in reader.world.organisations}

    def standings(places: dict[int, str]) -> tuple[Standing, ...]:
        return tuple(Standing(pk, Role(role), kinds[pk]) for pk, role in places.items())

    return Actor(
        person.name,
        person.pk,
        standings(reader.places),
        scopes,
        key=person.key,
        suspended_standings=standings(reader.suspended_places),
    )


_WORLDS: Final = 4
"""How many are compared. What is asked costs more than what there is, so they are few and full."""
_FULL: Final = {"organisations": 6, "cases": 8, "engagements": 9}
_TOKENS: Final = 2
"""Most people in a world who are compared once more, with a token for one of their places."""

SPOKEN_OF: Final = {(rule.kind, act) for rule in TABLE for act in rule.acts}
"""The acts that some rule allows with a kind of object; all others nobody may do."""


def alike(kind: Kind) -> list[list[Act]]:
    """Return the acts in groups that the same rules allow with a kind: one query answers each."""
    groups: dict[tuple[str, ...], list[Act]] = {}
    for act in Act:
        rules = tuple(rule.words for rule in TABLE if rule.kind is kind and act in rule.acts)
        groups.setdefault(rules, []).append(act)
    return list(groups.values())


ALIKE: Final = {kind: alike(kind) for kind in JUDGED}


def readers(world: World) -> Iterator[Reader]:
    """Yield everybody; and some who have several places as a token does that is for one of them."""
    everybody = [Reader(world, person) for person in world.persons]
    yield from everybody
    with_several = [one for one in everybody if len(one.places) > 1]
    for one in with_several[:_TOKENS]:
        yield Reader(world, one.person, only=next(iter(one.places)))


def found(actor: Actor, act: Act, kind: Kind) -> list[int]:
    """Return what the policy's query finds."""
    rows = apps.get_model(kind.value).objects.filter(visible(actor, act, kind, at=NOW))
    return list(rows.values_list("pk", flat=True))


def query(actor: Actor, act: Act, kind: Kind) -> object:
    """Return the policy's query as the database is asked it; None for one that finds nothing."""
    rows = apps.get_model(kind.value).objects.filter(visible(actor, act, kind, at=NOW))
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return None


class AnyWorld(TestCase):
    """Random instances."""

    seen: ClassVar[Counter[tuple[Kind, Act, bool]]] = Counter()
    compared: ClassVar[list[int]] = []

    # A seed has no simpler one.
    @settings(max_examples=_WORLDS, deadline=None, phases=[Phase.explicit, Phase.generate])
    @given(st.integers(0, 2**32))
    def test_queries_and_sentences_agree_about_everything(self, seed: int) -> None:
        world = build(seed, sealed=False, **_FULL)
        for reader in readers(world):
            actor = actor_of(reader)
            for kind, (rows, judge) in JUDGED.items():
                made = getattr(world, rows)
                for acts in ALIKE[kind]:
                    met = self._met(actor, acts[0], kind, made)
                    for act in acts:
                        right = {one.pk for one in made if judge(reader, act, one)}
                        assert met == right, (kind, act, reader.person.name)
                        self.seen[kind, act, True] += bool(right)
                        self.seen[kind, act, False] += len(right) < len(made)
        self._compare_owner(world)
        self.compared.append(seed)

    def _met(self, actor: Actor, act: Act, kind: Kind, made: list[Any]) -> set[int]:
        """Return which of the objects that were made the query finds, each once."""
        there = found(actor, act, kind)
        assert len(there) == len(set(there)), (kind, act)
        return set(there) & {one.pk for one in made}

    def _compare_owner(self, world: World) -> None:
        """Compare what whoever holds the machine has of what operators run."""
        holding = HoldingTheMachine(world)
        for kind, (rows, judge) in JUDGED_BY_OPERATING.items():
            made = getattr(world, rows)
            for acts in ALIKE[kind]:
                met = self._met(OWNER, acts[0], kind, made)
                for act in acts:
                    right = {one.pk for one in made if judge(holding, act, one)}
                    assert met == right, (kind, act)
        for act in (Act.INVENTORY, Act.OPERATE, Act.EXAMINE):
            met = self._met(OWNER, act, Kind.ORGANISATION, world.organisations)
            right = {one.pk for one in world.organisations if holding.organisation(act, one)}
            assert met == right, act

    @settings(max_examples=1, deadline=None, phases=[Phase.explicit, Phase.generate])
    @given(st.randoms(use_true_random=True))
    def test_a_token_never_reaches_beyond_its_scopes_or_its_person(self, draw: Random) -> None:
        world = build(draw.randrange(2**32), sealed=False)
        for person in world.persons:
            reader = Reader(world, person)
            scopes = frozenset(draw.sample(list(Scope), draw.randrange(len(Scope))))
            whole, narrow = actor_of(reader), actor_of(reader, scopes)
            for kind in JUDGED:
                for acts in ALIKE[kind]:
                    by_scope = {SCOPE_OF[act]: act for act in acts if (kind, act) in SPOKEN_OF}
                    for scope, act in by_scope.items():
                        right = query(whole, act, kind) if scope in scopes else None
                        assert query(narrow, act, kind) == right, (kind, act, scopes)

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        if len(cls.compared) < _WORLDS:
            return  # What stopped it is told already.
        # A comparison of nothing with nothing would show nothing.
        for kind, act in SPOKEN_OF - {(Kind.INSTANCE, act) for act in Act}:
            assert cls.seen[kind, act, True], f"nobody could {act} any {kind}"
            assert cls.seen[kind, act, False], f"everybody could {act} every {kind}"


@pytest.mark.django_db
def test_whoever_has_not_signed_in_sees_nothing():
    build(1, sealed=False)
    for kind in JUDGED:
        model = apps.get_model(kind.value)
        assert model.objects.exists(), kind
        for act in Act:
            assert not model.objects.filter(visible(NOBODY, act, kind)).exists()


@pytest.mark.django_db
def test_the_owner_reads_what_coordinators_read_and_no_letter_to_a_named_person():
    world = build(2, sealed=False)
    red = {one.pk for one in world.messages if one.tlp == "TLP:RED"}
    assert set(found(OWNER, Act.READ, Kind.MESSAGE)) == {one.pk for one in world.messages} - red


@pytest.mark.django_db
def test_neither_the_owner_nor_a_coordinator_knows_of_any_engagement():
    build(3, sealed=False)
    coordinates = Standing(0, Role.ADMINISTRATOR, frozenset({OrganisationKind.COORDINATOR}))
    curious = Actor("somebody", 0, (coordinates,), key="P-00000-00000")
    assert visible(curious, Act.READ, Kind.CASE, at=NOW) == Q()
    about = {Kind.ENTRY: Q(engagement__gt="")}
    # What engagements are held to names none of them, and those who run the instance load it.
    of_reviews = {kind for kind in JUDGED if kind.value.startswith("reviews.")} - {Kind.FRAMEWORK}
    for kind in [*sorted(of_reviews), Kind.ENTRY]:
        rows = apps.get_model(kind.value).objects.filter(about.get(kind, Q()))
        assert rows.exists(), kind
        for acts in ALIKE[kind]:
            for actor in (OWNER, curious):
                known = rows.filter(visible(actor, acts[0], kind, at=NOW))
                assert not known.exists(), (kind, acts)


def test_every_kind_of_object_is_judged_by_the_plain_model_too():
    assert set(JUDGED) | {Kind.INSTANCE} == set(Kind)


def test_every_rule_says_in_a_sentence_what_it_does():
    for rule in TABLE:
        assert len(rule.words) > 20
        assert rule.acts
    assert len({rule.words for rule in TABLE}) == len(TABLE)


def test_every_act_needs_a_scope():
    assert set(SCOPE_OF) == set(Act)


def test_our_own_runs_are_asked_for_nothing():
    for act in Act:
        assert not visible(HOUSE, act, Kind.FINDING)
