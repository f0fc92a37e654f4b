"""Words of a revision that only some have are read by these alone, whatever comes after it."""

from __future__ import annotations

import pytest

from tests.desks.publications.repositories import everything_served, make_repository
from tests.desks.publications.rooms import NOW, approve, day, make_operator, make_room, working
from tidegate.desks.publications.queries.history import FOR_ITS_AUDIENCE
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving, drafting
from tidegate.desks.publications.services.distributing import distribute
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.record import record_data

pytestmark = pytest.mark.django_db

SECRET = "An early warning for Harbor Bank"


def restricted(room, tlp="TLP:AMBER", to=()):
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    name, said = publication.identifier, record_data(record_of(working(publication)))
    drafting.edit(room.one.actor, name, said, edits=0, words=SECRET, at=NOW)
    drafting.address(room.one.actor, name, tlp, to, edits=1, at=NOW)
    go_out(room, publication)
    drafting.revise(room.one.actor, name, words="Now for more", at=NOW)
    return publication


def go_out(room, publication):
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    assert publish_due(NOW) == 1, working(publication).held_because


def addressed(room, publication, tlp, to=()):
    row = working(publication)
    row = drafting.address(room.one.actor, publication.identifier, tlp, to, edits=row.edits, at=NOW)
    return [note.words for note in record_of(row).revisions]


@pytest.mark.usefixtures("own_home")
def test_what_goes_out_to_everybody_says_no_word_of_what_was_restricted():
    make_repository(NOW)
    room, operator = make_room(), make_operator()
    publication = restricted(room, to=[operator.key])
    words = addressed(room, publication, "TLP:CLEAR")
    assert words == [FOR_ITS_AUDIENCE, "Now for more"]
    go_out(room, publication)
    revision = publication.revisions.get(number=2)
    assert SECRET not in str([bytes(row.content) for row in revision.documents.all()])
    drafting.revise(room.one.actor, publication.identifier, words="Once more", at=NOW)
    notes = record_of(working(publication)).revisions
    assert [note.words for note in notes] == [FOR_ITS_AUDIENCE, "Now for more", "Once more"]
    distribute(day(1))
    for path, content in everything_served():
        assert SECRET.encode() not in content, path


def test_its_audience_reads_them_and_so_do_those_that_are_left_of_it():
    room, one, other = make_room(), make_operator(), make_operator()
    publication = restricted(room, to=[one.key, other.key])
    told = [SECRET, "Now for more"]
    assert [note.words for note in record_of(working(publication)).revisions] == told
    assert addressed(room, publication, "TLP:RED", [other.key]) == told
    hidden = [FOR_ITS_AUDIENCE, "Now for more"]
    assert addressed(room, publication, "TLP:AMBER", [make_operator().key]) == hidden
    assert addressed(room, publication, "TLP:GREEN") == hidden
    # What was hidden for one audience is there again for the other.
    assert addressed(room, publication, "TLP:AMBER", [one.key, other.key]) == told


def test_what_was_for_everybody_with_an_account_is_not_for_everybody():
    room = make_room()
    publication = restricted(room, tlp="TLP:GREEN")
    assert addressed(room, publication, "TLP:CLEAR")[0] == FOR_ITS_AUDIENCE
    assert addressed(room, publication, "TLP:GREEN")[0] == SECRET
