"""Passkeys in a real browser, and pages of signing in that everybody can read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.desks.parties.makers import PASSWORD, make_organisation, make_person, make_place
from tests.faces.console.test_browser import violations
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import Role
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.services import joining

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def opened(chromium: Browser, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """Open a page in which nobody has signed in; yields it with what went wrong on it."""
    context = chromium.new_context(**options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page, wrong
    context.close()


@pytest.fixture
def person(live_server: Any) -> Person:
    made = make_person()
    make_place(make_organisation(), person=made)
    return made


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Open a page in a browser that has a security key of its own."""
    with opened(chromium) as (page, wrong):
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
        yield page
        assert wrong == []


def named(live_server: Any) -> str:
    """Return the server's address by a name: a passkey is for a name, not for a number."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


def give_password(page: Page, url: str, person: Person) -> None:
    page.goto(f"{url}/account/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_made_and_signs_in_without_a_password(
    live_server: Any, person: Person, page: Page
) -> None:
    url = named(live_server)
    give_password(page, url, person)
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(f"{url}/account/2fa/recovery-codes/")
    assert page.locator(".codes li").count() == 10
    page.goto(f"{url}/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{url}/account/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/account/2fa/webauthn/")
    assert "alone" in page.locator("table").inner_text()
    page.goto(f"{url}/account/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{url}/account/login/")

    # And as the second step after a password.
    give_password(page, url, person)
    page.wait_for_url(f"{url}/account/2fa/authenticate/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{url}/")
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None


def test_every_page_of_signing_in_can_be_read_by_all_and_fits(
    live_server: Any, person: Person, chromium: Browser
) -> None:
    axe, url = Axe(), named(live_server)
    invited = joining.invite(
        OWNER, make_organisation().key, "new@example.org", Role.MEMBER, at=timezone.now()
    )
    outside = [
        "/account/login/",
        "/account/password/reset/",
        "/account/password/reset/done/",
        f"/join/{invited.secret}",
        "/join/none",
    ]
    inside = [
        "/account/",
        "/account/tokens",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/add/",
        "/account/password/change/",
        "/account/sessions/",
        "/account/logout/",
    ]
    with opened(
        chromium,
        color_scheme="dark",
        viewport={"width": 360, "height": 900},
        reduced_motion="reduce",
    ) as (page, _):
        for address in (*outside, None, *inside):
            if address is None:
                give_password(page, url, person)
                page.wait_for_url(f"{url}/")
                page.goto(f"{url}/account/reauthenticate/?next=/account/")
                page.get_by_label("Password").fill(PASSWORD)
                page.get_by_role("button", name="Go on").click()
                page.wait_for_url(f"{url}/account/")
                continue
            page.goto(url + address)
            assert violations(axe, page) == [], address
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 360, f"{address} is {wide} pixels wide"
