"""Nobody is more than the tables say now, and a token is never more than its person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.desks.parties.makers import START, make_organisation, make_person, make_place
from tidegate.desks.access.actors import NOBODY, Actor
from tidegate.desks.access.deciding import may_with_instance, visible
from tidegate.desks.access.words import Act, Kind, OrganisationKind, Role, Scope
from tidegate.desks.parties.digests import digest_of
from tidegate.desks.parties.models import ApiToken, Invitation, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.parties.services.tokens import actor_of_token

_KINDS = st.sets(st.sampled_from(OrganisationKind), min_size=1, max_size=2)
_PLACES = st.lists(
    st.tuples(_KINDS, st.sampled_from(Role), st.booleans(), st.booleans(), st.booleans()),
    max_size=3,
)
_TOKENS = st.tuples(
    st.sets(st.sampled_from(Scope)),
    st.integers(min_value=0, max_value=3),
    st.booleans(),
    st.sampled_from([-1, 0, 60]),
)


def reach(actor: Actor) -> set[tuple[str, str, object]]:
    """Return all that somebody may do, with every row of the desk and with the instance."""
    found: set[tuple[str, str, object]] = set()
    for act in Act:
        if may_with_instance(actor, act):
            found.add((act, Kind.INSTANCE, 0))
        for kind in (Kind.ORGANISATION, Kind.MEMBERSHIP, Kind.INVITATION, Kind.TOKEN):
            rows = apps.get_model(kind)._default_manager.filter(visible(actor, act, kind))
            found |= {(act, kind, pk) for pk in rows.values_list("pk", flat=True)}
    return found


class Random(TestCase):
    """Random people with random places and tokens."""

    @settings(max_examples=40, deadline=None)
    @given(_PLACES, _TOKENS, st.booleans())
    def test_a_token_may_do_nothing_that_its_person_may_not(
        self, places: Any, token: Any, active: bool
    ) -> None:
        person, stands = self.made(places, active=active)
        scopes, nth, revoked, seconds = token
        organisations = list(Organisation.objects.order_by("pk"))
        bound = organisations[nth - 1] if 0 < nth <= len(organisations) else None
        made = ApiToken.objects.create(
            person=person,
            organisation=bound,
            name="ours",
            digest=digest_of("tg_secret"),
            scopes=[scope.value for scope in scopes],
            made_at=START,
            expires_at=START + timedelta(seconds=seconds),
            revoked_at=START if revoked else None,
        )
        whole, narrow = actor_of(person), actor_of_token("tg_secret", at=START)

        assert {one.organisation for one in whole.standings} == stands
        assert whole == NOBODY or active
        if revoked or seconds <= 0 or not active:
            assert narrow is None
            return
        assert narrow is not None
        assert narrow.scopes == scopes
        assert set(narrow.standings) <= set(whole.standings)
        assert bound is None or set(narrow.organisations) <= {bound.pk}
        assert reach(narrow) <= reach(whole)
        made.refresh_from_db()
        assert made.last_used_at == START

    @settings(max_examples=20, deadline=None)
    @given(_PLACES, st.integers(min_value=0, max_value=2))
    def test_whoever_came_through_a_provider_stands_in_its_organisation_alone(
        self, places: Any, nth: int
    ) -> None:
        person, stands = self.made(places, active=True)
        organisations = list(Organisation.objects.order_by("pk"))
        via = organisations[nth].pk if nth < len(organisations) else 0
        narrow = actor_of(person, via=via)
        assert set(narrow.organisations) == stands & {via}
        assert reach(narrow) <= reach(actor_of(person))

    def made(self, places: Any, *, active: bool) -> tuple[Person, set[int]]:
        """Make a person, and a stranger in each organisation; return where the person stands."""
        person, stands = make_person(), set()
        if not active:
            person.is_active = False
            person.save()
        for kinds, role, suspended, left, closed in places:
            organisation = make_organisation(*kinds, suspended=closed)
            make_place(organisation, role, person=person, suspended=suspended, left=left)
            make_place(organisation)
            Invitation.objects.create(
                organisation=organisation,
                email="guest@example.org",
                role=Role.MEMBER,
                digest=digest_of(organisation.key),
                invited_by="somebody",
                made_at=START,
                expires_at=START + timedelta(days=1),
            )
            if active and not (suspended or left or closed):
                stands.add(organisation.pk)
        return person, stands


@pytest.mark.django_db
def test_a_suspension_counts_from_the_next_question_on() -> None:
    place = make_place(make_organisation(), Role.ADMINISTRATOR)
    assert actor_of(place.person).standings
    Person.objects.filter(pk=place.person_id).update(is_active=False)
    # Whoever still holds the row as it was is not believed.
    assert place.person.is_active
    assert actor_of(place.person) == NOBODY


def test_narrowing_only_takes_away() -> None:
    actor = Actor("somebody", person=1, scopes=frozenset({Scope.READ}))
    assert narrowed_to(actor, scopes=tuple(Scope)).scopes == {Scope.READ}
