"""Everybody reads what is out for everybody, and nothing else can be reached from there."""

from __future__ import annotations

import hashlib
import json
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
from tidegate.desks.findings.queries.errors import CursorError, FilterError, NotHereError
from tidegate.desks.publications.queries.detail import publication_page, revision_of
from tidegate.desks.publications.queries.differences import between, texts
from tidegate.desks.publications.queries.lists import list_publications
from tidegate.desks.publications.queries.previews import checked, preview
from tidegate.desks.publications.queries.public import (
    list_public,
    public_document,
    public_page,
)
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving, drafting
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.formats_of import WORDS
from tidegate.engines.formats.advisories.record import record_data

pytestmark = pytest.mark.django_db


def restricted(room, operator, *, at=NOW):
    """Publish for one operator."""
    publication = drafting.begin(room.one.actor, room.key, at=at)
    name = publication.identifier
    drafting.address(room.one.actor, name, "TLP:AMBER", [operator.key], edits=0, at=at)
    approving.submit(room.one.actor, name, at=at)
    approve(room, publication, at=at)
    assert publish_due(at) == 1
    return publication


def test_the_list_is_paged_and_searched_and_a_document_is_to_the_byte():
    names = [published(make_room(package=f"package-{n}"), at=day(n)).identifier for n in range(3)]
    names.reverse()
    first = list_public(limit=2, at=day(9))
    assert [one.identifier for one in first.rows] == names[:2]
    second = list_public(limit=2, after=first.next, at=day(9))
    assert ([one.identifier for one in second.rows], second.next) == (names[2:], "")
    assert [one.package for one in list_public(text="package-1", at=day(9)).rows] == ["package-1"]
    page = public_page(names[0].upper(), at=day(9))
    assert page.record.identifier == names[0]
    shown = next(one for one in page.documents if one.word == "osv")
    raw, sha256 = public_document(names[0], "osv", at=day(9))
    assert sha256 == shown.sha256 == hashlib.sha256(raw).hexdigest()
    assert json.loads(raw)["id"] == names[0]
    with pytest.raises(CursorError):
        list_public(after="TG-2026-zzzzzzzz", at=day(9))
    with pytest.raises(FilterError):
        list_public(limit=1000, at=day(9))
    for name, word in ((names[0], "../bundle"), (names[0], "cve"), ("TG-2026-zzzzzzzz", "osv")):
        with pytest.raises(NotFoundError):
            public_document(name, word, at=day(9))


def test_drafts_and_restricted_releases_are_not_there():
    operator = make_operator()
    names = [
        drafting.begin(make_room().one.actor, make_room().key, at=NOW).identifier,
        approved(make_room(ends_at=day(30))).identifier,
        handed_in(make_room()).identifier,
    ]
    publish_due(NOW)
    names = [names[0], names[1], restricted(make_room(), operator).identifier]
    there = {one.identifier for one in list_public(at=day(1)).rows}
    assert not there & set(names)
    for name in names:
        with pytest.raises(NotFoundError):
            public_page(name, at=day(1))
        with pytest.raises(NotFoundError):
            public_document(name, "bundle", at=day(1))


def test_a_restricted_release_is_read_by_those_it_is_for_and_stays_theirs_once_all_is_public():
    room, operator, other = make_room(), make_operator(), make_operator()
    name = restricted(room, operator).identifier
    assert publication_page(operator.actor, name, at=day(1)).tlp == "TLP:AMBER"
    with pytest.raises(NotFoundError):
        publication_page(other.actor, name, at=day(1))
    edits = drafting.revise(room.one.actor, name, words="For all", at=day(1)).edits
    drafting.address(room.one.actor, name, "TLP:CLEAR", edits=edits, at=day(1))
    approving.submit(room.one.actor, name, at=day(1))
    digest = publication_page(room.other.actor, name, at=day(1)).revisions[0].digest
    approving.approve(room.other.actor, name, digest=digest, at=day(1))
    with pytest.raises(NotFoundError):
        publication_page(other.actor, name, at=day(1))
    assert publish_due(day(2)) == 1
    page = publication_page(other.actor, name, at=day(2))
    assert [one.number for one in page.revisions] == [2]
    assert [one.number for one in public_page(name, at=day(2)).history] == [2]
    with pytest.raises(NotHereError):
        revision_of(other.actor, name, 1, at=day(2))


def test_each_format_of_a_draft_is_shown_with_its_faults():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    name = publication.identifier
    for word in WORDS:
        shown = preview(room.one.actor, name, word, at=NOW)
        assert (shown.faults, shown.record_faults, shown.is_out) == ((), (), False), word
        assert bool(shown.text) is (word != "cve")
    said = record_data(replace(record_of(working(publication)), summary="", cve="CVE-2026-1111"))
    drafting.edit(room.one.actor, name, said, edits=0, at=NOW)
    assert checked(room.one.actor, name, at=NOW)[0].startswith("summary: is empty")
    shown = preview(room.one.actor, name, "csaf20", at=NOW)
    assert shown.text
    assert shown.faults == ()
    assert [one.partition(":")[0] for one in shown.record_faults] == ["summary"]
    assert "another CNA" in preview(room.one.actor, name, "cve", at=NOW).note
    with pytest.raises(FilterError):
        preview(room.one.actor, name, "xml", at=NOW)


def test_two_revisions_are_compared_field_by_field_and_as_text():
    room = make_room()
    name = published(room).identifier
    drafting.revise(room.one.actor, name, words="Said better", at=day(1))
    revision = revision_of(room.one.actor, name, at=day(1))
    record = record_of(revision)
    product = replace(record.products[0], vendor="Another vendor")
    said = record_data(replace(record, title="Better", products=(product,)))
    drafting.edit(room.one.actor, name, said, edits=revision.edits, at=day(1))
    found = {one.place: one for one in between(room.one.actor, name, 1, 2, at=day(1))}
    assert found["title"].after == "Better"
    assert found["products pkg:npm/minimist vendor"].after == "Another vendor"
    assert found["revisions"].after
    assert "+" in texts(room.one.actor, name, 1, 2, "osv", at=day(1))
    with pytest.raises(NotHereError):
        between(room.stranger.actor, name, 1, 2, at=day(1))


def test_lists_show_the_state_of_drafts_to_those_who_read_them():
    room = make_room(ends_at=day(30))
    name = approved(room).identifier
    publish_due(NOW)
    (row,) = list_publications(room.reader.actor, state="held", at=NOW)
    assert (row.identifier, row.case, row.state) == (name, room.key, "approved")
    assert list_publications(room.vendor.actor, at=NOW) == ()
    publish_due(day(31))
    (row,) = list_publications(room.stranger.actor, at=day(31))
    assert (row.state, row.case) == ("published", "")
    with pytest.raises(FilterError):
        list_publications(room.one.actor, state="lost", at=NOW)
