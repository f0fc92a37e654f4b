"""What is done through the pages of what is exposed: said, undone, refused beside the form."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from tests.desks.exposure.rooms import day, sbom
from tests.faces.console.exposure.bank import (
    KNOWN,
    LATER,
    PLAIN,
    SECRET_NAME,
    UNSURE,
    Bank,
    a_file,
    browser_of,
    local,
)
from tests.faces.console.test_pages import text
from tests.faces.signing_in import signed_in
from tidegate.desks.exposure.models import (
    Asset,
    Excepted,
    Exposure,
    Inventory,
    Statement,
    TriageDecision,
    TriageItem,
)

pytestmark = pytest.mark.django_db


def remedy(word: str = "mitigated", **more: Any) -> dict[str, Any]:
    return {"remedy": word, "done_at": local(day(2)), "words": "A rule blocks it.", **more}


def led(answer: Any) -> str:
    assert answer.status_code == 302, text(answer)[:600]
    return str(answer.url)


# --- remedies ---


def test_a_remedy_is_said_and_taken_back(bank: Bank) -> None:
    key = bank.exposure(PLAIN).key
    browser = browser_of(bank.member)
    assert led(browser.post(f"/exposures/{key}/remedy", remedy())) == (
        f"/exposures/{key}?done=remedied"
    )
    assert "Mitigated in time A rule blocks it." in text(browser.get(f"/exposures/{key}"))
    led(browser.post(f"/exposures/{key}/remedy/back"))
    assert Exposure.objects.get(key=key).remedy == "none"


def test_what_is_only_said_looks_unlike_what_is_shown(bank: Bank) -> None:
    key = bank.exposure(PLAIN).key
    browser_of(bank.own).post(f"/exposures/{key}/remedy", remedy("remediated"))
    page = text(browser_of(bank.own).get(f"/exposures/{key}"))
    assert "Said, not shown" in page
    assert "Cleared" not in page


def test_remediating_before_any_evidence_is_recorded_and_warned_of(bank: Bank) -> None:
    key = bank.exposure(KNOWN).key
    answer = browser_of(bank.own).post(f"/exposures/{key}/remedy", remedy("remediated"))
    page = text(browser_of(bank.own).get(led(answer)))
    assert "no evidence was collected before" in page
    assert "The order was the other one." in page


def test_several_are_said_at_once_and_the_filter_stays(bank: Bank) -> None:
    rows = [bank.exposure(PLAIN, bank.web).key, bank.exposure(UNSURE).key]
    form = remedy(key=rows, which="ticked", query="search=web-shop&state=to-do")
    answer = browser_of(bank.own).post("/exposures/remedy", form)
    assert led(answer) == "/exposures?search=web-shop&state=to-do&done=remedied"
    assert Exposure.objects.filter(remedy="mitigated").count() == 2


def test_all_of_a_page_can_be_meant_without_ticking(bank: Bank) -> None:
    shown = [bank.exposure(PLAIN, bank.web).key, bank.exposure(UNSURE).key]
    led(browser_of(bank.own).post("/exposures/remedy", remedy(shown=shown, which="page")))
    assert Exposure.objects.filter(remedy="mitigated").count() == 2


def test_what_is_refused_comes_back_with_what_was_written(bank: Bank) -> None:
    browser = browser_of(bank.own)
    key = bank.exposure(PLAIN, bank.web).key
    late = browser.post(
        "/exposures/remedy",
        remedy(key=[key], which="ticked", query="search=web-shop", done_at=local(day(9))),
    )
    assert late.status_code == 409
    body = late.content.decode()
    assert "Nothing was changed." in body
    assert "A rule blocks it." in body
    assert 'value="web-shop"' in body, "the filter stays"
    assert f'value="{key}" form="say"' in body
    assert " checked" in body
    nothing = browser.post("/exposures/remedy", remedy(which="ticked"))
    assert nothing.status_code == 422
    assert Exposure.objects.filter(remedy="none").count() == 4


def test_of_several_of_which_one_is_not_theirs_nothing_is_said(bank: Bank) -> None:
    keys = [bank.exposure(PLAIN, bank.web).key, "X-00000-00000"]
    assert browser_of(bank.own).post("/exposures/remedy", remedy(key=keys)).status_code == 404
    assert not Exposure.objects.exclude(remedy="none").exists()


# --- forensic triage ---


def test_evidence_is_logged_taken_back_and_handed_out(bank: Bank) -> None:
    key = bank.exposure(KNOWN).key
    browser = browser_of(bank.member)
    form = {
        "item": "memory image",
        "system": "web-01",
        "collected_at": local(day(2)),
        "collector": "Ines Okoro",
        "sha256": "a" * 64,
    }
    for item in ("memory image", "=cmd()"):
        led(browser.post(f"/exposures/{key}/triage", {**form, "item": item}))
    led(browser.post(f"/exposures/{key}/triage/2/back"))
    assert TriageItem.objects.get(item="=cmd()").taken_back_at is not None
    answer = browser.get(f"/exposures/{key}/triage/log")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert [row[1] for row in rows[1:]] == ["memory image", "'=cmd()"]
    assert answer["Content-Disposition"] == f'attachment; filename="triage-{key}.csv"'
    wrong = browser.post(f"/exposures/{key}/triage", {**form, "sha256": "abc"})
    assert (wrong.status_code, "Ines Okoro" in wrong.content.decode()) == (409, True)


def test_triage_is_decided_and_a_confirmed_compromise_is_to_be_reported(bank: Bank) -> None:
    key = bank.exposure(KNOWN).key
    browser = browser_of(bank.own)
    form = {"outcome": "confirmed", "words": "A web shell.", "decided_at": local(day(2))}
    led(browser.post(f"/exposures/{key}/triage/decide", form))
    assert "Confirmed to be reported A web shell." in text(browser.get(f"/exposures/{key}"))
    reported = {**form, "reported_at": local(day(2.5))}
    led(browser.post(f"/exposures/{key}/triage/decide", reported))
    assert "to be reported" not in text(browser.get(f"/exposures/{key}"))
    assert TriageDecision.objects.count() == 2


# --- exceptions ---


def test_administrators_make_and_end_exceptions_and_others_do_not(bank: Bank) -> None:
    key = bank.exposure(KNOWN).key
    form = {"reason": "It is switched off.", "approver": "R. Castellane", "until": local(day(30))}
    for who in (bank.member, bank.provider):
        assert browser_of(who).post(f"/exposures/{key}/exceptions", form).status_code == 404
        assert "Make an exception" not in text(browser_of(who).get(f"/exposures/{key}"))
    browser = browser_of(bank.own)
    led(browser.post(f"/exposures/{key}/exceptions", form))
    page = text(browser.get(f"/exposures/{key}"))
    assert "R. Castellane answers for it" in page
    assert "Excepted" in page
    made = Excepted.objects.get()
    led(browser.post(f"/exposures/{key}/exceptions/{made.key}/end"))
    assert "ended early" in text(browser.get(f"/exposures/{key}"))


# --- VEX ---


def vex(status: str = "not_affected") -> bytes:
    return json.dumps(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": "https://example.org/vex/1",
            "author": "Example Vendor",
            "timestamp": "2026-12-11T00:00:00Z",
            "version": 1,
            "statements": [
                {
                    "vulnerability": {"name": PLAIN},
                    "products": [{"@id": "pkg:pypi/tool@1.0"}],
                    "status": status,
                    "justification": "vulnerable_code_not_in_execute_path",
                }
            ],
        }
    ).encode()


def test_vex_annotates_hides_nothing_and_can_be_ended(bank: Bank) -> None:
    key = bank.exposure(PLAIN, bank.web).key
    browser = browser_of(bank.member)
    answer = browser.post(f"/exposures/{key}/vex", {"document": a_file("a.json", vex())})
    assert led(answer).endswith("done=vex")
    page = text(browser.get(f"/exposures/{key}"))
    assert "VEX: not affected" in page
    assert "Example Vendor" in page
    assert key in browser.get("/exposures").content.decode(), "it stays in the list"
    made = Statement.objects.get()
    led(browser.post(f"/exposures/{key}/vex/{made.key}/end"))
    assert Exposure.objects.get(key=key).vex == ""
    wrong = browser.post(f"/exposures/{key}/vex", {"document": a_file("a.json", b"{}")})
    assert wrong.status_code == 409


# --- assets ---


def test_an_asset_is_added_changed_retired_and_brought_back(bank: Bank) -> None:
    browser = browser_of(bank.member)
    form = {
        "organisation": bank.own.key,
        "name": "mail-1",
        "exposed": "yes",
        "tags": "Mail; pci",
        "operational_technology": "yes",
    }
    where = led(browser.post("/assets/new", form))
    asset = Asset.objects.get(name="mail-1")
    assert where == f"/assets/{asset.key}?done=added"
    assert {tag.word for tag in asset.tags.all()} == {"mail", "pci"}
    changed = {"name": "mail-2", "exposed": "no", "scope": "other", "tags": "pci, smtp"}
    led(browser.post(f"/assets/{asset.key}/change", changed))
    asset.refresh_from_db()
    assert (asset.name, asset.exposed, asset.is_operational_technology) == ("mail-2", "no", False)
    assert {tag.word for tag in asset.tags.all()} == {"pci", "smtp"}
    led(browser.post(f"/assets/{asset.key}/retire"))
    assert "It is run no more." in text(browser.get(f"/assets/{asset.key}"))
    led(browser.post(f"/assets/{asset.key}/back"))
    asset.refresh_from_db()
    assert asset.retired_at is None
    again = browser.post("/assets/new", {**form, "name": "web-shop"})
    assert (again.status_code, 'value="web-shop"' in again.content.decode()) == (409, True)


def test_several_assets_are_changed_at_once_and_what_is_left_stays(bank: Bank) -> None:
    browser = browser_of(bank.own)
    keys = [bank.web.key, bank.bare.key]
    form = {
        "key": keys,
        "which": "ticked",
        "exposed": "no",
        "add_tags": "dmz",
        "query": "sort=name",
    }
    assert led(browser.post("/assets/change", form)) == "/assets?sort=name&done=changed"
    for asset in Asset.objects.filter(key__in=keys):
        assert asset.exposed == "no"
        assert "dmz" in {tag.word for tag in asset.tags.all()}
    assert Asset.objects.get(key=bank.web.key).owner == "Channels"
    nothing = browser.post("/assets/change", {"key": keys, "which": "ticked"})
    assert nothing.status_code == 422
    led(browser.post("/assets/retire", {"key": keys, "which": "ticked"}))
    assert Asset.objects.filter(retired_at=None).get().name == SECRET_NAME


def test_a_sheet_is_tried_taken_in_and_handed_out(bank: Bank) -> None:
    browser = browser_of(bank.own)
    sheet = b"name,exposed,tags\nmail-1,yes,pci\nweb-shop,no,\n"
    form = {"organisation": bank.own.key, "sheet": a_file("a.csv", sheet)}
    tried = browser.post("/assets/sheet", {**form, "how": "try"})
    assert "It would add 1, change 1" in text(tried)
    assert not Asset.objects.filter(name="mail-1").exists()
    form["sheet"] = a_file("a.csv", sheet)
    led(browser.post("/assets/sheet", form))
    out = browser.get("/assets/sheet/save")
    assert b"mail-1" in out.content
    assert out["Content-Disposition"].startswith("attachment")


def test_a_sheet_with_a_fault_changes_nothing_and_says_where(bank: Bank) -> None:
    sheet = a_file("a.csv", b"name,exposed\nmail-1,yes\nmail-2,perhaps\n")
    form = {"organisation": bank.own.key, "sheet": sheet}
    answer = browser_of(bank.own).post("/assets/sheet", form)
    assert answer.status_code == 422
    page = text(answer)
    assert "Nothing was changed." in page
    assert "3 exposed" in page
    assert not Asset.objects.filter(name="mail-1").exists()


# --- inventories ---


def test_an_inventory_makes_its_asset_and_leads_to_what_was_not_understood(bank: Bank) -> None:
    browser = browser_of(bank.member)
    raw = sbom("pkg:pypi/web@1.0", "pkg:pypi/nothing")
    form = {"organisation": bank.own.key, "asset": "mail-1", "document": a_file("m.json", raw)}
    where = led(browser.post("/inventories", form))
    made = Inventory.objects.get(asset__name="mail-1")
    assert where == f"/inventories/{made.key}?done=handed-in"
    page = text(browser.get(where))
    assert "pkg:pypi/nothing" in page
    saved = browser.get(f"/inventories/{made.key}/document")
    assert saved.content == raw
    assert saved["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_an_inventory_is_taken_back_and_the_one_before_counts_again(bank: Bank) -> None:
    browser = browser_of(bank.own)
    newer = sbom("pkg:pypi/web@2.0")
    where = led(
        browser.post(f"/assets/{bank.web.key}/inventories", {"document": a_file("n.json", newer)})
    )
    key = where.split("/")[2].partition("?")[0]
    assert Exposure.objects.filter(asset=bank.web, cleared_at=None).count() == 0
    led(browser.post(f"/inventories/{key}/back"))
    assert Exposure.objects.filter(asset=bank.web, cleared_at=None).count() == 3
    assert "It does not count any more." in text(browser.get(f"/inventories/{key}"))
    again = browser.post(f"/inventories/{key}/back")
    assert again.status_code == 409


def test_a_document_that_is_none_is_refused_with_the_mend(bank: Bank) -> None:
    form = {"organisation": bank.own.key, "asset": "mail-1", "document": a_file("m.zip", b"PK\3\4")}
    answer = browser_of(bank.own).post("/inventories", form)
    assert answer.status_code == 409
    assert "unpack it and hand in the files" in text(answer)
    assert 'value="mail-1"' in answer.content.decode()
    missing = browser_of(bank.own).post("/inventories", {"asset": "mail-1"})
    assert (missing.status_code, "choose a file" in text(missing)) == (422, True)


# --- what holds for all of them ---


@pytest.mark.parametrize("who", ["other", "coordinator"])
def test_nobody_else_changes_anything(bank: Bank, who: str) -> None:
    browser = browser_of(getattr(bank, who))
    exposure, asset = bank.exposure(KNOWN).key, bank.web.key
    inventory = Inventory.objects.get(asset=bank.web).key
    for address, form in (
        (f"/exposures/{exposure}/remedy", remedy()),
        (f"/exposures/{exposure}/vex", {"document": a_file("a.json", vex())}),
        (f"/assets/{asset}/change", {"name": "mine"}),
        (f"/assets/{asset}/retire", {}),
        ("/assets/retire", {"key": [asset], "which": "ticked"}),
        (f"/inventories/{inventory}/back", {}),
        ("/assets/new", {"organisation": bank.own.key, "name": "mine"}),
        (
            "/inventories",
            {"organisation": bank.own.key, "asset": "mine", "document": a_file("a", sbom())},
        ),
    ):
        assert browser.post(address, form).status_code == 404, address
    assert Asset.objects.filter(retired_at=None).count() == 3


def test_a_form_without_its_token_is_refused(bank: Bank) -> None:
    client = signed_in(Client(enforce_csrf_checks=True), bank.own.person)
    answer = client.post(f"/assets/{bank.web.key}/retire")
    assert answer.status_code == 403
    assert Asset.objects.get(key=bank.web.key).retired_at is None


def test_the_clock_of_the_pages_is_the_one_of_the_desk(bank: Bank) -> None:
    browser_of(bank.own).post(f"/exposures/{bank.exposure(PLAIN).key}/remedy", remedy())
    assert bank.exposure(PLAIN).remedies.get().at == LATER
