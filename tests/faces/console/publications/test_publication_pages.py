"""The pages of a publication: written by one, approved by another, and shown as it is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.desks.publications.rooms import NOW, day, make_operator, make_room, published, working
from tests.faces.console.exposure.browsing import local, page_at, said_at
from tests.faces.console.publications.desk import HOSTILE, Desk, change
from tests.faces.console.publications.forms import form_at, send
from tests.faces.console.test_pages import Markup, text
from tests.faces.signing_in import signed_in
from tidegate.desks.publications.models import CveId, Publication, Revision
from tidegate.desks.publications.services import sharing
from tidegate.engines.formats.advisories.formats_of import WORDS
from tidegate.engines.formats.advisories.record import CreditKind, Record, RemedyKind
from tidegate.faces.console import publication_words as words

pytestmark = pytest.mark.django_db


def at(publication: Publication, rest: str = "") -> str:
    return f"/publications/{publication.identifier}{rest}"


def edit(desk: Desk, who: Any, form: dict[str, Any], *, status: int = 302) -> Any:
    return send(who.person, at(desk.draft, "/edit"), form, status=status)


def edit_form(desk: Desk) -> dict[str, Any]:
    address = at(desk.draft, "/edit")
    return form_at(desk.one.person, address, address)


def record_of(publication: Publication) -> Record:
    from tidegate.desks.publications.queries.records import record_of as opened

    return opened(working(publication))


def test_every_word_that_a_page_says_is_known():
    assert tuple(words.FORMATS) == tuple(WORDS)
    assert set(words.REMEDIES) == set(RemedyKind)
    assert set(words.CREDITS) == set(CreditKind)
    assert set(words.FIELDS) == set(Record.__dataclass_fields__) - {"identifier"}
    assert set(words.CVE_STATES) == set(CveId.State.values)


# --- who reads what ---


def test_a_draft_is_for_coordinators_until_it_is_shown_to_the_parties(desk: Desk):
    vendor = desk.room.vendor
    said_at(vendor.person, at(desk.draft), status=404)
    assert desk.draft.identifier not in said_at(vendor.person, "/publications")
    assert desk.draft.identifier not in said_at(
        vendor.person, f"/cases/{desk.room.key}/publication"
    )
    send(desk.one.person, at(desk.draft, "/share"), {})
    said = said_at(vendor.person, at(desk.draft))
    assert "This is a draft" in said
    assert "Hand it in" not in said
    assert desk.draft.identifier in said_at(vendor.person, f"/cases/{desk.room.key}/publication")
    said_at(vendor.person, at(desk.draft, "/edit"), status=404)
    send(desk.one.person, at(desk.draft, "/unshare"), {})
    said_at(vendor.person, at(desk.draft), status=404)


def test_whoever_only_reads_what_is_out_is_told_nothing_of_who_writes_what(desk: Desk):
    said = said_at(desk.room.stranger.person, at(desk.published))
    assert "What it says" in said
    for hidden in ("Revision 2", "somebody 7", "Waits for approval", desk.out.key, "digest of"):
        assert hidden not in said.replace(desk.room.stranger.person.name, "")
    for rest in ("/edit", "/approve"):
        said_at(desk.room.stranger.person, at(desk.published, rest), status=404)


@pytest.mark.parametrize("who", ["vendor", "stranger", "reader"])
def test_nobody_but_those_who_coordinate_changes_anything(desk: Desk, who: str):
    sharing.share(desk.one.actor, desk.draft.identifier, at=NOW)
    person = getattr(desk.room, who).person
    for rest in (
        "edit",
        "recompose",
        "submit",
        "give-back",
        "approve",
        "call-back",
        "drop",
        "schedule",
        "address",
        "share",
        "unshare",
        "revise",
        "withdraw",
    ):
        form = {"edits": "0", "reason": "a", "words": "a", "part": "cve", "tlp": "TLP:CLEAR"}
        send(person, at(desk.draft, f"/{rest}"), form, status=404)
    for rest in ("publication/begin", "cve/reserve", "cve/assign", "cve/back"):
        form = {"number": "CVE-2026-99999", "cna": "a"}
        answer = signed_in(Client(), person).post(f"/cases/{desk.room.key}/{rest}", form)
        # Without an account nobody can reserve one; that says nothing of the case.
        assert answer.status_code in ((404, 409) if rest == "cve/reserve" else (404,)), rest
    assert working(desk.draft).edits == 0


# --- writing ---


def test_a_form_that_nobody_has_changed_keeps_the_record_as_it_is(desk: Desk):
    before = record_of(desk.draft)
    edit(desk, desk.one, edit_form(desk))
    assert record_of(desk.draft) == before


def test_what_is_written_is_kept_and_shown_in_every_format(desk: Desk):
    form = edit_form(desk)
    form |= {"title": "Minimist lets keys through", "credits-1-name": "A. Finder"}
    answer = edit(desk, desk.one, form)
    assert answer["Location"] == at(desk.draft, "/edit?done=edited")
    page = page_at(desk.one.person, at(desk.draft, "/edit"))
    for name in ("OSV 1.7", "CSAF 2.0", "CSAF 2.1", "OpenVEX", "CycloneDX VEX"):
        assert name in page
    assert page.count("Minimist lets keys through") >= 5
    assert record_of(desk.draft).credits[-1].name == "A. Finder"


def test_a_fault_is_said_on_the_page_and_keeps_it_from_being_handed_in(desk: Desk):
    form = edit_form(desk)
    form["description"] = ""
    edit(desk, desk.one, form)
    assert "description: is empty; write it" in said_at(desk.one.person, at(desk.draft, "/edit"))
    page = page_at(desk.one.person, at(desk.draft))
    assert re.search(r"<button[^>]*disabled>Hand it in", page)
    answer = send(desk.one.person, at(desk.draft, "/submit"), {}, status=409)
    assert "cannot be published like this" in text(answer)


def test_all_versions_before_takes_somebody_who_vouches_by_name(desk: Desk):
    form = edit_form(desk)
    form |= {
        "products-1-purl": "pkg:npm/minimist-fork",
        "products-1-name": "minimist-fork",
        "products-1-vendor": "a fork",
        "products-1-spans-0-introduced": "0",
        "products-1-spans-0-ended": "2.0.0",
        "products-1-spans-0-by": "",
    }
    edit(desk, desk.one, form)
    said = said_at(desk.one.person, at(desk.draft, "/edit"))
    assert "says all versions before, and nobody stands behind it" in said


def test_two_who_write_at_once_see_each_other_and_nothing_is_lost(desk: Desk):
    mine, theirs = edit_form(desk), edit_form(desk)
    theirs["title"] = "What they have written"
    edit(desk, desk.approver, theirs)
    mine["title"] = "What I have written"
    answer = edit(desk, desk.one, mine, status=409)
    said, page = text(answer), answer.content.decode()
    assert f"{desk.approver.person.name} was first" in said
    assert "What they have written" in said
    assert 'value="What I have written"' in page
    assert record_of(desk.draft).title == "What they have written"
    # Whoever has read what differs keeps theirs with the form that they were given.
    assert 'name="edits" value="1"' in page
    edit(desk, desk.one, {**mine, "edits": "1"})
    assert record_of(desk.draft).title == "What I have written"


def test_a_version_that_was_not_run_is_refused_with_what_was_written(desk: Desk):
    form = edit_form(desk)
    form["products-0-unaffected_versions"] = "9.9.9"
    form["title"] = "still in the form"
    answer = edit(desk, desk.one, form, status=422)
    assert "was not run here" in text(answer)
    assert 'value="still in the form"' in answer.content.decode()


@pytest.mark.parametrize(
    ("record", "status"), [("{", 422), ('{"title": 1}', 409), ('{"title": "\\ud800"}', 409)]
)
def test_json_that_is_no_record_is_refused_and_stays_in_its_field(desk: Desk, record, status):
    form = {"as": "whole", "edits": "0", "words": "a", "record": record}
    answer = edit(desk, desk.one, form, status=status)
    assert "Nothing was changed" in text(answer)


def test_what_the_desks_know_is_taken_over_part_by_part(desk: Desk):
    form = edit_form(desk)
    form |= {"weaknesses": "CWE-400", "references-0-url": "", "references-0-words": ""}
    edit(desk, desk.one, form)
    said = said_at(desk.one.person, at(desk.draft, "/edit"))
    assert "The desks know more now" in said
    send(desk.one.person, at(desk.draft, "/recompose"), {"edits": "1"}, status=422)
    send(desk.one.person, at(desk.draft, "/recompose"), {"edits": "1", "part": "weaknesses"})
    made = record_of(desk.draft)
    assert made.weaknesses == ("CWE-1321",)
    assert len(made.references) == 1


def test_what_strangers_write_stays_text_and_no_link_leads_anywhere_but_the_web(desk: Desk):
    change(
        desk.room,
        desk.draft,
        NOW,
        title=HOSTILE,
        summary=HOSTILE,
        description=HOSTILE,
        credits=[{"name": HOSTILE, "kind": "finder", "url": "javascript:alert(1)"}],
        references=[
            {"url": "javascript:alert(1)", "words": HOSTILE, "kind": "web"},
            {"url": "data:text/html,<script>alert(1)</script>", "words": "a", "kind": "web"},
        ],
    )
    for rest in ("", "/edit", "/approve", "/documents/osv", "/documents/csaf20"):
        page = page_at(desk.one.person, at(desk.draft, rest))
        assert Markup(page).foreign == [], rest
        assert not re.search(r'href="\s*(javascript|data):', page, re.IGNORECASE), rest


# --- approving ---


def test_what_is_approved_is_what_was_read_and_another_digest_is_refused(desk: Desk):
    address = at(desk.published, "/approve")
    form = form_at(desk.approver.person, address, address)
    digest = working(desk.published).digest
    assert form["digest"] == digest
    said = said_at(desk.approver.person, address)
    assert " ".join(digest[at : at + 8] for at in range(0, 64, 8)) in said
    assert "Keys reach Object.prototype in minimist-lite before 1.2.6." in said
    answer = send(desk.approver.person, address, {"digest": "0" * 64}, status=409)
    assert "is not what you have read" in text(answer)
    send(desk.approver.person, address, {**form, "words": "Read and compared."})
    assert working(desk.published).state == "approved"
    assert "Read and compared." in said_at(desk.one.person, at(desk.published))


def test_whoever_has_written_it_is_not_offered_to_approve_it(desk: Desk):
    person = desk.out.one.person
    page = page_at(person, at(desk.published, "/approve"))
    assert "another coordinator has to approve it" in page
    assert "Approve exactly this" not in page
    form = {"digest": working(desk.published).digest}
    answer = send(person, at(desk.published, "/approve"), form, status=409)
    assert "your own work" in text(answer)


def test_a_time_is_set_and_has_to_be_ahead(desk: Desk):
    form = {"publish_at": local(day(9)), "publish_at_zone": "UTC"}
    send(desk.one.person, at(desk.draft, "/schedule"), form)
    assert working(desk.draft).publish_at == day(9)
    said = said_at(desk.one.person, at(desk.draft))
    assert f"{day(9):%-d %b %Y, %H:%M} UTC" in said
    late = {"publish_at": local(day(-9)), "publish_at_zone": "UTC"}
    send(desk.one.person, at(desk.draft, "/schedule"), late, status=409)
    send(desk.one.person, at(desk.draft, "/schedule"), {"publish_at": "soon"}, status=422)
    send(desk.one.person, at(desk.draft, "/schedule"), {})
    assert working(desk.draft).publish_at is None


def test_an_approval_falls_with_an_edit_and_the_page_says_so_before(desk: Desk):
    revision = working(desk.published)
    send(desk.approver.person, at(desk.published, "/approve"), {"digest": revision.digest})
    address = at(desk.published, "/edit")
    assert "approvals fall" in said_at(desk.one.person, address)
    send(desk.one.person, address, form_at(desk.one.person, address, address))
    assert working(desk.published).state == "draft"
    assert "an approval by" in said_at(desk.one.person, at(desk.published))


@pytest.mark.parametrize("rest", ["give-back", "drop"])
def test_a_reason_is_asked_for_and_kept(desk: Desk, rest: str):
    address = at(desk.published, f"/{rest}")
    send(desk.approver.person, address, {"reason": ""}, status=409)
    send(desk.approver.person, address, {"reason": "The range is missing."})
    said = said_at(desk.one.person, at(desk.published))
    assert ("The range is missing." in said) == (rest == "give-back")


# --- whom it is for ---


def test_under_a_strict_label_it_goes_to_those_who_are_named(desk: Desk):
    bank = make_operator()
    address = at(desk.draft, "/address")
    send(desk.one.person, address, {"tlp": "TLP:AMBER", "edits": "0"}, status=409)
    form = {"tlp": "TLP:AMBER", "edits": "0", "others": bank.organisation.key}
    send(desk.one.person, address, form)
    assert working(desk.draft).audience == [bank.organisation.key]
    assert bank.organisation.name in said_at(desk.one.person, at(desk.draft))
    answer = send(desk.one.person, address, {**form, "edits": "nothing"}, status=422)
    assert "open the page again" in text(answer)


# --- what is out ---


def test_a_correction_and_a_withdrawal_are_revisions_that_somebody_else_approves(desk: Desk):
    room = make_room(package="another")
    done = published(room, at=NOW)
    send(desk.one.person, at(done, "/revise"), {"words": ""}, status=409)
    send(desk.one.person, at(done, "/withdraw"), {"reason": "It was no vulnerability."})
    revision = working(done)
    assert revision.withdraws
    assert revision.state == "draft"
    said = said_at(desk.one.person, at(done))
    assert "Withdrawal" in said
    assert "Withdrawn: It was no vulnerability." in said
    assert Revision.objects.get(publication=done, number=1).state == "published"


def test_a_document_is_shown_and_saved_to_the_byte_as_it_went_out(desk: Desk):
    from tidegate.desks.publications.queries.records import document_of

    out = Revision.objects.get(publication=desk.published, number=1)
    stranger = signed_in(Client(), desk.room.stranger.person)
    for word in ("osv", "csaf20", "csaf21", "openvex", "cdx"):
        saved = stranger.get(at(desk.published, f"/documents/{word}/save?revision=1"))
        assert saved.content == document_of(out, word)
        assert saved["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert stranger.get(at(desk.published, "/documents/osv?revision=2")).status_code == 404
    assert stranger.get(at(desk.published, "/documents/nothing")).status_code == 400


def test_two_revisions_are_compared_in_words_and_as_text(desk: Desk):
    said = said_at(desk.one.person, at(desk.published, "/differences?format=osv"))
    assert "Keys reach Object.prototype in minimist-lite before 1.2.6." in said
    assert "--- revision 1/osv.json" in said
    assert "revision 2: The fixed version is named." in said


def test_the_list_is_narrowed_and_an_empty_one_teaches(desk: Desk):
    person = desk.one.person
    assert desk.draft.identifier in said_at(person, "/publications?state=draft")
    page = page_at(person, "/publications?state=draft")
    assert f'href="{at(desk.published)}" data-row' not in page
    assert desk.published.identifier in said_at(person, "/publications?text=minimist-lite")
    assert "None is like this" in said_at(person, "/publications?state=held")
    said_at(person, "/publications?state=nothing", status=400)
    assert "to be distributed" in said_at(person, "/publications")


# --- CVE identifiers ---


def test_an_identifier_of_a_vendors_cna_is_noted_once(desk: Desk):
    address = f"/cases/{desk.room.key}/cve/assign"
    send(desk.one.person, address, {"number": "CVE-1", "cna": "a"}, status=409)
    send(desk.one.person, address, {"number": "cve-2026-12345", "cna": "github_m"})
    assert "CVE-2026-12345" in said_at(desk.one.person, f"/cases/{desk.room.key}/publication")
    assert "CVE-2026-12345" in said_at(desk.one.person, "/cve")
    said = said_at(desk.one.person, at(desk.draft, "/edit"))
    assert "CVE-2026-12345 was assigned to the case; take over what the desks know" in said
    said_at(desk.room.vendor.person, "/cve", status=404)
    assert "CVE-2026-12345" not in said_at(
        desk.room.vendor.person, f"/cases/{desk.room.key}/publication"
    )


def test_a_case_without_a_publication_offers_to_begin_one(desk: Desk):
    room = make_room(package="third")
    assert "Begin the publication" in said_at(room.one.person, f"/cases/{room.key}/publication")
    assert "Begin the publication" not in said_at(
        room.vendor.person, f"/cases/{room.key}/publication"
    )
    answer = send(room.one.person, f"/cases/{room.key}/publication/begin", {})
    made = Publication.objects.get(case=room.case)
    assert answer["Location"] == at(made, "/edit?done=begun")
    send(room.one.person, f"/cases/{room.key}/publication/begin", {}, status=409)


def test_no_form_is_taken_without_its_token(desk: Desk):
    browser = signed_in(Client(enforce_csrf_checks=True), desk.one.person)
    assert browser.post(at(desk.draft, "/submit")).status_code == 403
    assert working(desk.draft).state == "draft"
