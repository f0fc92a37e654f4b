"""What is approved by somebody else goes out at its time, once, and as it was approved."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.desks.publications.rooms import (
    NOW,
    approve,
    approved,
    day,
    make_room,
    published,
    working,
)
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.exposure.models import Advisory
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Membership
from tidegate.desks.publications.models import Distribution, Fix, Trial
from tidegate.desks.publications.queries.known import tried_fixes_of
from tidegate.desks.publications.queries.records import purpose_of, record_of
from tidegate.desks.publications.services import approving, drafting
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.record import FIX_NAME, record_data

pytestmark = pytest.mark.django_db


def test_what_two_people_stand_behind_goes_out_with_every_document():
    room = make_room()
    publication = published(room)
    revision = publication.revisions.get()
    assert (revision.state, revision.published_at) == ("published", NOW)
    words = set(revision.documents.values_list("format", flat=True))
    assert words >= {"osv", "csaf20", "csaf21", "openvex", "cdx", "bundle"}
    assert (publication.tlp, publication.published_at) == ("TLP:CLEAR", NOW)
    assert Distribution.objects.get().state == "waiting"
    entry = Entry.objects.get(kind="publication-released")
    assert (entry.case, set(entry.said["documents"])) == (room.key, words)
    room.coordination.refresh_from_db()
    assert room.coordination.public_at == NOW
    assert Advisory.objects.get(source="tidegate").identifier == room.key
    assert publish_due(day(1)) == 0


def test_what_is_for_everybody_waits_for_the_end_of_the_embargo_and_goes_out_at_it():
    room = make_room(ends_at=day(30))
    publication = approved(room)
    assert publish_due(day(1)) == publish_due(day(2)) == 0
    assert "under an embargo until" in working(publication).held_because
    assert Entry.objects.filter(kind="publication-held").count() == 1
    assert publish_due(day(30)) == 1
    room.coordination.refresh_from_db()
    assert (room.coordination.embargo, room.coordination.public_at) == ("exited", day(30))


def test_an_early_release_of_the_case_lets_it_out():
    room = make_room(ends_at=day(30))
    approved(room)
    publish_due(day(1))
    room.release_early(day(2))
    assert publish_due(day(2)) == 1


def test_its_time_is_waited_for():
    room = make_room()
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    approving.schedule(room.one.actor, publication.identifier, day(3), at=NOW)
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    assert publish_due(day(2)) == 0
    assert working(publication).held_because == ""
    assert publish_due(day(3)) == 1


def test_what_was_changed_where_it_is_kept_does_not_go_out():
    room = make_room()
    publication = approved(room)
    revision = working(publication)
    said = {**record_data(record_of(revision)), "title": "Something else"}
    content = json.dumps(said).encode()
    revision.record = seal(room.coordination, purpose_of(revision), content, NOW)
    revision.save()
    assert publish_due(NOW) == 0
    assert "not what was approved" in working(publication).held_because


def test_nobody_stands_behind_it_whose_role_has_ended():
    room = make_room()
    publication = approved(room)
    Membership.objects.filter(person=room.other.person).update(role="reader")
    assert publish_due(NOW) == 0
    assert "does not coordinate any more" in working(publication).held_because
    Membership.objects.filter(person=room.other.person).update(role="member")
    assert publish_due(NOW) == 1


def make_trial(room, version, *, why_not="", number=1):
    fix, _ = Fix.objects.get_or_create(
        case=room.case,
        coordination=room.coordination,
        kind="release",
        purl="pkg:npm/minimist",
        version=version,
        defaults={"offered_by": "somebody", "offered_at": NOW},
    )
    receipt = seal(room.coordination, f"trial-receipt:{fix.key}:{number}", b"{}", NOW)
    return Trial.objects.create(
        fix=fix,
        number=number,
        state="done",
        asked_by="somebody",
        asked_at=NOW,
        words=[["applies", "passed"], ["proofs-quiet", "passed"]],
        labels=[] if why_not else ["proof-silenced"],
        why_not=why_not,
        receipt=receipt,
        receipt_sha256=f"{number:064x}",
    )


def test_nothing_is_published_as_fixed_that_a_trial_has_shown_not_to_be():
    room = make_room()
    make_trial(room, "1.2.6")
    publication = approved(room)
    assert record_of(working(publication)).fixes[0].labels == ("proof-silenced",)
    make_trial(room, "1.2.6", why_not="a variant still fires", number=2)
    assert publish_due(NOW) == 0
    assert "last trial" in working(publication).held_because
    revision = drafting.recompose(
        room.one.actor, publication.identifier, edits=working(publication).edits, at=NOW
    )
    record = record_of(revision)
    (product,) = record.products
    (span,) = product.affected
    assert (record.fixes, span.ended, span.is_fixed) == ((), "1.2.5", False)
    assert (product.unaffected_versions, product.unknown_versions) == (("1.2.8",), ("1.2.6",))
    assert [one.kind for one in record.remedies] == ["none_available"]


@pytest.mark.parametrize(
    "change",
    [
        {"purl": "pkg:npm/express"},
        {"name": "express-9.9.9"},
        {"labels": ("proof-silenced", "maintainer-accepted")},
        {"version": "1.2.8"},
        {"is_patch": True},
    ],
)
def test_a_fix_is_published_as_its_trial_says_it_and_not_otherwise(change):
    room = make_room()
    make_trial(room, "1.2.6")
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    record = record_of(working(publication))
    said = record_data(replace(record, fixes=(replace(record.fixes[0], **change),)))
    drafting.edit(room.one.actor, publication.identifier, said, edits=0, at=NOW)
    with pytest.raises(NotPossibleError, match="something else than its trial"):
        approving.submit(room.one.actor, publication.identifier, at=NOW)


@pytest.mark.parametrize("version", ["1:2.0~rc+1", "é" * 300, "../x"])
def test_whatever_a_version_is_called_its_fix_has_a_name_of_a_file(version):
    room = make_room()
    make_trial(room, version)
    (fix,) = tried_fixes_of(room.case)
    assert FIX_NAME.fullmatch(fix.name)


def test_files_of_fixes_go_out_as_they_were_when_it_went_out():
    room = make_room()
    make_trial(room, "1.2.6")
    publication = published(room)
    words = publication.revisions.get().documents.values_list("format", flat=True)
    assert "fix/minimist-1.2.6.receipt.json" in words
