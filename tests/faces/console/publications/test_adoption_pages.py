"""How far a fix has come: counts for coordinators, everything of one's own, nothing of few."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from pyrage import x25519

from tests.faces.console.exposure.browsing import browser_of, page_at, said_by
from tests.faces.console.publications import outside as outsides
from tests.faces.console.publications.outside import CVE, LATER, Outside, came, day, exposure
from tidegate.desks.exposure.models import Exposure, Vulnerability
from tidegate.desks.parties.models import Person
from tidegate.desks.publications.models import Adoption, UpdateRecipient
from tidegate.desks.publications.services import adoption_showing
from tidegate.desks.publications.states.adoption import SHOWN_HERE, Stage
from tidegate.faces.console.charts.adoption import Moment, draw_adoption, said_of
from tidegate.faces.console.charts.funnel import draw_share

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def out(django_db_setup: None, django_db_blocker: Any) -> Iterator[Outside]:
    """Fill the desk once; each test takes back what it does."""
    public = {"TIDEGATE_PUBLIC_URL": "https://gate.example.org"}
    with patch.dict(os.environ, public), django_db_blocker.unblock(), transaction.atomic():
        yield outsides.fill()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def at_its_time() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=LATER):
        yield


def told(person: Person, address: str, *, status: int = 200) -> str:
    """Return what a page says, that holds nothing of strangers' making as markup."""
    page_at(person, address, status=status)
    return unescape(said_by(browser_of(person).get(address)))


def of(out: Outside, rest: str = "") -> str:
    return f"/publications/{out.main.identifier}/adoption{rest}"


def test_coordinators_see_counts_in_fives_with_the_day_due_and_no_name(out: Outside) -> None:
    body = page_at(out.room.one.person, of(out))
    said = told(out.room.one.person, of(out))
    assert "25 organisations are known to run it" in said
    assert "These figures are coarse and delayed, on purpose" in said
    assert "Applied and verified are what they say themselves" in said
    assert "rounded down to multiples of 5" in said
    assert "have not answered, which is not ‘not affected’" in said
    assert "due 16 Nov" in body
    assert "Harbour Savings Bank" not in body
    assert "online-banking" not in body
    assert 'class="adoption__due"' in body


def test_the_picture_the_table_and_the_files_hold_the_same(out: Outside) -> None:
    browser = browser_of(out.room.one.person)
    data = browser.get(of(out, ".json?by=sector")).json()
    rows = list(
        csv.DictReader(io.StringIO(browser.get(of(out, ".csv?by=sector")).content.decode()))
    )
    assert sum(len(group["points"]) for group in data["groups"]) == len(rows)
    page = told(out.room.one.person, of(out, "?by=sector"))
    for group in data["groups"]:
        last = group["points"][-1]["reached"]
        row = [one for one in rows if one["group"] == group["name"]][-1]
        here = group["points"][-1]["shown_here"]
        assert {stage: int(row[stage]) for stage in Stage} == last
        assert {stage: int(row[f"{stage}_shown_here"]) for stage in SHOWN_HERE} == here
        numbers = " ".join(str(one) for one in (*(last[stage] for stage in Stage), *here.values()))
        assert f"{group['of']} {numbers} {group['late']} {group['unanswered']}" in page
        assert all(number % data["smallest"] == 0 for number in last.values())
    answer = browser.get(of(out, ".csv"))
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_vendor_of_the_case_sees_the_whole_and_no_groups(out: Outside) -> None:
    vendor = out.room.vendor.person
    assert "By sector" not in told(vendor, of(out))
    assert browser_of(vendor).get(of(out, "?by=sector")).status_code == 404


def test_too_few_to_show_and_nobody_look_alike(out: Outside) -> None:
    address = f"/publications/{out.green.identifier}/adoption"
    before = told(out.room.one.person, address)
    assert "Nothing to show yet" in before
    for _ in range(3):
        one = outsides.an_operator(None, "energy")
        Adoption.objects.create(
            publication=out.green,
            organisation=one.organisation,
            stage=Stage.NOTIFIED,
            reference="a" * 32,
            basis="sent",
            happened_at=day(3),
            recorded_at=day(3),
            said_by="somebody",
        )
    adoption_showing.settle(LATER)
    assert told(out.room.one.person, address) == before


