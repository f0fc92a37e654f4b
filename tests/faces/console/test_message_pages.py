"""The messages of a case: whom they reach, how they are read, and files that are never shown."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.desks.cases import rooms
from tests.desks.cases.makers import (
    coordinated,
    coordinator,
    party,
    under_embargo,
)
from tests.faces.console.coordinating import (
    browser_of,
    end_of,
    page_of,
    say,
)
from tests.faces.console.test_pages import text
from tests.faces.signing_in import signed_in
from tidegate.desks.access.words import Label, OrganisationKind
from tidegate.desks.cases.models import (
    Attachment,
    Message,
    ReadReceipt,
)
from tidegate.desks.cases.services import messages
from tidegate.desks.cases.services.attaching import File

pytestmark = pytest.mark.django_db


def test_messages_reach_whom_they_are_for_and_nobody_else() -> None:
    by, one, other = coordinator(), party(), party()
    row = under_embargo(by, one, other, ends_at=end_of())
    browser = browser_of(by)
    for form in (
        {"text": "for everybody", "audience": "all"},
        {"text": "for the one", "audience": "some", "parties": [one.key]},
        {
            "text": "for one person",
            "audience": "some",
            "tlp": "TLP:RED",
            "persons": [other.person.key],
        },
    ):
        assert browser.post(page_of(row, "/messages"), form).status_code == 302
    read = {who.key: text(browser_of(who).get(page_of(row, "/messages"))) for who in (one, other)}
    assert ["for everybody" in read[who.key] for who in (one, other)] == [True, True]
    assert ["for the one" in read[who.key] for who in (one, other)] == [True, False]
    assert ["for one person" in read[who.key] for who in (one, other)] == [False, True]
    assert "Messages 2" in read[one.key]


def test_a_message_is_read_when_it_is_shown_and_its_author_is_told() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor, ends_at=end_of())
    messages.send(by.actor, row.case.key, "please look")
    browser = browser_of(vendor)
    assert "Messages 1 1 new" in text(browser.get(page_of(row)))
    assert not ReadReceipt.objects.exists()
    browser.get(page_of(row, "/messages"), headers={"Sec-Purpose": "prefetch;prerender"})
    assert not ReadReceipt.objects.exists()
    told = text(browser.get(page_of(row, "/messages")))
    assert "Read by" not in told
    assert f"Read by 1 {vendor.person.name}" in text(browser_of(by).get(page_of(row, "/messages")))
    assert "1 new" not in text(browser.get(page_of(row)))


def test_a_sealed_letter_opens_on_the_page_for_whom_it_names() -> None:
    by, vendor = coordinator(), party()
    other = coordinator()
    row = under_embargo(by, vendor, ends_at=end_of())
    messages.send(
        by.actor,
        row.case.key,
        "burn after reading",
        tlp=Label.RED,
        persons=[vendor.person.key],
        files=[File("exploit.py", b"boom")],
    )
    assert "burn after reading" in text(browser_of(vendor).get(page_of(row, "/messages")))
    assert "exploit.py" in text(browser_of(vendor).get(page_of(row, "/messages")))
    assert "burn after" not in text(browser_of(other).get(page_of(row, "/messages")))


REFUSED_MESSAGES: list[tuple[dict[str, Any], int, str]] = [
    ({"text": " "}, 409, "write something"),
    ({"text": "kept words", "tlp": "TLP:CLEAR"}, 409, "is wider"),
    ({"text": "kept words", "audience": "some"}, 409, "name parties or persons"),
    ({"text": "kept words", "tlp": "TLP:RED"}, 409, "for persons and for nobody else"),
    ({"text": "kept words", "tlp": "TLP:PINK"}, 422, "is no label"),
    ({"text": "kept words", "audience": "friends"}, 422, "is no audience"),
    ({"text": "kept words", "audience": "some", "others": "P-0-0"}, 409, "is on no team"),
]


def test_a_message_that_is_refused_is_not_lost() -> None:
    by = coordinator()
    row = coordinated(by)
    browser = browser_of(by)
    for form, status, mend in REFUSED_MESSAGES:
        answer = browser.post(page_of(row, "/messages"), form)
        assert answer.status_code == status, form
        assert mend in text(answer), form
        assert f"{form['text'].strip()}</textarea>" in answer.content.decode(), form
    assert not Message.objects.exists()


def test_an_attachment_is_saved_and_never_shown() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor, ends_at=end_of())
    content = b"<script>alert(document.domain)</script>"
    browser_of(vendor).post(
        page_of(row, "/messages"),
        {"text": "see", "files": SimpleUploadedFile("p\u00e4ge;x.html", content, "text/html")},
    )
    attachment = Attachment.objects.get()
    answer = browser_of(by).get(f"/attachments/{attachment.key}")
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == "attachment; filename*=utf-8''p%C3%A4ge%3Bx.html"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_attachment_of_a_message_to_others_is_not_found() -> None:
    by, vendor, mate = coordinator(), party(), party()
    row = under_embargo(by, vendor, mate, ends_at=end_of())
    messages.send(
        by.actor,
        row.case.key,
        "for the mate",
        parties=[mate.key],
        files=[File("poc.py", b"secret bytes")],
    )
    key = Attachment.objects.get().key
    assert browser_of(mate).get(f"/attachments/{key}").content == b"secret bytes"
    refused = browser_of(vendor).get(f"/attachments/{key}")
    none = browser_of(vendor).get("/attachments/A-00000-00000")
    assert (refused.status_code, none.status_code) == (404, 404)
    assert text(refused).replace(key, "A-00000-00000") == text(none)


def test_a_file_that_is_not_taken_sends_nothing() -> None:
    by = coordinator()
    row = coordinated(by)
    answer = browser_of(by).post(
        page_of(row, "/messages"),
        {"text": "kept words", "files": SimpleUploadedFile("setup.exe", b"MZ")},
    )
    assert answer.status_code == 409
    assert "kept words</textarea>" in answer.content.decode()
    assert "Choose them once more" in text(answer)
    assert not Message.objects.exists()


def test_every_message_is_reached_page_by_page_or_all_at_once() -> None:
    by = rooms.make_person(rooms.make_organisation(OrganisationKind.COORDINATOR))
    row = rooms.make_coordination()
    say(row, 230)
    browser: Client = signed_in(Client(), by)
    address, seen = page_of(row, "/messages"), set[str]()
    while address:
        body = browser.get(address).content.decode()
        seen |= set(re.findall(r'<li class="message[^"]*" id="(M-[0-9A-Z-]+)"', body))
        onward = re.search(r'href="([^"]+)" rel="next"', body)
        address = unescape(onward.group(1)) if onward else ""
    keys = set(Message.objects.values_list("key", flat=True))
    assert seen == keys
    whole = browser.get(page_of(row, "/messages?show=all")).content.decode()
    assert set(re.findall(r'id="(M-[0-9A-Z-]+)"', whole)) == keys
