"""Whoever writes does not approve, two who edit at once see each other, and approvals fall."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desks.publications.rooms import (
    NOW,
    approve,
    approved,
    day,
    handed_in,
    make_operator,
    make_room,
    published,
    working,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.publications.models import Publication
from tidegate.desks.publications.queries.detail import publication_page, revision_record
from tidegate.desks.publications.queries.differences import since_composed
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving, drafting, sharing
from tidegate.engines.formats.advisories.record import record_data

pytestmark = pytest.mark.django_db


def edited(room, publication, *, by=None, **fields):
    """Change some fields of the draft."""
    revision = working(publication)
    said = record_data(replace(record_of(revision), **fields))
    who = (by or room.one).actor
    return drafting.edit(who, publication.identifier, said, edits=revision.edits, at=NOW)


def test_a_draft_begins_from_what_the_desks_know_and_is_nobody_elses_to_see():
    room = make_room(
        references=["https://example.org/a"],
        vectors=["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
    )
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    page = publication_page(room.reader.actor, publication.identifier, at=NOW)
    assert (page.case, page.tlp, page.revisions[0].state) == (room.key, "TLP:CLEAR", "draft")
    for who in (room.vendor, room.finder, room.stranger):
        with pytest.raises(NotFoundError):
            publication_page(who.actor, publication.identifier, at=NOW)
    with pytest.raises(NotFoundError):
        drafting.begin(room.reader.actor, room.key, at=NOW)
    with pytest.raises(NotPossibleError, match=publication.identifier):
        drafting.begin(room.one.actor, room.key, at=NOW)
    entry = Entry.objects.get(kind="publication-begun")
    assert (entry.case, entry.said["of_case"]) == ("", room.key)


def test_two_who_edit_at_once_see_each_other():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    said = record_data(record_of(working(publication)))
    drafting.edit(room.one.actor, publication.identifier, {**said, "title": "A"}, edits=0, at=NOW)
    with pytest.raises(NotPossibleError, match=f"edited by {room.one.person.name} while you"):
        drafting.edit(
            room.other.actor, publication.identifier, {**said, "title": "B"}, edits=0, at=NOW
        )
    assert record_of(working(publication)).title == "A"


def test_no_edit_changes_whose_it_is_or_what_was_before():
    room = make_room()
    publication = published(room)
    drafting.revise(room.one.actor, publication.identifier, words="A better title", at=day(1))
    before = record_of(working(publication))
    revision = edited(
        room,
        publication,
        identifier="TG-2026-zzzzzzzz",
        title="Better",
        revisions=before.revisions[:1],
        publisher=replace(before.publisher, name="Somebody else"),
        withdrawn_at=day(1),
        withdrawn_because="none",
    )
    assert record_of(revision) == replace(before, title="Better")
    with pytest.raises(NotPossibleError, match="identifier: Field required"):
        drafting.edit(room.one.actor, publication.identifier, {"title": 3}, edits=1, at=NOW)


def test_an_edit_that_says_another_label_is_refused_and_names_what_sets_it():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    with pytest.raises(NotPossibleError, match=r"goes out under TLP:CLEAR.*publication audience"):
        edited(room, publication, label="TLP:RED")


def test_whoever_wrote_or_handed_it_in_does_not_approve_it():
    room = make_room()
    publication = handed_in(room)
    digest, name = working(publication).digest, publication.identifier
    with pytest.raises(NotPossibleError, match="own work"):
        approving.approve(room.one.actor, name, digest=digest, at=NOW)
    for who in (room.reader, room.vendor):
        with pytest.raises(NotFoundError):
            approving.approve(who.actor, name, digest=digest, at=NOW)
    with pytest.raises(NotPossibleError, match="not what you have read"):
        approving.approve(room.other.actor, name, digest="0" * 64, at=NOW)
    assert approve(room, publication).state == "approved"


def test_an_approval_falls_with_whatever_it_was_for():
    room, operator = make_room(), make_operator()
    publication = approved(room)
    name = publication.identifier

    def again():
        if working(publication).state == "draft":
            approving.submit(room.one.actor, name, at=NOW)
        approve(room, publication)

    changes = (
        lambda: edited(room, publication, impact="Much."),
        lambda: approving.schedule(room.one.actor, name, day(5), at=NOW),
        lambda: drafting.address(
            room.one.actor,
            name,
            "TLP:AMBER",
            [operator.key],
            edits=working(publication).edits,
            at=NOW,
        ),
        lambda: approving.call_back(room.other.actor, name, reason="wait", at=NOW),
    )
    for change in changes:
        before = working(publication).digest
        change()
        assert working(publication).state in ("draft", "submitted")
        assert not working(publication).approvals.filter(fallen_at=None).exists()
        assert change is changes[-1] or working(publication).digest != before
        again()


def test_what_has_a_fault_is_not_handed_in():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    edited(room, publication, title=" ")
    with pytest.raises(NotPossibleError, match="title: is empty"):
        approving.submit(room.one.actor, publication.identifier, at=NOW)


def test_a_version_that_is_not_affected_lies_within_no_affected_span():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    (product,) = record_of(working(publication)).products
    listed = (*product.unaffected_versions, "1.2.5")
    edited(room, publication, products=(replace(product, unaffected_versions=listed),))
    with pytest.raises(NotPossibleError, match=r"products\.0\.unaffected_versions.*'1\.2\.5'"):
        approving.submit(room.one.actor, publication.identifier, at=NOW)
    edited(room, publication, products=(product,))
    approving.submit(room.one.actor, publication.identifier, at=NOW)


def test_what_changed_since_is_shown_and_taken_over_and_texts_stay():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    revision = edited(room, publication, title="My words", weaknesses=(), products=())
    places = {one.place for one in since_composed(room.one.actor, publication.identifier, at=NOW)}
    assert places == {"products pkg:npm/minimist", "weaknesses"}
    after = drafting.recompose(
        room.one.actor, publication.identifier, edits=revision.edits, parts=["products"], at=NOW
    )
    record = record_of(after)
    assert (record.title, record.weaknesses, len(record.products)) == ("My words", (), 1)


def test_parties_read_drafts_once_they_are_shown_to_them_and_no_longer():
    room = make_room(ends_at=day(30))
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    name = publication.identifier
    sharing.share(room.one.actor, name, at=NOW)
    page = publication_page(room.vendor.actor, name, at=NOW)
    assert (page.reads_drafts, page.coordinates, page.revisions[0].audience) == (True, False, ())
    assert revision_record(room.vendor.actor, name, at=NOW).title
    with pytest.raises(NotFoundError):
        publication_page(room.stranger.actor, name, at=NOW)
    sharing.unshare(room.one.actor, name, at=NOW)
    with pytest.raises(NotFoundError):
        publication_page(room.vendor.actor, name, at=NOW)


def test_what_is_out_shows_no_later_draft_to_those_who_read_it():
    room = make_room()
    publication = published(room)
    drafting.revise(room.one.actor, publication.identifier, words="More", at=day(1))
    edited(room, publication, title="A secret")
    page = publication_page(room.stranger.actor, publication.identifier, at=day(1))
    assert [one.number for one in page.revisions] == [1]
    assert (page.case, page.began_by, page.revisions[0].made_by) == ("", "", "")
    assert revision_record(room.stranger.actor, publication.identifier, at=day(1)).revision == 1


def test_a_revision_that_was_dropped_leaves_its_number():
    room = make_room()
    publication = published(room)
    name = publication.identifier
    drafting.revise(room.one.actor, name, words="More", at=day(1))
    approving.drop(room.one.actor, name, reason="no need", at=day(1))
    assert drafting.revise(room.other.actor, name, words="Anew", at=day(2)).number == 2
    approving.submit(room.other.actor, name, at=day(2))
    approving.give_back(room.one.actor, name, reason="too short", at=day(2))
    assert working(publication).returned_because == "too short"
    assert Publication.objects.count() == 1


def test_what_everybody_could_read_is_not_narrowed_again():
    room, operator = make_room(), make_operator()
    publication = published(room)
    drafting.revise(room.one.actor, publication.identifier, words="More", at=day(1))
    for tlp, keys in (("TLP:AMBER", [operator.key]), ("TLP:GREEN", [])):
        with pytest.raises(NotPossibleError, match="nobody can take that back"):
            drafting.address(room.one.actor, publication.identifier, tlp, keys, edits=0, at=day(1))
