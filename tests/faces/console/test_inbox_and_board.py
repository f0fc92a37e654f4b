"""What waits for somebody and by when, the board, and where somebody may go."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from tests.desks.cases.makers import (
    Party,
    coordinator,
    make_proven_case,
    party,
    under_embargo,
)
from tests.faces.console.coordinating import (
    SECRET,
    browser_of,
    end_of,
    page_of,
    secret_case,
)
from tests.faces.console.test_pages import text
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.cases.queries.board import COLUMNS
from tidegate.desks.cases.services import embargoes, inviting, messages
from tidegate.faces.console.views.board import NAMES

pytestmark = pytest.mark.django_db


# --- the inbox ---


def test_an_empty_inbox_teaches() -> None:
    told = text(browser_of(party()).get("/inbox"))
    assert "Nothing waits for you" in told
    assert "A case that your organisation is asked to join" in told
    assert "For those who coordinate" not in told
    assert "For those who coordinate" in text(browser_of(coordinator()).get("/inbox"))


def test_the_inbox_of_a_vendor_holds_what_it_owes_and_leads_there() -> None:
    by, vendor = coordinator(), party()
    end = end_of()
    row = under_embargo(by, vendor, ends_at=end, case=secret_case())
    messages.send(by.actor, row.case.key, "please look")
    other = under_embargo(by, ends_at=end_of(3), case=make_proven_case(title="unreadable title"))
    inviting.invite(by.actor, other.case.key, vendor.key, "vendor", at=timezone.now())
    answer = browser_of(vendor).get("/inbox")
    body, told = answer.content.decode(), text(answer)
    for said, address in (
        ("An invitation to answer", page_of(other, "")),
        ("Say how your products stand", page_of(row, f"/parties/{vendor.key}#products")),
        ("Say what you make of the report", page_of(row, f"/parties/{vendor.key}")),
        ("1 message to read", page_of(row, "/messages")),
    ):
        assert said in told
        assert f'href="{address}"' in body
    assert "unreadable title" not in body
    assert told.index("An invitation to answer") < told.index("Say how your products stand")
    assert told.index("Say how your products stand") < told.index("1 message to read")


def test_the_inbox_of_a_coordinator_holds_what_takes_a_decision() -> None:
    by, second = coordinator(), coordinator()
    waiting = party(cases_a_week=0)
    row = under_embargo(by, ends_at=end_of(3), case=secret_case())
    inviting.invite(by.actor, row.case.key, waiting.key, "vendor", at=timezone.now())
    embargoes.propose(by.actor, row.case.key, end_of(40), at=timezone.now())
    browser_of(by).post(page_of(row, "/coordination/release"), {"reason": "now"})
    make_proven_case(title="nobody coordinates this one")
    told = text(browser_of(second).get("/inbox"))
    for said in (
        "The embargo ends",
        "Proposed terms to decide about",
        "An approval that takes a second coordinator",
        "A party waits in line",
        f"{waiting.organisation.name}, 1 of 1",
        "nobody coordinates this one",
    ):
        assert said in told
    assert told.index("Within seven days") < told.index("Later") < told.index("Without a date")


def test_many_new_cases_do_not_flood_the_inbox() -> None:
    by = coordinator()
    for number in range(5):
        make_proven_case(title=f"new case {number}")
    answer = browser_of(by).get("/inbox")
    assert "5 proven cases that nobody coordinates" in text(answer)
    assert "new case 1" not in text(answer)
    board = browser_of(by).get("/board?column=uncoordinated")
    assert "new case 1" in text(board)


# --- the board ---


def test_every_column_of_the_board_has_a_name() -> None:
    assert tuple(NAMES) == COLUMNS


def test_the_board_is_for_those_who_read_every_case() -> None:
    vendor, by = party(), coordinator()
    reader = by.colleague(Role.READER)
    row = under_embargo(by, vendor, ends_at=end_of(), case=secret_case())
    refused = browser_of(vendor).get("/board")
    assert refused.status_code == 404
    assert SECRET not in refused.content.decode()
    assert 'href="/board"' not in browser_of(vendor).get(page_of(row)).content.decode()
    for who in (by, reader):
        answer = browser_of(who).get("/board")
        assert answer.status_code == 200
        assert 'href="/board"' in answer.content.decode()


def test_the_board_shows_state_age_next_clock_and_consents() -> None:
    by, one, two = coordinator(), party(), party()
    row = under_embargo(by, one, ends_at=end_of(3), case=secret_case())
    inviting.invite(by.actor, row.case.key, two.key, "vendor", at=timezone.now())
    body = browser_of(by).get("/board").content.decode()
    column = body[body.index('id="column-active"') : body.index('id="column-revise"')]
    assert SECRET in column
    told = " ".join(re.sub(r"<[^>]+>", " ", column).split())
    assert "The embargo ends, in 2 days" in told
    assert "2 of 3 agreed" in told
    assert "days old" in told


def test_the_board_is_narrowed() -> None:
    by = coordinator()
    under_embargo(by, ends_at=end_of(3), case=secret_case())
    browser = browser_of(by)
    for query, found in (
        ("text=XYLOPHONE", True),
        ("text=libxylo", True),
        ("text=nothing-like-it", False),
        ("tlp=TLP:AMBER%2BSTRICT", True),
        ("tlp=TLP:RED", False),
        ("due=week", True),
        ("due=day", False),
        ("column=active", True),
        ("column=closed", False),
    ):
        answer = browser.get(f"/board?{query}")
        assert answer.status_code == 200, query
        assert (SECRET in answer.content.decode()) is found, query


def test_a_wrong_word_of_the_board_is_400_and_names_the_mend() -> None:
    browser = browser_of(coordinator())
    for query in ("due=never", "tlp=pink", "severity=awful", "column=none-such"):
        answer = browser.get(f"/board?{query}")
        assert answer.status_code == 400, query
        assert re.search(r"known are|it has", text(answer)), query


# --- where somebody may go ---


def test_the_navigation_shows_where_somebody_may_go() -> None:
    places = ("/inbox", "/board", "/duplicates", "/deliveries", "/intake", "/organisations")

    def shown_to(who: Party) -> set[str]:
        body = browser_of(who).get("/inbox").content.decode()
        rail = body[body.index('aria-label="Console"') : body.index("</nav>")]
        return {place for place in places if f'href="{place}"' in rail}

    assert shown_to(coordinator()) == set(places)
    assert shown_to(party()) == {"/inbox", "/organisations"}
    assert shown_to(party(OrganisationKind.FINDER)) == {
        "/inbox",
        "/organisations",
        "/deliveries",
        "/intake",
    }
