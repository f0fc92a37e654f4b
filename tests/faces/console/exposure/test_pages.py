"""The pages of what is exposed: who sees what, what could not be told, what lists hold."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.desks.exposure.rooms import make_asset, make_operator, make_other
from tests.faces.console.exposure.bank import (
    KNOWN,
    LATER,
    PLAIN,
    SECRET_NAME,
    UNSURE,
    Bank,
    browser_of,
)
from tests.faces.console.test_pages import Markup, text
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Inventory
from tidegate.desks.exposure.queries.home import home

pytestmark = pytest.mark.django_db

LISTS = ("/exposure", "/exposures", "/assets")


def pages(bank: Bank) -> list[str]:
    inventory = Inventory.objects.get(asset=bank.hmi)
    return [
        f"/exposures/{bank.exposure(KNOWN).key}",
        f"/exposures/{bank.exposure(KNOWN).key}/triage/log",
        f"/assets/{bank.hmi.key}",
        f"/assets/{bank.hmi.key}/installed",
        f"/assets/{bank.hmi.key}/unplaced",
        f"/inventories/{inventory.key}",
        f"/inventories/{inventory.key}/document",
        f"/exposure?operator={bank.own.key}",
        f"/assets/sheet/save?operator={bank.own.key}",
    ]


def keys(answer: Any) -> set[str]:
    return set(re.findall(r'href="/exposures/(X-[0-9A-Z-]+)"', answer.content.decode()))


# --- who sees what ---


@pytest.mark.parametrize("who", ["own", "member", "provider"])
def test_an_operators_people_and_its_provider_see_all_of_it(bank: Bank, who: str) -> None:
    browser = browser_of(getattr(bank, who))
    for address in pages(bank):
        assert browser.get(address).status_code == 200, address
    for address in LISTS:
        assert "web-shop" in text(browser.get(address)) or address == "/exposure"


@pytest.mark.parametrize("who", ["other", "coordinator"])
def test_nobody_else_sees_anything_of_it(bank: Bank, who: str) -> None:
    browser = browser_of(getattr(bank, who))
    for address in pages(bank):
        answer = browser.get(address)
        assert answer.status_code == 404, address
        assert SECRET_NAME not in answer.content.decode()
    for address in (*LISTS, f"/exposures?operator={bank.own.key}", f"/vulnerabilities/{KNOWN}"):
        body = browser.get(address).content.decode()
        assert SECRET_NAME not in body
        assert "web-shop" not in body
        assert "X-" not in body


def test_coordinators_read_counts_and_nothing_by_name(bank: Bank) -> None:
    answer = browser_of(bank.coordinator).get("/exposure/counts")
    page = text(answer)
    assert "Harbour Savings Bank" in page
    for name in (SECRET_NAME, "web-shop", KNOWN, "Online banking"):
        assert name not in answer.content.decode()
    assert browser_of(bank.own).get("/exposure/counts").status_code == 404


def test_whoever_has_no_operator_is_told_whose_pages_these_are(bank: Bank) -> None:
    vendor = make_other(OrganisationKind.VENDOR)
    assert "No operator’s assets are yours to see" in text(browser_of(vendor).get("/exposure"))


# --- the home ---


def test_each_count_at_home_is_the_length_of_the_list_behind_it(bank: Bank) -> None:
    browser = browser_of(bank.own)
    body = browser.get("/exposure").content.decode()
    counted = re.findall(
        r'href="(/exposures\?[^"]*)"[^>]*><span class="counts__number number">(\d+)</span>', body
    )
    assert len(counted) == 8
    assert any(int(number) for _, number in counted)
    for address, number in counted:
        if "state=to-do" not in address:
            found = keys(browser.get(address.replace("&amp;", "&")))
            assert len(found) == int(number), address


def test_what_could_not_be_told_is_said_and_leads_on(bank: Bank) -> None:
    page = text(browser_of(bank.own).get("/exposure"))
    untold = home(bank.own.actor, at=LATER).untold
    assert untold.unplaced
    assert untold.without_inventory
    assert f"{untold.unplaced} components of which nothing can be said" in page
    assert "1 assets without an inventory" in page
    assert "Never the same as not affected." in page
    assert "PyPI : what is not affected is not known" in page


def test_an_operator_without_anything_is_taught_what_to_do(bank: Bank) -> None:
    for address in ("/exposure", "/exposures", "/assets"):
        page = text(browser_of(bank.other).get(address))
        assert "tidegate inventory push sbom.json --asset web-1" in page


def test_a_provider_chooses_between_its_operators(bank: Bank) -> None:
    second = make_operator("Second Bank")
    from tests.desks.exposure.rooms import delegated

    delegated(second, bank.provider)
    make_asset(second, "lone-asset")
    browser = browser_of(bank.provider)
    both = text(browser.get("/assets"))
    assert "lone-asset" in both
    assert "web-shop" in both
    one = text(browser.get(f"/assets?operator={second.key}"))
    assert "lone-asset" in one
    assert "web-shop" not in one
    assert "as its provider" in one
    assert "a day ends in America/New_York" in text(
        browser.get(f"/exposure?operator={bank.own.key}")
    )


# --- lists ---


def test_no_date_stands_without_whether_it_binds(bank: Bank) -> None:
    body = browser_of(bank.own).get("/exposures").content.decode()
    cells = re.findall(r'<td class="due-cell">(.*?)</td>', body, re.DOTALL)
    assert len(cells) == 4
    assert all("Binding" in cell or "Guidance" in cell for cell in cells)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {KNOWN, UNSURE, PLAIN}),
        ("?in_kev=yes", {KNOWN, UNSURE}),
        ("?in_kev=no", {PLAIN}),
        ("?state=undetermined", {UNSURE}),
        ("?state=late", {KNOWN}),
        ("?due_within=60", {PLAIN}),
        ("?search=core", {UNSURE}),
        ("?state=cleared", set()),
        ("?system=Online+banking", {KNOWN, UNSURE, PLAIN}),
        (f"?vulnerability={PLAIN}", {PLAIN}),
    ],
)
def test_a_list_holds_what_fits(bank: Bank, query: str, names: set[str]) -> None:
    with_rows = browser_of(bank.own).get(f"/exposures{query}").content.decode()
    found = set(re.findall(r'data-row><span class="nowrap"><bdi>(CVE-[\d-]+)</bdi>', with_rows))
    assert found == names


@pytest.mark.parametrize(
    "query",
    ["?state=nonsense", "?due_within=soon", "?due_within=99999", "?in_kev=maybe", "?sort=name"],
)
def test_a_word_that_is_not_known_is_refused_with_the_mend(bank: Bank, query: str) -> None:
    assert browser_of(bank.own).get(f"/exposures{query}").status_code == 400


def test_assets_show_what_cannot_be_told_of_each(bank: Bank) -> None:
    page = text(browser_of(bank.own).get("/assets"))
    assert "cannot be told no inventory" in page
    assert "not told" in page
    assert "retired" not in text(browser_of(bank.own).get("/assets?retired=yes")).split("Run")[0]


def test_an_asset_says_of_each_ecosystem_whether_the_rest_is_known(bank: Bank) -> None:
    page = text(browser_of(bank.own).get(f"/assets/{bank.hmi.key}"))
    assert "not known whether they are affected" in page
    assert "Ecosystem not covered" in page
    assert "pkg:generic/firmware@7" in page
    bare = text(browser_of(bank.own).get(f"/assets/{bank.bare.key}"))
    assert "No inventory yet, so nothing can be said of it." in bare


def test_an_inventory_lists_each_place_that_was_not_understood(bank: Bank) -> None:
    inventory = Inventory.objects.get(asset=bank.hmi)
    page = text(browser_of(bank.own).get(f"/inventories/{inventory.key}"))
    assert inventory.not_understood
    assert inventory.lines.count() == inventory.not_understood
    for line in inventory.lines.all():
        assert line.place in page
        assert line.words in page


def test_what_is_installed_and_what_is_not_told_have_lists_to_their_end(bank: Bank) -> None:
    browser = browser_of(bank.own)
    installed = text(browser.get(f"/assets/{bank.web.key}/installed?search=co"))
    assert "pkg:pypi/core@1.0" in installed
    assert "pkg:pypi/tool@1.0" not in installed
    unplaced = text(browser.get(f"/assets/{bank.hmi.key}/unplaced?reason=ecosystem-not-covered"))
    assert "pkg:generic/firmware@7" in unplaced
    assert "pkg:pypi/nothing" not in unplaced


def test_a_vulnerability_shows_sources_advisories_and_own_exposures_alone(bank: Bank) -> None:
    own = text(browser_of(bank.own).get(f"/vulnerabilities/{KNOWN}"))
    assert "web-shop" in own
    assert f"PYSEC-{KNOWN}" in own
    assert "CISA’s date 2026-12-30" in own
    assert "everything before 2.0 , fixed there" in own
    other = text(browser_of(bank.other).get(f"/vulnerabilities/{KNOWN}"))
    assert f"PYSEC-{KNOWN}" in other
    assert "web-shop" not in other
    assert browser_of(bank.own).get("/vulnerabilities/CVE-1999-9999").status_code == 404


# --- strangers' texts ---


def test_text_of_strangers_stays_text(bank: Bank) -> None:
    hostile = '<b onclick="x()">a\N{RIGHT-TO-LEFT OVERRIDE}b</b>'
    asset = make_asset(bank.own, f"web {hostile}", owner=hostile, system=hostile)
    bank.web.system = hostile
    bank.web.save()
    for address in (*LISTS, f"/assets/{asset.key}", f"/exposures/{bank.exposure(KNOWN).key}"):
        body = browser_of(bank.own).get(address).content.decode()
        assert Markup(body).foreign == [], address
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in re.sub(r'"[^"]*"', "", body), address
