"""A publication goes with its case, and what was approved of another case is approved no more."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import make_case, make_finding
from tests.desks.publications.rooms import NOW, approved, day, make_room, published, working
from tidegate.desks.access.actors import HOUSE, OWNER
from tidegate.desks.cases.services.rotating import rotate_case_key
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.signals import case_merged, case_parted
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services.publishing import publish_due

pytestmark = pytest.mark.django_db


def merge(case, into):
    case.merged_into = into
    case.save()
    case_merged.send(Case, case=case, into=into, at=NOW, actor=HOUSE)


def test_a_draft_goes_on_with_the_case_that_its_case_became_part_of():
    room, into = make_room(), make_room()
    publication = approved(room)
    merge(room.case, into.case)
    publication.refresh_from_db()
    assert publication.case == into.case
    revision = working(publication)
    assert revision.record.key.coordination == into.coordination
    assert (revision.state, revision.approvals.filter(fallen_at=None).count()) == ("draft", 0)
    assert room.key in revision.returned_because
    assert record_of(revision).title
    assert publish_due(day(1)) == 0


def test_of_two_drafts_that_of_the_case_that_goes_on_stays():
    room, into = make_room(), make_room()
    gone, stays = approved(room), approved(into)
    merge(room.case, into.case)
    assert gone.revisions.get().state == "dropped"
    assert working(stays).state == "draft"


def test_what_is_out_stays_as_it_is():
    room, into = make_room(), make_room()
    publication = published(room)
    before = publication.revisions.get()
    record = record_of(before)
    merge(room.case, into.case)
    after = publication.revisions.get()
    assert (after.state, after.digest) == ("published", before.digest)
    assert record_of(after) == record


def test_findings_that_leave_the_case_make_it_a_draft_again():
    room = make_room()
    publication = approved(room)
    parted = make_case(make_finding(verdict="reproduced"))
    case_parted.send(Case, case=room.case, parted=parted, at=NOW, actor=HOUSE)
    assert working(publication).state == "draft"


def test_a_case_key_is_rotated_with_the_drafts_that_it_seals():
    room = make_room()
    publication = approved(room)
    assert rotate_case_key(OWNER, room.key, at=NOW).sealed >= 1
    revision = working(publication)
    assert revision.record.key.number == 2
    assert record_of(revision).title
    assert publish_due(NOW) == 1
