"""The console in a browser: readable by all, steered by keys, whole without scripts, at home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Browser, Page

from tests.faces.console import seeded_coordination, seeding
from tests.faces.console.seeded_coordination import Room
from tests.faces.signing_in import cookie_of, coordinator, person_of
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.findings.models import Case, Delivery, Finding, Link, Nomination
from tidegate.desks.parties.models import Person

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Colours and room are told apart by nothing that would differ in the other two of the four.
LOOKS = [("light", 1600), ("dark", 360)]


@pytest.fixture
def desk(live_server: Any) -> Case:
    """Fill the desk behind the live server."""
    return seeding.fill(timezone.now())


@pytest.fixture
def room(desk: Case) -> Room:
    """Let organisations work on a case of the desk, and invite one of them to another."""
    sealed = Case.objects.get(package="tar-streams")
    return seeded_coordination.fill(desk, sealed, timezone.now())


@contextmanager
def opened(
    chromium: Browser, person: Person | None = None, **options: Any
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page for a person, or for a coordinator; yields it with what went wrong on it."""
    context = chromium.new_context(timezone_id="America/New_York", **options)
    context.add_cookies([cookie_of(person)])
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: _foreign(asked.url, wrong))
    yield page, wrong
    context.close()


def _foreign(url: str, wrong: list[str]) -> None:
    if urlsplit(url).hostname not in ("localhost", "127.0.0.1"):
        wrong.append(f"asked {url}")


def violations(axe: Axe, page: Page) -> list[tuple[str, str, str]]:
    """Return everything that axe has to say against a page."""
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300])
        for one in found
    ]


def addresses(case: Case) -> list[str]:
    hostile = Finding.objects.get(package__startswith="xxx")
    large = Case.objects.get(package="tar-streams")
    assert case.founder is not None
    return [
        "/",
        "/findings",
        "/findings?verdict=flaky&text=report",
        "/findings?text=nothing-like-it",
        f"/findings/{case.founder.key}",
        f"/findings/{hostile.key}",
        f"/findings/{case.founder.key}/receipt/check",
        "/cases",
        f"/cases/{case.key}",
        f"/cases/{large.key}",
        "/duplicates",
        "/deliveries",
        f"/deliveries/{Delivery.objects.get(refused__gt=0).key}",
        "/intake",
        "/style",
    ]


def shared_addresses(room: Room) -> list[tuple[Person, str]]:
    """Return the pages on which parties work together, and who looks at each."""
    case = f"/cases/{room.case.key}"
    late, bank = (seeded_coordination.key_of(one) for one in (room.late, room.bank))
    return [
        (room.coordinator, "/inbox"),
        (room.coordinator, "/board"),
        (room.coordinator, "/board?column=uncoordinated"),
        (room.coordinator, case),
        (room.coordinator, f"{case}/coordination?find=a"),
        (room.coordinator, f"{case}/messages"),
        (room.coordinator, f"{case}/parties/{late}"),
        (room.coordinator, "/organisations"),
        (room.coordinator, f"/organisation/{late}"),
        (room.bank, "/inbox"),
        (room.bank, f"{case}/coordination"),
        (room.bank, f"{case}/parties/{bank}"),
        (room.bank, f"/organisation/{bank}"),
        (room.vendor, f"/cases/{room.sealed.key}"),
        (room.late, case),
    ]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_can_be_read_by_all_and_fits(
    live_server: Any, desk: Case, chromium: Browser, theme: Any, width: int
) -> None:
    axe = Axe()
    with opened(
        chromium,
        color_scheme=theme,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    ) as (page, wrong):
        for address in addresses(desk):
            check(axe, page, live_server.url, address, width)
        assert wrong == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_on_which_parties_work_can_be_read_by_all_and_fits(
    live_server: Any, room: Room, chromium: Browser, theme: Any, width: int
) -> None:
    axe = Axe()
    looks = {
        "color_scheme": theme,
        "viewport": {"width": width, "height": 900},
        "reduced_motion": "reduce",
    }
    for person, group in groupby(shared_addresses(room), key=itemgetter(0)):
        with opened(chromium, person, **looks) as (page, wrong):
            for _, address in group:
                check(axe, page, live_server.url, address, width)
            assert wrong == []


