"""Compliance: who reads it, what is put on record and taken back, and what it says as a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from tests.faces.console.exposure.browsing import browser_of, local, page_at, said_at, said_by
from tests.faces.console.exposure.seeded_directives import INCIDENT, NOW, World
from tidegate.desks.exposure.models import Excepted, Fulfilment, HappenedToOrganisation

pytestmark = pytest.mark.django_db

DUTY = "bod-26-02/inventory-report"


def of(world: World, who: str, rest: str = "") -> str:
    return f"/compliance/{world.key(who)}{rest}"


def test_it_says_what_is_late_to_do_excepted_and_done_and_whether_it_binds(asked: World) -> None:
    told = said_at(asked.auditor, of(asked, "officer"))
    for words in ("Late", "To do", "Excepted", "Done", "Binding", "Guidance"):
        assert words in told
    assert "approved by M. Castellane, CISO" in told
    assert "federal civilian agencies (FCEB)" in told
    assert "counted whole in America/New_York" in told
    assert "Does not apply" in told


def test_exposures_are_counted_with_their_lists_and_triage_apart(asked: World) -> None:
    body = page_at(asked.engineer, of(asked, "officer"))
    key = asked.key("officer")
    assert f'href="/exposures?operator={key}&amp;state=late"' in body
    assert f'href="/exposures?operator={key}&amp;state=triage"' in body
    summary = said_at(asked.engineer, "/compliance")
    assert "1 exposure late" in summary
    assert "2 still to do" in summary


@pytest.mark.parametrize("who", ["operator", "provider", "finder", "coordinator", "chief"])
def test_nobody_else_reads_it_nor_its_files(asked: World, who: str) -> None:
    browser = browser_of(getattr(asked, who))
    for rest in ("", "/report.csv", "/report.json"):
        answer = browser.get(of(asked, "officer", rest))
        assert answer.status_code == 404
        assert "Harbour Commission" not in answer.content.decode()
    assert "Harbour Commission" not in browser.get("/compliance").content.decode()


def test_a_provider_reads_and_records_for_its_operator_and_excepts_nothing(asked: World) -> None:
    body = page_at(asked.provider, of(asked, "operator"))
    assert "Record as done" in body
    assert "Except it for a while" not in body
    listed = said_at(asked.provider, "/compliance")
    assert "Tidal Grid" in listed
    assert "Lighthouse Services" in listed


def test_a_reader_is_offered_no_form_and_can_send_none(asked: World) -> None:
    body = page_at(asked.auditor, of(asked, "officer"))
    assert f'action="{of(asked, "officer")}' not in body
    form = {"duty": DUTY, "done_at": local(NOW), "words": "so"}
    answer = browser_of(asked.auditor).post(of(asked, "officer", "/done"), form)
    assert answer.status_code == 404
    assert not Fulfilment.objects.filter(requirement="inventory-report").exists()


def test_what_was_done_is_recorded_and_taken_back_and_both_stay_in_sight(asked: World) -> None:
    browser = browser_of(asked.engineer)
    form = {"duty": DUTY, "done_at": local(NOW - timedelta(days=1)), "words": "Sent as sheet 5"}
    answer = browser.post(of(asked, "officer", "/done"), form)
    assert answer.headers["Location"] == f"{of(asked, 'officer')}?done=fulfilled"
    assert "Sent as sheet 5" in said_at(asked.auditor, of(asked, "officer"))
    browser.post(of(asked, "officer", "/done/back"), {"duty": DUTY})
    assert Fulfilment.objects.get(requirement="inventory-report").taken_back_at
    told = said_at(asked.auditor, of(asked, "officer"))
    assert "taken back" in told
    assert "Sent as sheet 5" in told


def test_a_refusal_comes_back_with_what_was_written(asked: World) -> None:
    browser = browser_of(asked.engineer)
    form = {"duty": DUTY, "done_at": local(NOW + timedelta(days=9)), "words": "Long words <i>"}
    answer = browser.post(of(asked, "officer", "/done"), form)
    assert answer.status_code == 409
    assert "Nothing was changed." in said_by(answer)
    body = answer.content.decode()
    assert "Long words &lt;i&gt;</textarea>" in body
    assert body.count('<details class="fold no-print" open>') == 1
    form["done_at"] = "yesterday"
    assert browser.post(of(asked, "officer", "/done"), form).status_code == 422


def test_an_administrator_excepts_a_requirement_by_name_and_ends_that(asked: World) -> None:
    form = {
        "duty": DUTY,
        "approver": "A. Harbourmaster",
        "until": local(NOW + timedelta(days=5)),
        "reason": "The template is new",
    }
    refused = browser_of(asked.engineer).post(of(asked, "officer", "/exceptions"), form)
    assert refused.status_code == 404
    browser = browser_of(asked.officer)
    nameless = browser.post(of(asked, "officer", "/exceptions"), {**form, "approver": " "})
    assert nameless.status_code == 409
    assert "The template is new</textarea>" in nameless.content.decode()
    browser.post(of(asked, "officer", "/exceptions"), form)
    made = Excepted.objects.get(requirement="inventory-report")
    assert "A. Harbourmaster" in said_at(asked.auditor, of(asked, "officer"))
    browser.post(of(asked, "officer", f"/exceptions/{made.key}/end"))
    made.refresh_from_db()
    assert made.ended_at


def test_an_event_starts_a_manufacturers_clocks_and_is_taken_back(asked: World) -> None:
    told = said_at(asked.provider, of(asked, "provider"))
    assert INCIDENT in told
    assert "Early warning of an actively exploited vulnerability" in told
    browser = browser_of(asked.provider)
    form = {
        "event": "cra-article-14/incident-known",
        "name": "Incident 7",
        "happened_at": local(NOW - timedelta(hours=2)),
    }
    browser.post(of(asked, "provider", "/events"), form)
    assert "Incident 7" in said_at(asked.provider, of(asked, "provider"))
    browser.post(of(asked, "provider", "/events/back"), form)
    assert HappenedToOrganisation.objects.get(name="Incident 7").taken_back_at
    answer = browser.post(of(asked, "provider", "/events"), {**form, "event": ""})
    assert answer.status_code == 422


def test_its_files_hold_what_the_page_holds_and_no_formula(asked: World) -> None:
    browser = browser_of(asked.engineer)
    form = {"duty": DUTY, "done_at": local(NOW - timedelta(days=1)), "words": "=1+1"}
    browser.post(of(asked, "officer", "/done"), form)
    sheet = browser.get(of(asked, "officer", "/report.csv"))
    assert "attachment" in sheet.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode())))
    by_key = {row["key"]: row for row in rows}
    assert by_key[DUTY]["note"] == "'=1+1"
    assert by_key["bod-26-04/remediate"]["note"].startswith("1 late, 2 due")
    assert by_key["bod-26-02/decommission"]["approver"] == "M. Castellane, CISO"
    record = json.loads(browser.get(of(asked, "officer", "/report.json")).content)
    assert record["organisation"]["key"] == asked.key("officer")
    assert {one["key"] for one in record["duties"]} <= set(by_key)
    (table,) = (
        one
        for one in record["by_table"]
        if (one["directive"], one["requirement"]) == ("BOD 26-04", "remediate")
    )
    assert (table["late"], table["due"], table["force"]) == (1, 2, "guidance")


def test_whoever_has_nothing_to_do_is_told_where_the_public_part_is(asked: World) -> None:
    person = asked.finder
    person.memberships.all().delete()
    assert "You belong to no organisation of which anything is asked" in said_at(
        person, "/compliance"
    )
