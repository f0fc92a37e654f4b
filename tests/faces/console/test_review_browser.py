"""Engagements in a browser: readable by all, signed by passkey, live, and whole without scripts."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.desks.parties.makers import PASSWORD
from tests.faces.console import seeded_reviews
from tests.faces.console.seeded_reviews import World, key_of
from tests.faces.console.test_browser import LOOKS, check, opened
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import Agreement, Call, Engagement, Grant, Release, Signature

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(live_server: Any) -> World:
    """Fill the desk behind the live server."""
    return seeded_reviews.fill(timezone.now())


def addresses(world: World) -> list[tuple[Person, str]]:
    """Return the pages of engagements, and who looks at each."""
    main = f"/reviews/{world.main.key}"
    grant = Grant.objects.filter(named__person=world.newcomer, issued_at__isnull=False).latest("pk")
    return [
        *(
            (world.developer, address)
            for address in (
                "/reviews",
                "/reviews/new",
                *(f"{main}{view}" for view in ("", "/terms", "/terms?edit=1", "/people")),
                *(f"{main}{view}" for view in ("/access", "/calls", "/determination")),
                *(f"{main}{view}" for view in ("/partners", "/record")),
            )
        ),
        (world.reviewer, f"/reviews/{world.proposed.key}"),
        (world.reviewer, f"{main}/people"),
        (world.newcomer, f"{main}/access"),
        (world.newcomer, f"/reviews/grants/{grant.key}"),
        (world.official, f"{main}/determination"),
        (world.partner, main),
        (world.coordinator, "/reviews"),
        (world.coordinator, "/figures/"),
    ]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_an_engagement_can_be_read_by_all_and_fits(
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
            assert wrong == []


def test_without_scripts_an_engagement_is_run_from_its_first_day_to_its_last(
    live_server: Any, world: World, chromium: Browser
) -> None:
    with opened(chromium, world.developer, java_script_enabled=False) as (page, wrong):
        page.goto(f"{live_server.url}/reviews")
        page.get_by_role("link", name="Open an engagement").click()
        page.get_by_label("Model", exact=True).fill("Cerulean 1")
        page.get_by_label("Planned release to other trusted partners", exact=True).fill(
            "2027-02-01T12:00"
        )
        page.get_by_role("button", name="Open it as a draft").click()
        made = Engagement.objects.get(model="Cerulean 1")
        assert page.url.endswith(f"/reviews/{made.key}?done=opened")
        page.get_by_role("link", name="People", exact=True).first.click()
        page.get_by_label("Its key").fill(key_of(world.reviewer))
        page.get_by_role("button", name="Ask it").click()
        page.get_by_role("link", name="Terms", exact=True).first.click()
        page.get_by_role("button", name="Put the default terms on the table").click()
        assert page.get_by_text("has not signed").count() == 2
        page.get_by_role("link", name="Overview", exact=True).last.click()
        page.get_by_role("button", name="Propose it to those who are asked").click()
        page.get_by_text("Record a release").click()
        page.get_by_label("the public").check()
        page.get_by_role("button", name="Record it").click()
        assert Release.objects.get(engagement=made).to == "public"
        page.get_by_text("Withdraw", exact=True).click()
        page.get_by_role("button", name="Withdraw now").click()
        assert page.locator(".strip .badge", has_text="Withdrawn").is_visible()
        assert wrong == []


def test_a_reviewer_reads_the_terms_takes_up_a_grant_and_sees_the_secret_once(
    live_server: Any, world: World, chromium: Browser
) -> None:
    grant = Grant.objects.filter(named__person=world.newcomer, issued_at__isnull=False).latest("pk")
    with opened(chromium, world.newcomer, permissions=["clipboard-write", "clipboard-read"]) as (
        page,
        wrong,
    ):
        page.goto(f"{live_server.url}/reviews/grants/{grant.key}")
        page.get_by_role("button", name="I have read this").click()
        page.get_by_role("button", name="Take it up").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        secret = page.locator("[data-secret]").inner_text()
        assert secret.startswith("tg-grant-")
        assert "from openai import OpenAI" in page.locator(".snippet").first.inner_text()
        page.locator("[data-copy=the-secret]").click()
        page.wait_for_selector("[data-copy=the-secret]:has-text('Copied')")
        assert page.evaluate("navigator.clipboard.readText()") == secret
        page.goto(f"{live_server.url}/reviews/grants/{grant.key}")
        assert secret not in page.content()
        assert wrong == []


def test_live_use_is_asked_for_anew_and_the_plug_is_pulled(
    live_server: Any, world: World, chromium: Browser
) -> None:
    with opened(chromium, world.developer) as (page, wrong):
        page.goto(f"{live_server.url}/reviews/{world.main.key}/access")
        running = page.locator(".live__tallies dd").first
        assert running.inner_text() == "1"
        Call.objects.filter(outcome="running").update(outcome="complete")
        page.wait_for_selector(".live__tallies div:first-child strong:text-is('0')")
        page.get_by_role("button", name="Pull the plug").click()
        page.wait_for_url("**/access?done=plugged")
        assert not Grant.objects.filter(engagement=world.main, ended_at=None).exists()
        assert wrong == []


def test_terms_are_signed_with_a_passkey(live_server: Any, world: World, chromium: Browser) -> None:
    row = Agreement.objects.get(engagement=world.proposed, party=None)
    url = str(live_server.url).replace("127.0.0.1", "localhost")
    with opened(chromium, world.reviewer) as (page, wrong):
        _give_key(page)
        page.goto(f"{url}/account/2fa/webauthn/add/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Add it").click()
        page.wait_for_url(f"{url}/account/2fa/recovery-codes/")
        page.goto(f"{url}/reviews/{world.proposed.key}/terms")
        page.get_by_role("button", name="Sign with your passkey").click()
        page.wait_for_url("**/terms?done=signed")
        signed = Signature.objects.get(agreement=row)
        assert (signed.method, signed.person) == ("passkey", world.reviewer)
        assert page.locator(".approvals__given", has_text="by passkey").is_visible()
        assert wrong == []


def _give_key(page: Page) -> None:
    """Give a browser a security key of its own."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    told = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": told})
