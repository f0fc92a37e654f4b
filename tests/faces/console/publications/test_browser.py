"""Fixes and publications in a browser: readable by all, on every width, and without scripts."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from tests.desks.publications.rooms import NOW, working
from tests.faces.console.publications import desk as desks
from tests.faces.console.publications.desk import Desk, change
from tests.faces.console.test_browser import LOOKS, check, opened
from tidegate.desks.parties.models import Person
from tidegate.desks.publications.models import Fix

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def filled_desk(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Fill the desk behind the live server."""
    monkeypatch.setenv("TIDEGATE_PUBLIC_URL", "https://gate.example.org")
    return desks.fill(NOW)


def addresses(desk: Desk) -> list[tuple[Person, str]]:
    """Return the pages, and who looks at each."""
    draft, out = (f"/publications/{one.identifier}" for one in (desk.draft, desk.published))
    return [
        *(
            (desk.one.person, address)
            for address in (
                f"/cases/{desk.room.key}/fixes",
                f"/fixes/{desk.broken.key}",
                f"/fixes/{desk.release.key}",
                f"/cases/{desk.room.key}/publication",
                "/publications",
                "/publications?state=held",
                draft,
                f"{draft}/edit",
                f"{draft}/approve",
                out,
                f"{out}/edit",
                f"{out}/approve",
                f"{out}/differences?format=osv",
                f"{out}/documents/csaf20",
                f"{out}/documents/cve",
                "/cve",
            )
        ),
        (desk.room.vendor.person, f"/fixes/{desk.good.key}"),
        (desk.room.stranger.person, out),
    ]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_fixes_and_publications_can_be_read_by_all_and_fits(
    live_server: Any, filled_desk: Desk, chromium: Browser, theme: Any, width: int
) -> None:
    axe = Axe()
    looks = {
        "color_scheme": theme,
        "viewport": {"width": width, "height": 900},
        "reduced_motion": "reduce",
    }
    for person, group in groupby(addresses(filled_desk), key=itemgetter(0)):
        with opened(chromium, person, **looks) as (page, wrong):
            for _, address in group:
                check(axe, page, live_server.url, address, width)
                # Whoever was not let in would see a page that is readable by all as well.
                assert page.url == f"{live_server.url}{address}"
            assert wrong == []


def test_without_scripts_a_fix_is_offered_a_draft_is_written_and_two_meet(
    live_server: Any, filled_desk: Desk, chromium: Browser
) -> None:
    desk = filled_desk
    with opened(chromium, desk.room.vendor.person, java_script_enabled=False) as (page, wrong):
        page.goto(f"{live_server.url}/cases/{desk.room.key}/fixes")
        page.get_by_label("Version that is said to be fixed").fill("1.2.8")
        page.get_by_role("button", name="Offer it").click()
        assert page.get_by_role("heading", name="Release 1.2.8").is_visible()
        assert Fix.objects.latest("pk").version == "1.2.8"
        assert wrong == []
    axe = Axe()
    with opened(chromium, desk.one.person) as (page, wrong):
        page.goto(f"{live_server.url}/publications/{desk.draft.identifier}/edit")
        page.get_by_label("Title").fill("What I have written")
        change(desk.room, desk.draft, NOW, title="What they have written")
        page.get_by_role("button", name="Keep", exact=True).click()
        assert page.get_by_role("heading", name="was first").is_visible()
        assert page.get_by_text("What they have written").first.is_visible()
        assert page.get_by_label("Title").input_value() == "What I have written"
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [one["id"] for one in found] == []
        page.get_by_role("button", name="Keep mine").click()
        assert page.get_by_text("It is kept.").is_visible()
        assert [said for said in wrong if "409" not in said] == []


def test_without_scripts_another_coordinator_approves_exactly_what_was_read(
    live_server: Any, filled_desk: Desk, chromium: Browser
) -> None:
    desk = filled_desk
    with opened(chromium, desk.approver.person, java_script_enabled=False) as (page, wrong):
        page.goto(f"{live_server.url}/publications/{desk.published.identifier}")
        page.get_by_role("link", name="Read what is approved").click()
        digest = working(desk.published).digest
        assert page.locator(".digest-large code").inner_text().replace(" ", "") == digest
        page.get_by_role("button", name="Approve exactly this").click()
        assert page.get_by_text("It is approved as you have read it.").is_visible()
        assert working(desk.published).state == "approved"
        assert wrong == []