def check(axe: Axe, page: Page, base: str, address: str, width: int) -> None:
    """Open everything that is folded on a page, and see that all can read it and that it fits."""
    answer = page.goto(base + address)
    assert answer is not None
    assert answer.status == 200, address
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert violations(axe, page) == [], address
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{address} is {wide} pixels wide"


@pytest.mark.parametrize("address", ["/nothing-here", "/findings?stage=nonsense"])
def test_an_error_page_can_be_read_by_all(
    live_server: Any, desk: Case, chromium: Browser, address: str
) -> None:
    with opened(chromium, viewport={"width": 360, "height": 700}) as (page, _):
        page.goto(live_server.url + address)
        assert violations(Axe(), page) == []


def test_keys_lead_through_the_list_and_into_a_finding(
    live_server: Any, desk: Case, chromium: Browser
) -> None:
    with opened(chromium) as (page, wrong):
        page.goto(live_server.url + "/findings")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        rows = page.locator("[data-row]")
        assert rows.nth(0).evaluate("element => element === document.activeElement")
        page.keyboard.press("j")
        chosen = rows.nth(1).get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{chosen}")
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/cases")
        page.keyboard.press("?")
        assert page.locator("dialog#keys").evaluate("element => element.open")
        page.keyboard.press("Escape")
        assert not page.locator("dialog#keys").evaluate("element => element.open")
        assert wrong == []


def test_a_slash_searches_and_the_list_and_the_address_follow(
    live_server: Any, desk: Case, chromium: Browser
) -> None:
    with opened(chromium) as (page, wrong):
        page.goto(live_server.url + "/findings")
        page.keyboard.press("/")
        page.keyboard.type("minimist")
        page.wait_for_url("**/findings?text=minimist")
        page.wait_for_selector(".chip:has-text('minimist')")
        titles = page.locator("[data-row]").all_inner_texts()
        assert titles
        assert all("minimist" in title or "Prototype" in title for title in titles)
        page.select_option("#verdict", "reproduced")
        page.wait_for_url("**/findings?text=minimist&verdict=reproduced")
        assert wrong == []


def test_arrows_go_from_release_to_release_and_say_what_is_known(
    live_server: Any, desk: Case, chromium: Browser
) -> None:
    with opened(chromium) as (page, wrong):
        page.goto(live_server.url + f"/cases/{desk.key}")
        page.locator(".mark").first.focus()
        for _ in range(13):
            page.keyboard.press("ArrowRight")
        assert "0.2.1: not affected, run on" in page.locator("[data-readout]").inner_text()
        assert page.locator(".mark[tabindex='0']").count() == 1
        assert wrong == []


def test_times_are_the_readers_own_and_utc_stays_in_the_title(
    live_server: Any, desk: Case, chromium: Browser
) -> None:
    with opened(chromium) as (page, _):
        page.goto(live_server.url + f"/cases/{desk.key}")
        time = page.locator(".page__lead time")
        assert "GMT-5" in time.inner_text() or "EST" in time.inner_text()
        assert (time.get_attribute("title") or "").endswith("UTC")


def test_a_theme_is_chosen_and_kept(live_server: Any, desk: Case, chromium: Browser) -> None:
    with opened(chromium, color_scheme="light") as (page, wrong):
        page.goto(live_server.url)
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator("[data-theme-form] button").click()
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.reload()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark != light
        assert wrong == []


def test_a_receipt_is_verified_where_it_stands(
    live_server: Any, desk: Case, chromium: Browser
) -> None:
    with opened(chromium) as (page, wrong):
        page.goto(live_server.url + f"/cases/{desk.key}")
        page.get_by_role("link", name="Verify").click()
        page.wait_for_selector("#receipt-result .notice--good")
        assert page.url.endswith(desk.key)
        assert wrong == []