def test_a_receipt_is_shown_as_what_the_client_says(out: Outside) -> None:
    Adoption.objects.create(
        publication=out.main,
        organisation=out.bank.organisation,
        stage=Stage.VERIFIED,
        reference="a" * 32,
        basis="run",
        receipt_sha256="5c" * 32,
        happened_at=day(3),
        recorded_at=day(3),
        said_by="somebody",
    )
    assert f"receipt, not seen here: {'5c' * 32}" in told(out.bank.person, of(out))


def test_an_operator_sees_its_own_assets_and_what_to_do(out: Outside) -> None:
    said = told(out.bank.person, of(out))
    for word in ("online-banking", "branch-kiosks", "late, 16 Nov 2026", "not exposed now"):
        assert word in said, word
    assert "Update minimist to 1.2.6." in said
    assert f"tidegate-operator report --applied {out.main.identifier}" in said
    data = browser_of(out.bank.person).get(of(out, ".json")).json()
    assert (data["unit"], data["groups"][0]["of"]) == ("assets", 3)


def test_an_operator_of_which_nothing_is_known_is_not_told_that_it_is_not_affected(
    out: Outside,
) -> None:
    said = told(out.other.person, of(out))
    assert "That is no word on whether it is" in said
    assert "Nothing published is known to concern you" in told(out.other.person, "/published")


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(out: Outside) -> None:
    vulnerability = Vulnerability.objects.get(name=CVE)
    found = exposure(out.other, vulnerability, '=HYPERLINK("x")')
    came(out.main, out.other, [(Stage.NOTIFIED, 1)], asset=found)
    page = page_at(out.other.person, of(out))
    assert "=HYPERLINK(&quot;x&quot;)" in page
    raw = browser_of(out.other.person).get(of(out, ".csv")).content.decode()
    assert not any(line.startswith("=") for line in raw.splitlines())


def test_what_is_out_of_reach_is_not_there(out: Outside) -> None:
    named = f"/publications/{out.named.identifier}/adoption"
    assert browser_of(out.other.person).get(named).status_code == 404
    assert browser_of(out.other.person).get(f"{named}.csv").status_code == 404
    draft = f"/publications/{out.draft.identifier}/adoption"
    assert browser_of(out.room.one.person).get(draft).status_code == 404
    asked = of(out, f"?operator={out.bank.key}")
    assert browser_of(out.other.person).get(asked).status_code == 404
    assert browser_of(out.room.one.person).get(asked).status_code == 404
    assert browser_of(out.room.one.person).get(of(out, "?by=name")).status_code == 400


def test_what_concerns_an_operator_is_listed_with_what_is_late_first(out: Outside) -> None:
    said = told(out.bank.person, "/published")
    assert said.index(out.main.identifier) < said.index(out.named.identifier)
    assert "3 assets, 2 exposed 1 late" in said
    assert "Next: Update minimist to 1.2.6." in said
    assert "It was sent to you by name." in said
    assert "Not opened yet" in said
    for hidden in (out.green, out.withdrawn, out.draft):
        assert hidden.identifier not in said
    assert browser_of(out.room.one.person).get("/published").status_code == 404


def test_what_is_exposed_again_is_not_shown_as_verified(out: Outside) -> None:
    before = told(out.bank.person, "/published")
    assert "Verified 33 % 1" in before
    Exposure.objects.filter(organisation=out.bank.organisation).update(cleared_at=None)
    assert "Verified 0 % 0" in told(out.bank.person, "/published")


