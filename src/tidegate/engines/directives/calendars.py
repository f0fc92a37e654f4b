"""All that comes due, as a calendar that other programs subscribe to (RFC 5545, RFC 7986).

Times are UTC instants or whole days, so no zone is described. There are no alarms: whoever
subscribes sets their own. An entry keeps its UID over all its moves, so a calendar moves it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from icalendar import TRANSP, Calendar, Event, vText

from tidegate.engines.directives.dockets import DocketEntry
from tidegate.engines.directives.duties import Duty
from tidegate.engines.directives.errors import DirectiveError

_PRODUCT: Final = "-//Tidegate//Docket 1//EN"
_REFRESH: Final = timedelta(hours=1)
_LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Something that is due, or happens."""

    key: str
    """Stable; the UID is made of it, and does not give it away."""
    title: str
    words: str
    due: date | datetime
    """A whole day; or an instant with its zone."""
    url: str = ""
    changed_at: datetime | None = None
    """When it was changed the last time, with its zone."""

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        for at in (self.due, self.changed_at):
            if isinstance(at, datetime) and at.utcoffset() is None:
                raise DirectiveError(f"{at.isoformat()} has no zone; hand it over in UTC")

    @property
    def uid(self) -> str:
        """A UUID (RFC 9562, version 5) that stays the same."""
        return str(uuid5(NAMESPACE_URL, f"urn:tidegate:due:{self.key}"))


def of_duty(
    duty: Duty, *, url: str = "", changed_at: datetime | None = None
) -> CalendarEntry | None:
    """Return a duty as an entry; None where it has no day."""
    due = duty.due_on or duty.due_at
    if due is None or not duty.applies:
        return None
    about = f": {duty.label}" if duty.label else ""
    force = duty.force(due.astimezone(duty.zone).date() if isinstance(due, datetime) else due)
    to = [f"To: {duty.to}"] if duty.to else []
    lines = [duty.words, *to, f"On that day: {force}", *duty.why]
    return CalendarEntry(
        duty.key,
        f"{duty.citation} {duty.requirement}{about}",
        "\n".join(lines),
        due,
        url,
        changed_at,
    )


def of_docket(entry: DocketEntry, *, url: str = "") -> CalendarEntry:
    """Return an entry of a docket as one of a calendar."""
    lines = [entry.words, entry.note, *(source.url for source in entry.sources)]
    title = f"{entry.citation}: {entry.words}"
    return CalendarEntry(entry.key, title, "\n".join(filter(None, lines)), entry.on, url)


def to_icalendar(entries: Iterable[CalendarEntry], *, name: str, now: datetime) -> bytes:
    """Return a calendar as the bytes of an iCalendar file, in the order of time.

    Raises:
        DirectiveError: `now` has no zone.
    """
    if now.utcoffset() is None:
        raise DirectiveError(f"{now.isoformat()} has no zone; hand it over in UTC")
    calendar = Calendar.new(
        method="PUBLISH",
        prodid=_PRODUCT,
        refresh_interval=_REFRESH,
        uid=str(uuid5(NAMESPACE_URL, f"urn:tidegate:calendar:{name}")),
    )
    # The library does not escape the name that `new` takes.
    for key in ("name", "x-wr-calname"):
        calendar.add(key, vText(_clean(name)))
    for entry in sorted(entries, key=lambda one: (_instant(one.due), one.key)):
        calendar.add_component(_event(entry, now))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: CalendarEntry, now: datetime) -> Event:
    due, title = entry.due, _clean(entry.title)
    if len(title) > _LONGEST_TITLE:
        title = f"{title[: _LONGEST_TITLE - 1]}…"
    return Event.new(
        uid=entry.uid,
        stamp=now.astimezone(UTC),
        last_modified=entry.changed_at and entry.changed_at.astimezone(UTC),
        summary=title,
        description=_clean(entry.words),
        start=due.astimezone(UTC) if isinstance(due, datetime) else due,
        transparency=TRANSP.TRANSPARENT,
        url=_clean(entry.url).replace("\n", "") or None,
    )


def _instant(due: date | datetime) -> datetime:
    if isinstance(due, datetime):
        return due.astimezone(UTC)
    return datetime(due.year, due.month, due.day, tzinfo=UTC)


def _clean(text: str) -> str:
    """Drop what no text of a calendar may hold. Source: RFC 5545, 3.3.11 (TSAFE-CHAR)."""
    kept = (sign for sign in text if sign == "\n" or (sign.isprintable() and sign != "\ufeff"))
    return "".join(kept)
