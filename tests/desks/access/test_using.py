"""A grant is used while all that it stands on lasts, and each of these things is looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.desks.access.world import BEFORE, NOW
from tests.desks.access.worlds import build
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Engagement, Grant, NamedPerson, Party

_SOON = NOW + timedelta(seconds=1)


def ends(grant: Grant) -> list[tuple[Any, dict[str, Any]]]:
    """Return what each would end a grant by itself: rows, and what becomes of them."""
    engagement = Engagement.objects.filter(pk=grant.engagement_id)
    named = NamedPerson.objects.filter(pk=grant.named_id)
    party = Party.objects.filter(pk=grant.named.party_id)
    own = Organisation.objects.filter(pk=grant.named.party.organisation_id)
    place = Membership.objects.filter(
        person=grant.named.person_id, organisation=grant.named.party.organisation_id
    )
    return [
        *((engagement, {name: BEFORE}) for name in ("access_off_at", "closed_at", "withdrawn_at")),
        (engagement, {"window_ended_at": BEFORE}),
        (engagement, {"window_ends_at": NOW}),
        (engagement, {"window_opens_at": _SOON}),
        (engagement, {"window_opens_at": None, "window_ends_at": None}),
        (Organisation.objects.filter(pk=grant.engagement.developer_id), {"suspended_at": BEFORE}),
        *((Grant.objects, {name: BEFORE}) for name in ("ended_at", "lapse_noted_at")),
        *((Grant.objects, {name: None}) for name in ("issued_at", "taken_up_at")),
        (Grant.objects, {"ends_at": NOW}),
        (Grant.objects, {"begins_at": _SOON}),
        *((named, {name: BEFORE}) for name in ("ended_at", "recused_at")),
        (party, {"ended_at": BEFORE}),
        (party, {"invited_at": None}),
        (own, {"suspended_at": BEFORE}),
        *((place, {name: BEFORE}) for name in ("left_at", "suspended_at")),
        (place, {"role": "reader"}),
        (Person.objects.filter(pk=grant.named.person_id), {"is_active": False}),
    ]


def in_use() -> Grant:
    """Make a world, and return the grant in it that can be used."""
    world = build(5)
    grant = next(one for one in world.grants if one.engagement == world.engagements[0])
    Grant.objects.filter(pk=grant.pk).update(lapse_noted_at=None)
    return Grant.objects.select_related("engagement", "named__party").get(pk=grant.pk)


@pytest.mark.django_db
def test_whatever_a_grant_stands_on_ends_its_use_by_itself():
    grant = in_use()
    person = grant.named.person
    assert may(actor_of(person), Act.USE, grant, at=NOW)
    for rows, change in ends(grant):
        with transaction.atomic():
            assert rows.update(**change)
            assert not may(actor_of(person), Act.USE, grant, at=NOW), change
            transaction.set_rollback(True)
    assert may(actor_of(person), Act.USE, grant, at=NOW)


@pytest.mark.django_db
def test_a_partner_begins_after_the_window_unless_the_developer_lets_it():
    world = build(5)
    partner = next(one for one in world.partners if one.party.engagement == world.engagements[0])
    person = world.persons[1]
    Organisation.objects.update(suspended_at=None)
    place, _ = Membership.objects.update_or_create(
        organisation=partner.party.organisation,
        person=person,
        defaults={"role": "member", "since": BEFORE, "left_at": None, "suspended_at": None},
    )
    named, _ = NamedPerson.objects.get_or_create(
        party=partner.party,
        person=person,
        ended_at=None,
        defaults={"duty": "evaluator", "named_by": "somebody", "named_at": BEFORE},
    )
    NamedPerson.objects.filter(person=person).update(recused_at=None)
    grant = in_use_of(named, world.grants[0])
    partner.begins_at, partner.ends_at, partner.declined_at = BEFORE, _SOON, None
    engagement = world.engagements[0]
    for early, window_ends_at, usable in (
        (False, _SOON, False),
        (False, NOW, True),
        (False, None, True),
        (True, _SOON, True),
    ):
        partner.early = early
        partner.save()
        engagement.window_ends_at = window_ends_at
        engagement.save()
        assert may(actor_of(person), Act.USE, grant, at=NOW) is usable, (early, window_ends_at)
    place.delete()
    assert not may(actor_of(person), Act.USE, grant, at=NOW)


def in_use_of(named: NamedPerson, like: Grant) -> Grant:
    """Make a grant for somebody that is in use, otherwise as another one."""
    like.pk, like.named, like.key, like.digest, like.lapse_noted_at = None, named, "G-A", None, None
    like.save()
    return like
