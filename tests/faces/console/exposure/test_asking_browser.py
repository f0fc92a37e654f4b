"""What is asked, in a browser: readable by all, on every width, on paper, and without scripts."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from tests.faces.console.exposure import seeded_directives
from tests.faces.console.exposure.seeded_directives import NOW, World
from tests.faces.console.test_browser import LOOKS, check, opened
from tidegate.desks.exposure.models import ChangeNotice, Fulfilment
from tidegate.desks.parties.models import Person

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROW_9 = "in_kev=yes&publicly_exposed=no&automatable=yes&technical_impact=total"


@pytest.fixture
def world(live_server: Any) -> World:
    """Fill the desk behind the live server."""
    return seeded_directives.fill(NOW)


def addresses(world: World) -> list[tuple[Person, str]]:
    """Return the pages about what is asked, and who looks at each."""
    return [
        *(
            (world.officer, address)
            for address in (
                "/docket",
                "/directives/bod-26-04",
                "/compliance",
                f"/compliance/{world.key('officer')}",
                "/tables",
                f"/tables/cisa-bod-26-04?{ROW_9}&listed_on=2026-11-20",
                "/changes",
                f"/changes/{world.notice.key}",
                f"/organisation/{world.key('officer')}/operating",
            )
        ),
        (world.operator, "/delegations"),
        (world.provider, f"/compliance/{world.key('provider')}"),
        *(
            (world.chief, address)
            for address in (
                "/directives",
                "/feeds",
                "/feed/kev",
                f"/cases/{world.case.key}/changes",
            )
        ),
    ]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_about_what_is_asked_can_be_read_by_all_and_fits(
    live_server: Any, world: World, chromium: Browser, theme: Any, width: int
) -> None:
    axe = Axe()
    looks = {
        "color_scheme": theme,
        "viewport": {"width": width, "height": 900},
        "reduced_motion": "reduce",
    }
    for person, group in groupby(addresses(world), key=itemgetter(0)):
        with opened(chromium, person, **looks) as (page, wrong):
            for _, address in group:
                check(axe, page, live_server.url, address, width)
            if person == world.officer:
                page.context.clear_cookies()
                check(axe, page, live_server.url, "/docket", width)
            assert wrong == []


def test_a_report_on_paper_has_no_form_and_is_light_also_in_the_dark(
    live_server: Any, world: World, chromium: Browser
) -> None:
    with opened(chromium, world.officer) as (page, wrong):
        page.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
        page.goto(f"{live_server.url}/compliance/{world.key('officer')}")
        page.emulate_media(media="print")
        assert page.locator("form:visible, nav:visible, button:visible").count() == 0
        assert page.get_by_text("Run an automated asset discovery").is_visible()
        assert page.get_by_text("approved by M. Castellane, CISO").is_visible()
        ink = page.evaluate("getComputedStyle(document.body).color")
        assert ink == "rgb(12, 33, 43)"
        assert wrong == []


def test_without_scripts_a_duty_is_done_a_table_decides_and_a_notice_is_released(
    live_server: Any, world: World, chromium: Browser
) -> None:
    with opened(chromium, world.officer, java_script_enabled=False) as (page, wrong):
        page.goto(f"{live_server.url}/compliance/{world.key('officer')}")
        report = page.locator(".duty", has_text="Report the inventory of listed devices")
        report.locator("summary", has_text="Record as done").click()
        report.get_by_label("When it was done", exact=True).fill("2026-11-20T12:00")
        report.get_by_label("What was done").fill("Sent by mail")
        report.get_by_role("button", name="Record it").click()
        assert Fulfilment.objects.get(requirement="inventory-report").words == "Sent by mail"
        page.goto(f"{live_server.url}/tables/cisa-bod-26-04")
        for label, value in (
            ("Publicly Exposed", "no"),
            ("In KEV", "yes"),
            ("Automatable", "yes"),
            ("Technical Impact", "total"),
        ):
            page.get_by_label(label, exact=True).select_option(value)
        page.get_by_role("button", name="Decide").click()
        assert page.locator(".answer").inner_text() == "3 days & forensic investigation"
        assert wrong == []
    with opened(chromium, world.chief, java_script_enabled=False) as (page, wrong):
        page.goto(f"{live_server.url}/cases/{world.case.key}/coordination")
        page.get_by_role("link", name="Look whom it concerns").click()
        page.get_by_label("Product that is to be changed").fill("the gate control")
        page.get_by_label("Plan it before", exact=True).fill("2026-12-05T12:00")
        page.get_by_role("button", name="Release to those who are ticked").click()
        made = ChangeNotice.objects.get(product="the gate control")
        assert made.organisation.key == world.key("operator")
        assert wrong == []