def test_the_funnel_stands_beside_the_number_to_move_with_its_source(out: Outside) -> None:
    said = told(out.room.one.person, "/funnel")
    assert "97 of 1 596 disclosed, as of 22 May 2026" in said
    assert "labs.cloudsecurityalliance.org" in said
    assert "not a measurement of ours" in said
    data = browser_of(out.room.one.person).get("/funnel.json").json()
    assert [one["name"] for one in data["steps"]][-1] == "verified"
    for one in data["steps"][1:]:
        assert f"{one['number']} of {one['of']} {one['unit']}" in said
    assert browser_of(out.bank.person).get("/funnel").status_code == 404


def test_a_key_is_registered_and_revoked_by_who_leads_and_seen_by_coordinators(
    out: Outside,
) -> None:
    browser, address = browser_of(out.bank.person), f"/organisation/{out.bank.key}/keys"
    key = str(x25519.Identity.generate().to_public())
    done = browser.post(f"{address}/register", {"recipient": key, "name": "<b>data centre"})
    assert done.headers["Location"] == f"{address}?done=registered"
    assert key in told(out.bank.person, address)
    seen = told(out.room.one.person, address)
    assert key in seen
    assert "Register it" not in seen
    assert browser_of(out.other.person).get(address).status_code == 404
    refused = browser.post(f"{address}/revoke", {"recipient": key, "reason": ""})
    assert refused.status_code == 409
    assert UpdateRecipient.objects.get(recipient=key).revoked_at is None
    browser.post(f"{address}/revoke", {"recipient": key, "reason": "it was replaced"})
    assert UpdateRecipient.objects.get(recipient=key).revoked_at == LATER
    assert "No key is registered" in told(out.bank.person, address)


def test_a_secret_key_is_refused_and_not_shown_to_anybody_else(out: Outside) -> None:
    address = f"/organisation/{out.bank.key}/keys/register"
    secret = str(x25519.Identity.generate())
    answer = browser_of(out.bank.person).post(address, {"recipient": secret})
    assert answer.status_code == 409
    assert "this is a secret key" in said_by(answer)
    assert secret not in answer.content.decode()


def test_the_navigation_leads_where_somebody_has_something_to_see(out: Outside) -> None:
    coordinator = page_at(out.room.one.person, "/inbox")
    for address in ("/publications", "/advisories/", "/funnel"):
        assert f'href="{address}"' in coordinator
    assert 'href="/published"' not in coordinator
    operator = page_at(out.bank.person, "/inbox")
    for address in ("/published", "/advisories/"):
        assert f'href="{address}"' in operator
    assert 'href="/funnel"' not in operator
    assert 'href="/publications"' not in operator


def test_a_picture_says_what_it_shows_and_no_stage_lies_above_the_one_before() -> None:
    moments = [
        Moment(day(0), dict.fromkeys(Stage, 0), dict.fromkeys(SHOWN_HERE, 0)),
        Moment(
            day(0) + timedelta(days=5),
            {**dict.fromkeys(Stage, 10), Stage.NOTIFIED: 20},
            dict.fromkeys(SHOWN_HERE, 5),
        ),
    ]
    drawn = str(draw_adoption(moments, 20, [date(2026, 12, 1)], unit="organisations"))
    assert "Of 20 organisations, since 2 Nov 2026: 20 notified, 10 seen" in drawn
    assert "10 verified (5 shown by inventories)" in drawn
    assert drawn.count("adoption__line--here") == len(SHOWN_HERE)
    assert "due on 1 Dec 2026" in drawn
    assert drawn.count("<polyline") == len(Stage) + len(SHOWN_HERE)
    assert "due 1 Dec" in drawn
    assert said_of(moments[:1], 0, [], "assets").endswith("0 verified (0 shown by inventories)")
    assert "<svg" in str(draw_adoption(moments[:1], 0, [], unit="assets"))


def test_a_share_of_nothing_is_drawn_as_none_and_a_thousandth_is_seen() -> None:
    assert 'width="0.00%"' in str(draw_share(None, "none"))
    assert 'width="0.60%"' in str(draw_share(0.001, "few"))
    assert 'width="100.00%"' in str(draw_share(2.0, "all"))
