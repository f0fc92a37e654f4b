"""What takes two persons, and what is done after access: break-glass, transcripts, certificates."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyrage
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.desks.reviews import making
from tests.desks.reviews.accesses import Access, access
from tests.faces.console.test_pages import text
from tests.faces.signing_in import signed_in
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import (
    Call,
    Certificate,
    Grant,
    Party,
    Report,
    Transcript,
    TwoPersonRequest,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def browser_of(person: Person) -> Client:
    found: Client = signed_in(Client(), person)
    return found


def open_access(now: datetime, **settings: object) -> Access:
    window = (now - timedelta(days=1), now + timedelta(days=10))
    return access(window=window, **settings)  # type: ignore[arg-type]


def wanted(now: datetime) -> dict[str, object]:
    return {
        "purpose": "testing safeguards",
        "endpoints": ["the-model"],
        "operations": ["chat"],
        "calls_a_minute": "10",
        "ends_at": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }


def test_the_glass_is_broken_by_two_and_the_developer_reads_why(now: datetime) -> None:
    there = open_access(now, break_glass=True)
    page = f"/reviews/{there.key}"
    asks = browser_of(there.evaluator.person)
    assert "It cannot wait: break the glass" in text(asks.get(f"{page}/access"))
    form = {**wanted(now), "how": "break-glass"}
    refused = asks.post(f"{page}/grants", form)
    assert refused.status_code == 409
    asks.post(f"{page}/grants", {**form, "reason": "a live exploit"})
    made = Grant.objects.get(break_glass=True)
    assert f"/grants/{made.key}/second" not in asks.get(f"{page}/access").content.decode()
    other = making.named(there.made.row, there.government).person
    seconds = browser_of(other)
    assert "Agree to break the glass" in text(seconds.get(f"{page}/access"))
    seconds.post(f"{page}/grants/{made.key}/second")
    assert Grant.objects.get(pk=made.pk).issued_at is not None
    told = text(browser_of(there.made.developer.person).get(f"{page}/record"))
    assert "Break glass used" in told
    assert "a live exploit" in told


def test_without_it_in_the_terms_nobody_is_offered_to_break_the_glass(now: datetime) -> None:
    there = open_access(now)
    shown = browser_of(there.evaluator.person).get(f"/reviews/{there.key}/access")
    assert "break the glass" not in text(shown)


def test_a_transcript_is_read_once_a_second_person_has_agreed(now: datetime) -> None:
    there = open_access(now, content="both")
    grant = making.grant(
        there.evaluator, begins_at=now, ends_at=now + timedelta(days=1), secret="tg-grant-x"
    )
    call = Call.objects.create(
        engagement=there.made.row,
        grant=grant,
        endpoint=there.endpoint,
        operation="chat",
        address="192.0.2.1",
        began_at=now,
        request_sha256="0" * 64,
        request_bytes=1,
        outcome="complete",
        ended_at=now,
    )
    content = pyrage.encrypt(b"said", [pyrage.x25519.Identity.generate().to_public()])
    Transcript.objects.create(
        call=call, content=content, kept_for=[there.government.key], for_holder=True, kept_at=now
    )
    page = f"/reviews/{there.key}/calls"
    reads = browser_of(there.evaluator.person)
    refused = reads.post(f"{page}/{call.key}/transcript")
    assert refused.status_code == 409
    assert "two persons" in text(refused)
    reads.post(f"{page}/{call.key}/ask", {"reason": "to check a claim"})
    asked = TwoPersonRequest.objects.get()
    assert "Waits for a second person." in text(reads.get(page))
    other = browser_of(making.named(there.made.row, there.government).person)
    assert "Reading a transcript" in text(other.get(f"/reviews/{there.key}/access"))
    other.post(f"/reviews/{there.key}/requests/{asked.key}/second")
    assert reads.post(f"{page}/{call.key}/transcript").content == content


def test_a_partner_asks_for_a_grant_and_reports_what_it_has_found(now: datetime) -> None:
    there = open_access(now)
    dates = (now - timedelta(days=1), now + timedelta(days=9))
    side, _ = making.partnered(there.made, dates=dates, early=True)
    making.agree(there.made, partner=side, kind="partner", document=b"{}")  # type: ignore[arg-type]
    making.agree(there.made, making.terms_of(there.made, side), partner=side)
    uses = making.named(there.made.row, side).person
    browser, page = browser_of(uses), f"/reviews/{there.key}"
    form = {**wanted(now), "endpoints": [], "endpoint_names": "the-model"}
    answer = browser.post(f"{page}/grants", form)
    assert answer.headers["Location"] == f"{page}/access?done=grant-asked", text(answer)[:900]
    assert Grant.objects.get(named__person=uses).endpoints == ["the-model"]
    document = b'{"id": "x"}\n'
    answer = browser.post(
        f"{page}/reports", {"document": SimpleUploadedFile("found.jsonl", document)}
    )
    assert answer.headers["Location"] == f"{page}?done=reported", text(answer)[:900]
    assert Report.objects.get().person == uses


def test_a_party_certifies_after_a_withdrawal(now: datetime) -> None:
    there = open_access(now)
    developer = browser_of(there.made.developer.person)
    page = f"/reviews/{there.key}"
    developer.post(f"{page}/withdraw")
    lead = browser_of(there.government.person)
    body = lead.get(page).content.decode()
    organisation = re.search(r'name="organisation" value="([^"]+)"', body)
    assert organisation is not None
    form = {"organisation": organisation[1], "what": "all notes, by shredding"}
    refused = lead.post(f"{page}/certificates", form)
    assert refused.status_code == 422
    assert "all notes, by shredding" in refused.content.decode()
    when = f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    lead.post(f"{page}/certificates", {**form, "destroyed_at": when})
    assert Certificate.objects.get().what == "all notes, by shredding"
    assert "all notes, by shredding" in text(developer.get(page))
    assert Entry.objects.filter(kind="destruction-certified").exists()


def test_a_grant_whose_terms_ask_for_proofs_asks_for_a_public_key(now: datetime) -> None:
    there = open_access(now, proven_calls=True)
    grant = there.issued(at=now, begins_at=now, ends_at=now + timedelta(days=1))
    told = browser_of(there.evaluator.person).get(f"/reviews/grants/{grant.key}")
    assert "Your public key, a JWK" in text(told)


def test_a_party_is_not_told_twice_of_itself(now: datetime) -> None:
    """One organisation that reviews and determines is shown with both of its parts."""
    there = open_access(now)
    making.join(there.made.row, there.government, Party.Part.DETERMINING, at=now)
    body = browser_of(there.government.person).get(f"/reviews/{there.key}/people")
    idents = re.findall(r' id="([^"]+)"', body.content.decode())
    assert len(idents) == len(set(idents))
