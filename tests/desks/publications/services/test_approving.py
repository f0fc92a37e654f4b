"""Nobody approves what is their own work, however little of it is, and whoever came after them."""

from __future__ import annotations

import pytest

from tests.desks.publications.rooms import NOW, approve, day, handed_in, make_room, working
from tidegate.desks.access.words import Role
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.models import RevisionAuthor
from tidegate.desks.publications.queries.detail import publication_page
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving, drafting
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.record import record_data

pytestmark = pytest.mark.django_db


def wrote(room, who, publication, title):
    row = working(publication)
    said = {**record_data(record_of(row)), "title": title}
    drafting.edit(who.actor, publication.identifier, said, edits=row.edits, at=NOW)


def test_whose_words_stand_in_it_does_not_approve_it_because_another_touched_it_last():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    wrote(room, room.other, publication, "Written by the other")
    edits = working(publication).edits
    drafting.recompose(room.one.actor, publication.identifier, edits=edits, at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    with pytest.raises(NotPossibleError, match="your own work") as refused:
        approve(room, publication)
    for who in (room.one, room.other):
        assert who.person.name in str(refused.value)
    shown = publication_page(room.other.actor, publication.identifier, at=NOW)
    assert "approve" not in shown.possible
    assert set(shown.revisions[0].authors) == {room.one.person.name, room.other.person.name}
    third = room.one.colleague(Role.MEMBER)
    assert "approve" in publication_page(third.actor, publication.identifier, at=NOW).possible
    digest = working(publication).digest
    approving.approve(third.actor, publication.identifier, digest=digest, at=NOW)
    assert publish_due(NOW) == 1


def test_whoever_has_moved_its_time_does_not_approve_it():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    approving.schedule(room.one.actor, publication.identifier, day(14), at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approving.schedule(room.other.actor, publication.identifier, None, at=NOW)
    with pytest.raises(NotPossibleError, match="your own work"):
        approve(room, publication)
    assert publish_due(NOW) == 0


def test_whoever_has_addressed_it_does_not_approve_it():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    name = publication.identifier
    drafting.address(room.other.actor, name, "TLP:GREEN", edits=0, at=NOW)
    drafting.address(room.one.actor, name, "TLP:CLEAR", edits=1, at=NOW)
    approving.submit(room.one.actor, name, at=NOW)
    with pytest.raises(NotPossibleError, match="your own work"):
        approve(room, publication)


def test_an_approval_by_somebody_whose_work_it_is_lets_nothing_out():
    room = make_room()
    publication = handed_in(room)
    approve(room, publication)
    row = working(publication)
    RevisionAuthor.objects.create(revision=row, person=room.other.person, since=NOW)
    assert publish_due(NOW) == 0
    assert "nobody stands behind it" in working(publication).held_because


def test_giving_it_back_and_calling_back_make_it_nobodys_work():
    room = make_room()
    publication = handed_in(room)
    name = publication.identifier
    approving.give_back(room.other.actor, name, reason="a word is missing", at=NOW)
    approving.submit(room.one.actor, name, at=NOW)
    approve(room, publication)
    approving.call_back(room.other.actor, name, reason="wait", at=NOW)
    approve(room, publication)
    assert publish_due(NOW) == 1


def test_what_is_dropped_and_begun_anew_is_the_work_of_who_writes_it_then():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    wrote(room, room.other, publication, "Written by the other")
    approving.drop(room.one.actor, publication.identifier, reason="both wrote", at=NOW)
    publication = handed_in(room)
    approve(room, publication)
    assert publish_due(NOW) == 1


def test_a_time_at_the_end_of_all_calendars_is_refused_or_waited_for():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    name = publication.identifier
    late = NOW.replace(year=9999, month=12, day=31, hour=23)
    west = late.fromisoformat("9999-12-31T23:59:59-12:00")
    with pytest.raises(NotPossibleError, match="1 to 9999"):
        approving.schedule(room.one.actor, name, west, at=NOW)
    approving.schedule(room.one.actor, name, late, at=NOW)
    approving.submit(room.one.actor, name, at=NOW)
    approve(room, publication)
    assert publish_due(day(1)) == 0


def test_half_a_character_in_what_is_said_is_kept_as_one_that_is_missing():
    room = make_room()
    publication = handed_in(room)
    row = approving.give_back(room.other.actor, publication.identifier, reason="a\ud800", at=NOW)
    assert row.returned_because == "a\N{REPLACEMENT CHARACTER}"
