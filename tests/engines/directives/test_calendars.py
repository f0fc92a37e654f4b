"""The calendar: what others read back is what is due, and no text of ours becomes a line of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from tests.engines.directives.made import NOW, asked, happened, utc
from tidegate.engines.directives import (
    CalendarEntry,
    DirectiveError,
    docket,
    of_docket,
    of_duty,
    shipped_directives,
    to_icalendar,
)


def written(*entries: CalendarEntry, name: str = "Due") -> bytes:
    return to_icalendar(entries, name=name, now=NOW)


def events(raw: bytes) -> list[Any]:
    return Calendar.from_ical(raw).walk("VEVENT")


def entry(**changes: Any) -> CalendarEntry:
    given: dict[str, Any] = {"key": "k", "title": "t", "words": "w", "due": date(2026, 12, 7)}
    return CalendarEntry(**given | changes)


def test_a_day_is_a_whole_day_and_an_instant_is_in_utc() -> None:
    day = of_duty(asked("bod-26-04", "fceb")["tagging"], url="https://example.org/due")
    told = asked(
        "cra-article-14",
        "role/manufacturer",
        occurred=(happened("exploitation-known", "2026-11-26T10:00:00", "CVE-2026-2"),),
    )
    instant = of_duty(told["exploited-early-warning/CVE-2026-2"])
    assert day is not None
    assert instant is not None
    raw = written(day, instant)
    assert b"DTSTART;VALUE=DATE:20261207\r\n" in raw
    assert b"DTSTART:20261127T100000Z\r\n" in raw
    for line in (b"METHOD:PUBLISH", b"DTSTAMP:20261127T120000Z", b"VERSION:2.0", b"PRODID:-//Tide"):
        assert b"\r\n" + line in raw
    assert b"VALARM" not in raw
    first, second = events(raw)
    assert (first.start, second.start) == (utc("2026-11-27T10:00:00"), date(2026, 12, 7))
    assert "CVE-2026-2" in first["SUMMARY"]
    assert "On that day: binding" in second["DESCRIPTION"]
    assert second["URL"] == "https://example.org/due"
    assert second["TRANSP"] == "TRANSPARENT"


def test_an_entry_keeps_its_uid_when_it_moves_and_gives_no_key_away() -> None:
    before, after = entry(key="A-1:CVE-2026-9"), entry(key="A-1:CVE-2026-9", due=NOW, title="x")
    other = entry(key="A-2:CVE-2026-9")
    (one,) = events(written(before))
    (two,) = events(written(after))
    (three,) = events(written(other))
    assert one["UID"] == two["UID"] != three["UID"]
    assert b"CVE-2026-9" not in written(before)


def test_the_same_entries_give_the_same_bytes_in_the_order_of_time() -> None:
    made = [entry(key=str(day), due=date(2026, 12, day)) for day in range(1, 9)]
    assert written(*made) == written(*reversed(made))
    assert [one.start.day for one in events(written(*reversed(made)))] == list(range(1, 9))
    (changed,) = events(written(entry(changed_at=utc("2026-11-20T12:00:00"))))
    assert changed["LAST-MODIFIED"].dt == utc("2026-11-20T12:00:00")


@pytest.mark.parametrize(
    "hostile",
    [
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        "x\nATTACH:https://evil.example/",
        "x\x00\x07\x1b[2J",
        "x\u2028END:VCALENDAR",
        "a,b;c\\n\\d",
        "ü" * 300,
    ],
)
def test_no_text_becomes_a_line(hostile) -> None:
    raw = written(entry(title=hostile, words=hostile, url=f"https://e.org/{hostile}"), name=hostile)
    (one,) = events(raw)
    assert set(Calendar.from_ical(raw).keys()) == {
        "METHOD", "NAME", "PRODID", "REFRESH-INTERVAL", "UID", "VERSION", "X-WR-CALNAME",
    }  # fmt: skip
    assert set(one.keys()) == {
        "DTSTART", "DTSTAMP", "UID", "SUMMARY", "DESCRIPTION", "TRANSP", "URL",
    }  # fmt: skip
    assert not set(raw) & (set(range(32)) - {10, 13})
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_what_has_no_day_or_does_not_apply_is_no_entry() -> None:
    assert of_duty(asked("bod-26-04", "fceb")["tracking"]) is None
    assert of_duty(asked("bod-26-04", "other")["tagging"]) is None


def test_the_docket_is_a_calendar_too() -> None:
    told = docket(shipped_directives(), NOW.date())
    found = events(written(*map(of_docket, told)))
    assert len(found) == len(told) == len({one["UID"] for one in found})
    assert any("Gold Eagle" in one["SUMMARY"] for one in found)


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 27)  # noqa: DTZ001
    with pytest.raises(DirectiveError, match="has no zone"):
        to_icalendar([], name="Due", now=naive)
    with pytest.raises(DirectiveError, match="has no zone"):
        entry(due=naive)
    assert events(to_icalendar([], name="Due", now=datetime.now(UTC))) == []
