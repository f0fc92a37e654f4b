"""What time brings is put on record, and what is due after access is done: on its day, and once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.reviews.accesses import Access, access, kinds, may_use, said
from tests.desks.reviews.making import NOW, agree, day, engagement, grant, named, partnered
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.jobs.clocks import tick
from tidegate.desks.reviews.models import Agreement, Call, Evidence, Grant, Transcript
from tidegate.desks.reviews.sealing import keep, open_kept
from tidegate.desks.reviews.services import opening, windows, withdrawing
from tidegate.desks.reviews.services.certifying import certify_destruction
from tidegate.engines.sealing import SealError

pytestmark = pytest.mark.django_db

AFTER: dict[str, Any] = {
    "content": Kept.BOTH,
    "transcripts_destroyed_after": timedelta(days=5),
    "certificate_due_after": timedelta(days=10),
}


def transcript(here: Access, of: Grant) -> Transcript:
    call = Call.objects.create(
        engagement=here.made.row,
        grant=of,
        endpoint=here.endpoint,
        operation="chat",
        address="192.0.2.7",
        began_at=NOW,
        request_sha256="0" * 64,
        request_bytes=1,
    )
    return Transcript.objects.create(call=call, content=b"sealed", kept_for=[], kept_at=NOW)


def evidence(here: Access) -> Evidence:
    return Evidence.objects.create(
        engagement=here.made.row,
        kind="document",
        name="system card",
        sha256="0" * 64,
        document=keep(b"the card", "evidence", NOW),
        added_by="somebody",
        added_at=NOW,
    )


def ticked(*moments: datetime) -> list[int]:
    return [tick(at) for at in moments]


def test_where_nothing_is_due_it_is_one_question():
    access()
    tick(NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert tick(NOW) == 0
    assert len(asked) == 1


def test_grants_and_the_window_are_put_on_record_when_they_have_ended():
    here = access()
    short, long = here.taken_up(ends_at=day(2)), here.taken_up(ends_at=day(6))
    asked = here.asked(ends_at=day(3))
    assert ticked(day(2) - timedelta(seconds=1), day(2), day(2)) == [0, 1, 0]
    assert said(here.key, "grant-lapsed")["grant"] == short.key
    assert ticked(day(30), day(31)) == [3, 0]
    assert Grant.objects.get(pk=asked.pk).lapse_noted_at == day(30)
    assert said(here.key, "window-ended")["ended_at"] == "2026-12-21T12:00:00Z"
    assert here.made.now().window_ended_at == day(30)
    assert kinds(here.key).count("grant-lapsed") == 3
    assert not may_use(long, day(30))


def test_what_somebody_has_ended_lapses_no_more():
    here = access()
    here.taken_up()
    withdrawing.withdraw(here.developer, here.key, at=day(1))
    tick(day(9))
    assert "grant-lapsed" not in kinds(here.key)
    assert kinds(here.key).count("window-ended") == 1


def test_transcripts_and_documents_are_destroyed_on_their_day():
    here = access(**AFTER)
    kept, document = transcript(here, here.taken_up()), evidence(here)
    assert document.document is not None
    tick(day(25) - timedelta(seconds=1))
    kept.refresh_from_db()
    assert bytes(kept.content) == b"sealed"
    assert open_kept(document.document) == b"the card"
    assert ticked(day(25), day(26)) == [2, 0]
    kept.refresh_from_db()
    document.document.refresh_from_db()
    assert (bytes(kept.content), kept.destroyed_at) == (b"", day(25))
    with pytest.raises(SealError):
        open_kept(document.document)
    told = [
        {key: entry.said.get(key) for key in ("transcripts", "documents")}
        for entry in Entry.objects.filter(kind="content-destroyed").order_by("index")
    ]
    assert told == [
        {"transcripts": 1, "documents": None},
        {"transcripts": None, "documents": ["0" * 64]},
    ]


def test_after_a_withdrawal_the_days_count_from_there():
    here = access(**AFTER)
    kept = transcript(here, here.taken_up())
    withdrawing.withdraw(here.developer, here.key, at=day(1))
    assert ticked(day(1), day(5.9), day(6)) == [0, 0, 1]
    kept.refresh_from_db()
    assert kept.destroyed_at == day(6)


def test_a_window_that_ends_sooner_makes_all_of_it_due_sooner():
    here = access(**AFTER)
    kept = transcript(here, here.taken_up())
    tick(NOW)
    windows.move_end(here.developer, here.key, day(2), at=day(1))
    tick(day(1))
    tick(day(7))
    kept.refresh_from_db()
    assert kept.destroyed_at == day(7)


def test_a_certificate_is_asked_for_once_and_only_if_there_is_none():
    here, other = access(**AFTER), access(**AFTER)
    certify_destruction(other.lead, other.key, other.government.key, "all", day(21), at=day(21))
    for at in (day(29), day(30), day(30), day(90)):
        tick(at)
    assert kinds(here.key).count("certificate-due") == 1
    assert said(here.key, "certificate-due")["organisation"] == here.government.key
    assert "certificate-due" not in kinds(other.key)


def test_a_certificate_from_before_the_end_is_no_certificate_of_all():
    here = access(**AFTER)
    certify_destruction(here.lead, here.key, here.government.key, "some", day(1), at=day(1))
    tick(day(30))
    assert "certificate-due" in kinds(here.key)


def test_a_partners_days_count_from_the_end_of_its_own_access():
    here = access(**AFTER)
    side, _ = partnered(here.made, dates=(day(20), day(35)))
    agree(here.made, partner=side)
    theirs = grant(
        named(here.made.row, side), begins_at=day(20), ends_at=day(35), secret="of a partner"
    )
    own, other = transcript(here, here.taken_up()), transcript(here, theirs)
    tick(day(26))
    own.refresh_from_db()
    other.refresh_from_db()
    assert own.destroyed_at == day(26)
    assert other.destroyed_at is None
    tick(day(36))
    tick(day(70))
    other.refresh_from_db()
    assert other.destroyed_at == day(70)


def test_a_part_that_has_ended_counts_from_there():
    here = access(**AFTER)
    kept = transcript(here, here.taken_up())
    opening.end_part(here.developer, here.key, here.government.key, "reviewer", at=day(1))
    tick(day(1))
    tick(day(6))
    kept.refresh_from_db()
    assert kept.destroyed_at == day(6)


def test_without_terms_nothing_is_due():
    made = engagement()
    withdrawing.withdraw(made.developer.actor, made.key, at=NOW)
    assert ticked(NOW, day(400)) == [0, 0]
    assert made.now().duties_at is None


def test_terms_that_were_changed_in_the_tables_hold_up_nobody_else():
    here, other = access(**AFTER), access(**AFTER)
    kept = transcript(other, other.taken_up())
    Agreement.objects.filter(pk=here.agreement.pk).update(document=b"{}")
    tick(day(30))
    kept.refresh_from_db()
    assert kept.destroyed_at == day(30)
    assert here.made.now().duties_at == day(30) + timedelta(hours=1)
    assert "window-ended" in kinds(here.key), "what needs no terms is on record"
