"""What is exposed in a browser: readable by all, on every width, and whole without scripts."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from tests.desks.exposure.rooms import Room, sbom
from tests.faces.console.exposure import bank as banks
from tests.faces.console.exposure.bank import KNOWN, PLAIN, UNSURE, Bank
from tests.faces.console.test_browser import LOOKS, check, opened
from tidegate.desks.exposure.models import Exposure, Inventory, RemedySaid

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bank(live_server: Any) -> Bank:
    """Fill the desk behind the live server."""
    return banks.fill()


def addresses(bank: Bank) -> list[tuple[Room, str]]:
    """Return the pages of what is exposed, and who looks at each."""
    own = (
        "/exposure",
        "/exposures",
        f"/exposures/{bank.exposure(KNOWN).key}",
        f"/exposures/{bank.exposure(UNSURE).key}",
        f"/exposures/{bank.exposure(PLAIN, bank.hmi).key}",
        "/assets",
        "/assets/new",
        "/assets/sheet",
        f"/assets/{bank.web.key}",
        f"/assets/{bank.hmi.key}",
        f"/assets/{bank.bare.key}",
        f"/assets/{bank.hmi.key}/installed",
        f"/assets/{bank.hmi.key}/unplaced",
        "/inventories",
        f"/inventories/{Inventory.objects.get(asset=bank.hmi).key}",
        f"/vulnerabilities/{KNOWN}",
    )
    return [
        *((bank.own, address) for address in own),
        (bank.other, "/exposure"),
        (bank.coordinator, "/exposure"),
        (bank.coordinator, "/exposure/counts"),
    ]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_what_is_exposed_can_be_read_by_all_and_fits(
    live_server: Any, bank: Bank, chromium: Browser, theme: Any, width: int
) -> None:
    axe = Axe()
    looks = {
        "color_scheme": theme,
        "viewport": {"width": width, "height": 900},
        "reduced_motion": "reduce",
    }
    for who, group in groupby(addresses(bank), key=itemgetter(0)):
        with opened(chromium, who.person, **looks) as (page, wrong):
            for _, address in group:
                check(axe, page, live_server.url, address, width)
            assert wrong == []


def test_without_scripts_an_inventory_is_handed_in_a_date_explained_and_a_remedy_said(
    live_server: Any, bank: Bank, chromium: Browser, tmp_path: Path
) -> None:
    document = tmp_path / "mail.cdx.json"
    document.write_bytes(sbom("pkg:pypi/web@1.0"))
    with opened(chromium, bank.own.person, java_script_enabled=False) as (page, wrong):
        page.goto(f"{live_server.url}/exposure")
        page.get_by_role("link", name="Hand in an inventory").first.click()
        page.get_by_label("Name of the asset").fill("mail-1")
        page.locator("input[type=file]").set_input_files(document)
        page.get_by_role("button", name="Hand it in").click()
        page.get_by_role("link", name="mail-1").first.click()
        page.get_by_role("link", name=KNOWN).click()
        page.get_by_role("link", name="Why this date?").click()
        assert page.url.endswith("#why")
        assert page.get_by_text("Together these are row 1 of BOD 26-04").is_visible()
        page.get_by_label("Mitigated:").check()
        page.locator("#done-at").fill("2026-11-20T12:00")
        page.get_by_label("What exactly, and how it was checked").fill("A rule blocks it.")
        page.locator("#remedies").get_by_role("button", name="Put it on record").click()
        assert page.get_by_text("It is on record what was done.").is_visible()
        made = RemedySaid.objects.get()
        assert made.exposure == Exposure.objects.get(asset__name="mail-1")
        page.get_by_role("button", name="Take back the last one").click()
        made.refresh_from_db()
        assert made.taken_back_at is not None
        assert wrong == []
