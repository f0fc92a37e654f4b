"""The policy says in queries what its sentences say, whoever asks and whatever there is."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import pytest
from django.apps import apps
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.access.oracle import JUDGED, Reader
from tests.desks.access.worlds import NOW, build
from tidegate.desks.access.actors import EVERY_SCOPE, HOUSE, NOBODY, OWNER, Actor, Standing
from tidegate.desks.access.deciding import visible
from tidegate.desks.access.table import TABLE
from tidegate.desks.access.words import SCOPE_OF, Act, Kind, Role, Scope
from tidegate.desks.parties.models import Person


def actor_of(reader: Reader, scopes: frozenset[Scope] = EVERY_SCOPE) -> Actor:
    """Return a person as the policy is asked about them."""
    person: Person = reader.person
    standings = tuple(
        Standing(
            pk, Role(role), next(o for o in reader.world.organisations if o.pk == pk).kind_words
        )
        for pk, role in reader.places.items()
    )
    return Actor(person.name, person.pk, standings, scopes, key=person.key)


class AnyWorld(TestCase):
    """Random instances."""

    seen: ClassVar[Counter[bool]] = Counter()

    @settings(max_examples=12, deadline=None)
    @given(st.integers(0, 2**32))
    def test_queries_and_sentences_agree_about_everything(self, seed: int) -> None:
        world = build(seed)
        for person in world.persons:
            reader = Reader(world, person)
            actor = actor_of(reader)
            for kind, (rows, judge) in JUDGED.items():
                model = apps.get_model(kind.value)
                made = getattr(world, rows)
                for act in Act:
                    allowed = visible(actor, act, kind, at=NOW)
                    found = list(model.objects.filter(allowed).values_list("pk", flat=True))
                    assert len(found) == len(set(found)), (kind, act)
                    right = {one.pk for one in made if judge(reader, act, one)}
                    assert set(found) & {one.pk for one in made} == right, (kind, act, person.name)
                    self.seen[bool(right)] += 1

    @settings(max_examples=4, deadline=None)
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
                for act in Act:
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
        # A comparison of nothing with nothing would show nothing.
        assert cls.seen[True] > 50
        assert cls.seen[False] > 50


@pytest.mark.django_db
@pytest.mark.parametrize("kind", JUDGED)
def test_whoever_has_not_signed_in_sees_nothing(kind: Kind):
    build(1)
    model = apps.get_model(kind.value)
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
