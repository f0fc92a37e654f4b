"""What the world and operators see in a browser: readable by all, on every width, at home."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from unittest.mock import patch

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser
from pyrage import x25519

from tests.faces.console.publications import outside as outsides
from tests.faces.console.publications.outside import LATER, Outside
from tests.faces.console.test_browser import LOOKS, check, opened, violations
from tidegate.desks.parties.models import Person
from tidegate.desks.publications.models import UpdateRecipient

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def at_its_time() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=LATER):
        yield


@pytest.fixture
def out(live_server: Any) -> Outside:
    """Fill the desk behind the live server."""
    return outsides.fill()


def addresses(out: Outside) -> list[tuple[Person | None, str]]:
    """Return the pages, and who looks at each; nobody for None."""
    advisory = f"/advisories/{out.main.identifier}"
    adoption = f"/publications/{out.main.identifier}/adoption"
    coordinator, bank, other = (one.person for one in (out.room.one, out.bank, out.other))
    return [
        (None, "/advisories/"),
        (None, "/advisories/?text=nothing-like-it"),
        (None, advisory),
        (None, f"/advisories/{out.withdrawn.identifier}"),
        (coordinator, adoption),
        (coordinator, f"{adoption}?by=sector"),
        (coordinator, f"/publications/{out.green.identifier}/adoption"),
        (coordinator, "/funnel"),
        (bank, "/advisories/"),
        (bank, advisory),
        (bank, adoption),
        (bank, "/published"),
        (bank, f"/organisation/{out.bank.key}/keys"),
        (other, "/published"),
        (other, adoption),
    ]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_can_be_read_by_all_and_fits(
    live_server: Any, out: Outside, chromium: Browser, theme: Any, width: int
) -> None:
    axe = Axe()
    looks = {
        "color_scheme": theme,
        "viewport": {"width": width, "height": 900},
        "reduced_motion": "reduce",
    }
    for who, group in groupby(addresses(out), key=lambda one: one[0]):
        with opened(chromium, who, **looks) as (page, wrong):
            if who is None:
                page.context.clear_cookies()
            for _, address in group:
                check(axe, page, live_server.url, address, width)
            assert wrong == []


def test_without_scripts_a_stranger_finds_an_advisory_and_its_document(
    live_server: Any, out: Outside, chromium: Browser
) -> None:
    with opened(chromium, java_script_enabled=False) as (page, wrong):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/advisories/")
        page.get_by_label("Search").fill("minimist")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=out.main.title).click()
        assert page.get_by_role("heading", name="What to do").is_visible()
        page.get_by_role("link", name=f"{out.main.identifier}.osv.json").click()
        assert out.main.identifier in page.locator("body").inner_text()
        assert wrong == []


def test_without_scripts_a_key_is_registered_and_revoked(
    live_server: Any, out: Outside, chromium: Browser
) -> None:
    key = str(x25519.Identity.generate().to_public())
    with opened(chromium, out.bank.person, java_script_enabled=False) as (page, wrong):
        page.goto(f"{live_server.url}/organisation/{out.bank.key}")
        page.get_by_role("link", name="Keys for restricted releases").click()
        page.get_by_label("Public key").fill(key)
        page.get_by_role("button", name="Register it").click()
        assert page.get_by_text("The key is registered.").is_visible()
        page.get_by_text("Revoke", exact=False).first.click()
        page.get_by_label("Why").fill("The machine was replaced.")
        page.get_by_role("button", name="Revoke the key").click()
        assert page.get_by_text("The key is revoked.").is_visible()
        assert wrong == []
    assert UpdateRecipient.objects.get().revoked_at is not None


def test_the_page_of_what_is_not_there_can_be_read_by_all(
    live_server: Any, chromium: Browser
) -> None:
    with opened(chromium, viewport={"width": 360, "height": 700}) as (page, _):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/advisories/TG-2026-aaaaaaaa")
        assert violations(Axe(), page) == []