def test_a_file_is_dropped_and_handed_in(live_server: Any, desk: Case, chromium: Browser) -> None:
    with opened(chromium) as (page, wrong):
        page.goto(live_server.url + "/intake")
        page.evaluate(
            """() => {
                const transfer = new DataTransfer();
                transfer.items.add(new File(['{"id": "x"}'], "dropped.jsonl"));
                document.querySelector("[data-drop]").dispatchEvent(
                    new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
            }"""
        )
        page.fill("#finder", "M. Alvarez")
        page.get_by_role("button", name="Hand in").click()
        page.wait_for_url("**/deliveries/*")
        assert page.get_by_role("heading", name="dropped.jsonl").is_visible()
        assert "were accepted" in page.locator(".notice").inner_text()
        assert wrong == []


def test_without_scripts_everything_that_matters_works(
    live_server: Any, desk: Case, chromium: Browser
) -> None:
    nomination = Nomination.objects.get()
    with opened(chromium, java_script_enabled=False) as (page, wrong):
        page.goto(live_server.url + "/findings")
        page.fill("#search", "minimist")
        page.get_by_role("button", name="Show").click()
        assert page.url.endswith("/findings?text=minimist")
        page.goto(live_server.url + f"/cases/{desk.key}")
        assert page.locator(".page__lead time").inner_text().endswith("UTC")
        assert page.locator(".mark").count() == 31
        page.get_by_text("The same as a table").click()
        assert page.get_by_role("row", name="1.2.3").first.is_visible()
        page.get_by_role("link", name="Verify").click()
        assert page.locator(".notice--good").is_visible()
        page.go_back()
        page.fill(f"#reason-{nomination.pk}", "one walk in setKey")
        page.get_by_role("button", name="Link them").click()
        assert page.locator(".notice--good").is_visible()
        made = Link.objects.filter(reason="one walk in setKey", made_by=coordinator().name)
        assert made.exists()
        assert wrong == []


def test_without_scripts_terms_are_agreed_to_and_a_message_is_sent(
    live_server: Any, room: Room, chromium: Browser
) -> None:
    case = f"{live_server.url}/cases/{room.case.key}"
    with opened(chromium, room.late, java_script_enabled=False) as (page, wrong):
        page.goto(case)
        page.get_by_role("button", name="Agree to these terms").click()
        assert page.url.endswith("/coordination?done=joined")
        page.get_by_role("link", name="Messages").click()
        page.fill("#text", "We can hold the 9th.")
        assert not page.locator(".picks").first.is_visible()
        page.get_by_label("some parties or persons").check()
        page.get_by_label("R. Okafor").check()
        page.select_option("#message-tlp", "TLP:RED")
        page.set_input_files("#files", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
        page.get_by_role("button", name="Send").click()
        newest = page.locator(".message").first
        assert "We can hold the 9th." in newest.inner_text()
        assert "TLP:RED" in newest.inner_text()
        with page.expect_download() as download:
            newest.get_by_role("link", name="a.txt").click()
        assert download.value.suggested_filename == "a.txt"
        assert wrong == []


def test_a_party_is_found_while_one_writes_and_invited(
    live_server: Any, room: Room, chromium: Browser
) -> None:
    person = person_of("Estuary Systems", OrganisationKind.VENDOR)
    with opened(chromium, room.coordinator) as (page, wrong):
        page.goto(f"{live_server.url}/cases/{room.case.key}/coordination")
        page.fill("#find", "estuary")
        page.get_by_role("button", name="Invite Estuary Systems").click()
        page.wait_for_url("**/coordination?done=invited")
        key = seeded_coordination.key_of(person)
        assert page.locator(f"a[href$='/parties/{key}']").is_visible()
        assert wrong == []
