"""Entries of the ledger about everything, and the notices that people have of some of them."""

from __future__ import annotations

import random
from typing import Any, Final

from django.db import transaction

from tests.desks.access.world import BEFORE, World, new_mark
from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.words import Act
from tidegate.desks.findings.models import Case
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.notices.models import Notice
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import Engagement

_KINDS: Final = ("label-set", "party-invited", "member-joined")
"""One about a case, one that an invited party may know of, one about no case."""


def furnish_records(world: World, draw: random.Random) -> None:
    """Append entries, and make notices of them for people who may and who may not know."""
    with transaction.atomic():
        for case in world.cases:
            keep_entry(world, case=case.key)
        for part in world.participants:
            keep_entry(world, case=part.coordination.case.key, organisation=part.organisation.key)
        for organisation in world.organisations:
            keep_entry(world, organisation=organisation.key)
        for person in world.persons:
            keep_entry(world, by=person)
        for engagement in world.engagements:
            _of_engagement(world, draw, engagement)
    for person in world.persons:
        for _ in range(2):
            case = draw.choice(world.cases)
            _notice(world, person, draw.choice(_KINDS), case)
        for part in world.participants:
            # Whoever was invited may be told so, and of what it is about only when they consent.
            places = (one for one in world.memberships if one.person_id == person.pk)
            if any(one.organisation_id == part.organisation_id for one in places):
                _notice(world, person, "party-invited", part.coordination.case)


def _of_engagement(world: World, draw: random.Random, engagement: Engagement) -> None:
    """Append what its parties read, what is kept for one of them, and what is about one."""
    key = engagement.key
    keep_entry(world, engagement=key)
    keep_entry(world, engagement=key, by=draw.choice(world.persons))
    keep_entry(world, engagement=key, only_for="government")
    for part in world.parties:
        if part.engagement_id == engagement.pk:
            about, other = part.organisation.key, draw.choice(world.organisations).key
            keep_entry(world, engagement=key, only_for=about)
            keep_entry(world, engagement=key, organisation=about)
            keep_entry(
                world, engagement=key, organisation=about, only_for=draw.choice((about, other))
            )


def keep_entry(world: World, *, by: Person | None = None, **about: Any) -> None:
    """Append an entry, inside a transaction: of what the house has done, or a person."""
    mark = new_mark()
    actor = Actor(by.name, by.pk, key=by.key) if by else HOUSE
    entry = (
        append("test", at=BEFORE, actor=actor, note=mark, **about)
        if world.is_sealed
        else _row(actor, **about)
    )
    world.entries.append(entry)
    world.show(lambda reader: reader.entry(Act.READ, entry), mark, *_named_in(entry))


def _row(actor: Actor, **about: Any) -> Entry:
    """Make the row alone, without a tree above it: the policy asks for no more."""
    return Entry.objects.create(
        index=Entry.objects.count(),
        at=BEFORE,
        kind="test",
        actor=actor.name,
        person=actor.key,
        text="{}",
        salt=b"",
        leaf=b"",
        **about,
    )


def _named_in(entry: Entry) -> list[str]:
    by = entry.actor.partition(" ")[0] if entry.person else ""
    named = (entry.case, entry.engagement, entry.organisation, entry.person, by)
    return [text for text in named if text]


def _notice(world: World, person: Person, kind: str, about: Case) -> None:
    subject, waits = new_mark(), new_mark()
    case = None if kind == "member-joined" else about
    taken = {one.entry_id for one in world.notices if one.person_id == person.pk}
    notice = Notice.objects.create(
        person=person,
        entry=next(one for one in world.entries if one.pk not in taken),
        kind=kind,
        case=case.key if case else "",
        subject=subject,
        waits=waits,
        at=BEFORE,
        told_at=BEFORE,
    )
    world.notices.append(notice)
    keys = [case.key] if case else []
    world.show(lambda reader: reader.notice(notice), subject, waits, notice.key, *keys)
