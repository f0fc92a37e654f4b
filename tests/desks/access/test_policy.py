"""The policy says in queries what its sentences say, whoever asks and whatever there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, Final

import pytest
from django.apps import apps
from django.db.models import Q
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.access.oracle import JUDGED, Reader
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


_WORLDS: Final = 9
"""How many are compared."""

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
    """Yield everybody; and whoever has several places as a token does that is for one of them."""
    for person in world.persons:
        reader = Reader(world, person)
        yield reader
        if len(reader.places) > 1:
            yield Reader(world, person, only=next(iter(reader.places)))


class AnyWorld(TestCase):
    """Random instances."""

    seen: ClassVar[Counter[tuple[Kind, Act, bool]]] = Counter()
    compared: ClassVar[list[int]] = []

    # A seed has no simpler one.
    @settings(max_examples=_WORLDS, deadline=None, phases=[Phase.explicit, Phase.generate])
    @given(st.integers(0, 2**32))
    def test_queries_and_sentences_agree_about_everything(self, seed: int) -> None:
        world = build(seed, engagements=4)
        for reader in readers(world):
            actor = actor_of(reader)
            for kind, (rows, judge) in JUDGED.items():
                model = apps.get_model(kind.value)
                made = getattr(world, rows)
                for acts in ALIKE[kind]:
                    allowed = visible(actor, acts[0], kind, at=NOW)
                    found = list(model.objects.filter(allowed).values_list("pk", flat=True))
                    assert len(found) == len(set(found)), (kind, acts)
                    met = set(found) & {one.pk for one in made}
                    for act in acts:
                        right = {one.pk for one in made if judge(reader, act, one)}
                        assert met == right, (kind, act, reader.person.name)
                        self.seen[kind, act, True] += bool(right)
                        self.seen[kind, act, False] += len(right) < len(made)
        self.compared.append(seed)

    @settings(max_examples=3, deadline=None)
    @given(st.integers(0, 2**32), st.frozensets(st.sampled_from(list(Scope))))
    def test_a_token_never_reaches_beyond_its_scopes_or_its_person(
        self, seed: int, scopes: frozenset[Scope]
    ) -> None:
        world = build(seed, persons=3)
        for person in world.persons:
            reader = Reader(world, person)
            whole, narrow = actor_of(reader), actor_of(reader, scopes)
            for kind in JUDGED:
                model = apps.get_model(kind.value)
                for act in [one for one in Act if (kind, one) in SPOKEN_OF]:
                    found = set(
                        model.objects.filter(visible(narrow, act, kind, at=NOW)).values_list(
                            "pk", flat=True
                        )
                    )
                    if SCOPE_OF[act] not in scopes:
                        assert not found
                    else:
                        assert found == set(
                            model.objects.filter(visible(whole, act, kind, at=NOW)).values_list(
                                "pk", flat=True
                            )
                        )

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
    build(1)
    for kind in JUDGED:
        model = apps.get_model(kind.value)
        assert model.objects.exists(), kind
        for act in Act:
            assert not model.objects.filter(visible(NOBODY, act, kind)).exists()


@pytest.mark.django_db
def test_the_owner_reads_what_coordinators_read_and_no_letter_to_a_named_person():
    world = build(2)
    red = {one.pk for one in world.messages if one.tlp == "TLP:RED"}
    model = apps.get_model(Kind.MESSAGE.value)
    found = set(
        model.objects.filter(visible(OWNER, Act.READ, Kind.MESSAGE)).values_list("pk", flat=True)
    )
    assert found == {one.pk for one in world.messages} - red


@pytest.mark.django_db
def test_neither_the_owner_nor_a_coordinator_knows_of_any_engagement():
    build(3)
    coordinates = Standing(0, Role.ADMINISTRATOR, frozenset({OrganisationKind.COORDINATOR}))
    curious = Actor("somebody", 0, (coordinates,), key="P-00000-00000")
    assert visible(curious, Act.READ, Kind.CASE, at=NOW) == Q()
    about = {Kind.ENTRY: Q(engagement__gt="")}
    # What engagements are held to names none of them, and those who run the instance load it.
    of_reviews = {kind for kind in JUDGED if kind.value.startswith("reviews.")} - {Kind.FRAMEWORK}
    for kind in [*sorted(of_reviews), Kind.ENTRY]:
        rows = apps.get_model(kind.value).objects.filter(about.get(kind, Q()))
        assert rows.exists(), kind
        for act in Act:
            for actor in (OWNER, curious):
                assert not rows.filter(visible(actor, act, kind, at=NOW)).exists(), (kind, act)


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
