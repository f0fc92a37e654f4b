"""What somebody who has signed in reads of what is out: no draft, and nothing for others."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.publications.rooms import (
    NOW,
    approve,
    day,
    make_operator,
    make_room,
    working,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.services.operators import settle
from tidegate.desks.publications.queries import advisories, public
from tidegate.desks.publications.queries.concerning import concerning
from tidegate.desks.publications.services import adoption, approving, drafting
from tidegate.desks.publications.services.publishing import publish_due

pytestmark = pytest.mark.django_db


def out(room, publication, at):
    approving.submit(room.one.actor, publication.identifier, at=at)
    approve(room, publication, at=at)
    assert publish_due(at) == 1, working(publication).held_because


@pytest.fixture
def opened_later():
    """Return a publication that was for one operator first, and is for everybody by now."""
    room, named = make_room(), make_operator()
    made = drafting.begin(room.one.actor, room.key, at=NOW)
    name = made.identifier
    to = [named.organisation.key]
    drafting.address(room.one.actor, name, "TLP:AMBER", to, edits=working(made).edits, at=NOW)
    out(room, made, NOW)
    drafting.revise(room.one.actor, name, words="For everybody.", at=day(2))
    edits = working(made).edits
    drafting.address(room.one.actor, name, "TLP:CLEAR", edits=edits, at=day(2))
    return room, made, named


def test_a_draft_is_no_advisory_for_anybody(opened_later):
    room, made, named = opened_later
    for who in (room.one, named):
        page = advisories.advisory_page(who.actor, made.identifier, at=day(3))
        assert (page.revision, page.record.label) == (1, "TLP:AMBER")
    other = make_operator()
    for actor in (other.actor, room.stranger.actor):
        with pytest.raises(NotFoundError):
            advisories.advisory_page(actor, made.identifier, at=day(3))
        assert advisories.list_advisories(actor, at=day(3)).total == 0
    with pytest.raises(NotFoundError):
        advisories.advisory_page(named.actor, made.identifier, at=NOW.replace(year=2025))


def test_what_was_for_few_stays_with_them_once_a_revision_is_for_everybody(opened_later):
    room, made, named = opened_later
    out(room, made, day(2))
    other = make_operator()
    at = day(3)
    numbers = {
        who: [
            one.number for one in advisories.advisory_page(of.actor, made.identifier, at=at).history
        ]
        for who, of in (("named", named), ("other", other), ("coordinator", room.one))
    }
    assert numbers == {"named": [2, 1], "other": [2], "coordinator": [2, 1]}
    assert [one.number for one in public.public_page(made.identifier, at=at).history] == [2]
    assert public.public_changes(made.identifier, at=at) == ()
    assert advisories.advisory_changes(other.actor, made.identifier, at=at) == ()
    (change,) = advisories.advisory_changes(named.actor, made.identifier, at=at)
    assert "label" in [one.place for one in change.differences]


def test_documents_are_those_of_the_newest_revision_that_is_out(opened_later):
    room, made, named = opened_later
    at = day(3)
    sealed, _ = advisories.advisory_document(named.actor, made.identifier, "osv", at=at)
    assert made.identifier.encode() in sealed
    for word in ("nothing", "osv/", "fix/nothing", ""):
        with pytest.raises(NotFoundError):
            advisories.advisory_document(named.actor, made.identifier, word, at=at)
    with pytest.raises(NotFoundError):
        public.public_document(made.identifier, "osv", at=at)
    out(room, made, day(2))
    clear, sha256 = advisories.advisory_document(named.actor, made.identifier, "osv", at=at)
    assert (clear, sha256) == public.public_document(made.identifier, "osv", at=at)


def test_what_was_sent_by_name_concerns_an_operator_and_looking_alone_concerns_nobody(
    opened_later,
):
    room, made, named = opened_later
    (row,) = concerning(named.actor, at=day(1)).rows
    assert (row.identifier, row.is_named, row.assets, row.is_done) == (
        made.identifier,
        True,
        0,
        False,
    )
    out(room, made, day(2))
    other = make_operator()
    settle(other.actor, other.organisation.key, zone="UTC", at=NOW)
    assert adoption.seen(other.actor, made.identifier, at=day(3)) == 1
    assert concerning(other.actor, at=day(3)).rows == ()
    assert adoption.seen(named.actor, made.identifier, at=day(3)) == 1
    rows = concerning(named.actor, at=day(3)).rows
    # It is for everybody by now, and nothing of theirs is known to be affected.
    assert rows == ()


def test_the_newest_of_many_advisories_are_asked_for_at_once(opened_later):
    _, first, named = opened_later
    rooms = [make_room(package=name) for name in ("one", "two", "three")]
    names = [first.identifier]
    for room in rooms:
        made = drafting.begin(room.one.actor, room.key, at=NOW)
        out(room, made, NOW)
        names.append(made.identifier)

    def asked(of):
        actor = named.actor
        with CaptureQueriesContext(connection) as questions:
            found = advisories.records_of(actor, of, at=day(3))
        assert {*found} == {*of}
        return len(questions)

    assert asked(names) == asked(names[:2])
    assert {*advisories.records_of(make_operator().actor, names, at=day(3))} == {*names[1:]}
