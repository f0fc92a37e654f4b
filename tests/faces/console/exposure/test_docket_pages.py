"""The docket: for everybody, without an account, and it says what was not read at first hand."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from xml.etree import ElementTree as ET

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from tests.faces.console.exposure.browsing import browser_of, said_by
from tests.faces.console.exposure.seeded_directives import World
from tests.faces.console.test_pages import Markup
from tidegate.desks.exposure.queries.directives import public_docket
from tidegate.faces.console.charts.docket import BACK, Mark, draw_docket, said_of

pytestmark = pytest.mark.django_db

_ATOM = "{http://www.w3.org/2005/Atom}"
_TODAY = date(2026, 11, 27)


def test_whoever_has_no_account_reads_the_docket_and_may_keep_it_for_minutes() -> None:
    answer = Client().get("/docket")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Cookie" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    body = answer.content.decode()
    assert Markup(body).foreign == []
    assert "<form" not in body.replace('<form class="filters no-print" method="get"', "")
    told = said_by(answer)
    for entry in public_docket(timezone.now()):
        assert entry.citation in told


def test_what_is_the_same_is_not_sent_again() -> None:
    browser = Client()
    for address in ("/docket", "/docket.ics", "/docket.atom"):
        etag = browser.get(address).headers["ETag"]
        again = browser.get(address, headers={"If-None-Match": etag})
        assert again.status_code == 304, address


def test_whoever_has_signed_in_gets_it_within_the_console_and_no_cache_keeps_it(
    asked: World,
) -> None:
    answer = browser_of(asked.officer).get("/docket")
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.content.decode()
    assert 'href="/compliance"' in body
    assert 'href="/directives/bod-26-04"' in body


def test_each_second_hand_day_says_so_and_first_hand_ones_do_not() -> None:
    entries = public_docket(timezone.now())
    rows = Client().get("/docket").content.decode().split('class="docket__row')[1:]
    assert len(rows) == len(entries)
    second_hand = sum("Second-hand" in row.split("</li>")[0] for row in rows)
    assert second_hand == sum(one.is_second_hand for one in entries)
    assert 0 < second_hand < len(entries)
    assert f"{second_hand} of these {len(entries)} days are second-hand" in said_by(
        Client().get("/docket")
    )


def test_it_can_be_narrowed_to_one_directive_and_an_unknown_one_narrows_nothing() -> None:
    one = said_by(Client().get("/docket?of=bod-26-02"))
    assert "Replace all remaining end-of-support edge devices" in one
    assert "Gold Eagle" not in one
    assert "Gold Eagle" in said_by(Client().get("/docket?of=nothing"))


def test_it_is_a_calendar_with_a_whole_day_for_each_entry() -> None:
    answer = Client().get("/docket.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    entries = public_docket(timezone.now())
    assert len(events) == len(entries)
    assert len({str(event["UID"]) for event in events}) == len(entries)
    days = {event.decoded("DTSTART") for event in events}
    assert date(2026, 12, 7) in days
    assert days == {one.on for one in entries}


def test_its_feed_has_nothing_that_claims_to_be_of_the_future() -> None:
    answer = Client().get("/docket.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    found = ET.fromstring(answer.content).findall(f"{_ATOM}entry")
    assert len(found) == len(public_docket(timezone.now()))
    today = timezone.now().astimezone(UTC).date()
    updated = [date.fromisoformat(one.findtext(f"{_ATOM}updated", "")[:10]) for one in found]
    assert max(updated) <= today
    assert updated == sorted(updated, reverse=True)


def test_the_picture_leaves_out_what_is_long_gone_and_counts_what_is_on_one_day() -> None:
    marks = [
        Mark(_TODAY - BACK - timedelta(days=1), "OLD", "tide", "circle", "long gone"),
        Mark(_TODAY + timedelta(days=10), "A <b>", "affected", "lock", "binds & more"),
        Mark(_TODAY + timedelta(days=10), "A <b>", "unsure", "diamond", "is due"),
        Mark(_TODAY, "B", "good", "check", "today"),
    ]
    drawn = str(draw_docket(marks, _TODAY))
    assert "long gone" not in drawn
    assert "A &lt;b&gt;" in drawn
    assert drawn.count('class="docket-line__mark ') == 2
    assert '<text class="docket-line__number" x="6" y="-6">2</text>' in drawn
    assert "binds &amp; more\nis due" in drawn
    assert "the next day is 27 Nov 2026, of B" in drawn
    assert draw_docket(marks[:1], _TODAY) is None


def test_the_picture_says_when_nothing_is_ahead() -> None:
    past = [Mark(_TODAY - timedelta(days=9), "A", "good", "check", "it was")]
    assert said_of(past, _TODAY).endswith("nothing is ahead")
