"""The pages of fixes: who reads what of them, what is offered, and what is said of it."""

from __future__ import annotations

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.desks.publications.rooms import NOW
from tests.desks.publications.trials import DIFF, SECRET
from tests.faces.console.exposure.browsing import page_at, said_at
from tests.faces.console.publications.desk import HOSTILE, Desk
from tests.faces.console.publications.forms import send
from tests.faces.console.test_pages import Markup, text
from tests.faces.signing_in import signed_in
from tidegate.desks.publications.models import Fix
from tidegate.desks.publications.services import fixes

pytestmark = pytest.mark.django_db


def test_a_fix_that_variants_get_through_is_said_not_to_be_publishable_and_why(desk: Desk):
    said = said_at(desk.one.person, f"/fixes/{desk.broken.key}")
    assert "It may not" in said
    assert "2 variants fire on the mended version" in said
    assert "Variants silenced" not in said
    assert "Could not be told its tests need a browser" in said


def test_the_list_shows_the_labels_and_a_ladder_of_each(desk: Desk):
    page = page_at(desk.one.person, f"/cases/{desk.room.key}/fixes")
    assert page.count('class="ladder-lying"') == 3
    assert "4 of 7 rungs passed" in page
    assert "Accepted by the maintainer" in page
    assert "Not to be published" in page
    assert "Waits for a worker" in page


def test_what_a_rung_saw_is_for_those_who_read_every_proof(desk: Desk):
    address = f"/fixes/{desk.good.key}"
    assert SECRET in said_at(desk.one.person, address)
    with_reader = said_at(desk.room.reader.person, address)
    assert SECRET not in with_reader
    assert "Passed" in with_reader
    assert "Save the receipt" not in with_reader


def test_whoever_has_no_part_in_the_case_is_told_that_there_is_nothing(desk: Desk):
    stranger = signed_in(Client(), desk.room.stranger.person)
    key = desk.good.key
    for address in (
        f"/cases/{desk.room.key}/fixes",
        f"/fixes/{key}",
        f"/fixes/{key}/diff",
        f"/fixes/{key}/receipts/1",
    ):
        assert stranger.get(address).status_code == 404, address
    for address in (
        f"/cases/{desk.room.key}/fixes/offer",
        f"/fixes/{key}/trial",
        f"/fixes/{key}/look",
        f"/fixes/{key}/withdraw",
    ):
        send(
            desk.room.stranger.person,
            address,
            {"accepts": "yes", "words": "a", "why": "a"},
            status=404,
        )


def test_a_vendor_offers_a_diff_as_a_file_and_it_waits_to_be_tried(desk: Desk):
    answer = send(
        desk.room.vendor.person,
        f"/cases/{desk.room.key}/fixes/offer",
        {
            "patch": SimpleUploadedFile("fix.diff", DIFF.replace(b"set = 1", b"set = 2")),
            "words": "As we see it.",
        },
    )
    made = Fix.objects.latest("pk")
    assert answer["Location"] == f"/fixes/{made.key}?done=offered"
    said = said_at(desk.room.vendor.person, f"/fixes/{made.key}")
    assert "Waits for a worker" in said
    assert "Nothing yet" in said


def test_a_diff_that_was_written_in_the_form_is_kept_with_the_ends_of_lines_of_a_diff(desk: Desk):
    written = DIFF.replace(b"set = 1", b"set = 3")
    form = {"diff": written.decode().replace("\n", "\r\n")}
    send(desk.room.vendor.person, f"/cases/{desk.room.key}/fixes/offer", form)
    saved = signed_in(Client(), desk.one.person).get(f"/fixes/{Fix.objects.latest('pk').key}/diff")
    assert saved.content == written


@pytest.mark.parametrize(
    ("form", "status", "why"),
    [
        ({}, 422, "give either a diff, or the version of a release"),
        ({"diff": "+a", "release": "1.2.6"}, 422, "not both"),
        ({"diff": "not a diff", "words": "kept in the form"}, 409, "Nothing was changed"),
    ],
)
def test_what_cannot_be_offered_is_said_beside_the_form(desk: Desk, form, status, why):
    address = f"/cases/{desk.room.key}/fixes/offer"
    answer = send(desk.room.vendor.person, address, form, status=status)
    assert why in text(answer)
    assert form.get("words", "") in answer.content.decode()


def test_a_diff_is_a_file_that_no_browser_opens_and_a_receipt_too(desk: Desk):
    browser = signed_in(Client(), desk.one.person)
    for address, name in (
        (f"/fixes/{desk.good.key}/diff", f"{desk.good.key}.diff"),
        (f"/fixes/{desk.good.key}/receipts/1", f"{desk.good.key}.1.receipt.json"),
    ):
        answer = browser.get(address)
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "no-store"


def test_a_look_has_to_say_yes_or_no_and_stands_with_its_words(desk: Desk):
    address = f"/fixes/{desk.broken.key}/look"
    answer = send(desk.room.vendor.person, address, {"words": "hm"}, status=422)
    assert "say whether you accept it" in text(answer)
    send(desk.room.vendor.person, address, {"accepts": "no", "words": "It is too narrow."})
    said = said_at(desk.one.person, f"/fixes/{desk.broken.key}")
    assert "Rejects" in said
    assert "It is too narrow." in said
    assert "for the maintainer" in said


def test_a_fix_is_withdrawn_with_a_reason_and_tried_no_more(desk: Desk):
    address = f"/fixes/{desk.broken.key}"
    send(desk.one.person, f"{address}/withdraw", {"why": ""}, status=409)
    send(desk.one.person, f"{address}/withdraw", {"why": "It is incomplete."})
    assert "It was withdrawn" in said_at(desk.one.person, address)
    assert "1 withdrawn" in said_at(desk.one.person, f"/cases/{desk.room.key}/fixes")
    send(desk.one.person, f"{address}/trial", {}, status=409)


def test_what_strangers_write_in_a_fix_stays_text(desk: Desk):
    patch = DIFF.replace(b"set = 1", f"set = {HOSTILE}".encode())
    made = fixes.offer(desk.room.vendor.actor, desk.room.key, patch=patch, words=HOSTILE, at=NOW)
    page = page_at(desk.one.person, f"/fixes/{made.key}")
    assert Markup(page).foreign == []
    assert "<script>alert" not in page
    assert "\u202e" not in unescape(page)


def test_a_case_leads_to_its_fixes_and_its_publication(desk: Desk):
    for rest in ("", "/coordination"):
        page = page_at(desk.one.person, f"/cases/{desk.room.key}{rest}")
        assert f'href="/cases/{desk.room.key}/fixes"' in page
        assert f'href="/cases/{desk.room.key}/publication"' in page
