"""What comes due, for calendars and feed readers: the docket for everybody, one's own for oneself.

One's own lies behind the secret address of one's feed of notices: programs that read calendars sign
in by nothing else. It says which directive asks for something, and how many exposures are due on a
day: no name of a vulnerability, an incident, an asset or an organisation. From: RFC 5545, RFC 4287.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import conditional_page, require_safe

from tidegate.desks.exposure.queries.compliance import calendar_of
from tidegate.desks.exposure.queries.directives import public_docket
from tidegate.desks.exposure.queries.permitted import examined_by
from tidegate.desks.notices.queries.feeds import reader_of
from tidegate.engines.directives import CalendarEntry, DocketEntry, of_docket, to_icalendar
from tidegate.faces.console.views.exposure.docket import FOR_MINUTES, ident_of
from tidegate.instance.reach import reach

OWN_HEADERS: Final = {
    # A shared cache would show it to others; a reader's own asks again each time.
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
AHEAD: Final = timedelta(days=60)
"""How far ahead one's own Atom feed looks; a calendar has all of it."""

_ICALENDAR: Final = "text/calendar; charset=utf-8"
_ATOM: Final = "application/atom+xml; charset=utf-8"
_AGAIN: Final = (AHEAD, timedelta(days=14), timedelta(days=3), timedelta(0))
"""So long before something is due, its entry is new again to whoever reads the feed."""
_GONE: Final = (
    "There is no calendar at this address, or not any more; the console makes another one under"
    " Notices, By feed.\n"
)


@require_safe
@conditional_page
def docket_calendar(request: HttpRequest) -> HttpResponse:
    """Return the docket as a calendar, for everybody."""
    now = timezone.now()
    address = _address(request)
    written = to_icalendar(
        [of_docket(one, url=f"{address}/docket#{ident_of(one)}") for one in public_docket(now)],
        name="Docket: orders, directives, milestones",
        # What is the same for an hour is asked for again without being sent again.
        now=now.replace(minute=0, second=0, microsecond=0),
    )
    return HttpResponse(written, content_type=_ICALENDAR, headers={"Cache-Control": FOR_MINUTES})


@require_safe
@conditional_page
def docket_feed(request: HttpRequest) -> HttpResponse:
    """Return the docket as an Atom feed, for everybody: what was learned, and what is due today."""
    now, address = timezone.now(), _address(request)
    feed = Atom1Feed(
        title="Tidegate: the docket",
        link=f"{address}/docket",
        feed_url=f"{address}/docket.atom",
        description="",
        feed_guid="urn:tidegate:docket",
    )
    entries = [(_learned(one, now.astimezone(UTC).date()), one) for one in public_docket(now)]
    for on, entry in sorted(entries, key=lambda one: one[0], reverse=True):
        second_hand = " (second-hand)" if entry.is_second_hand else ""
        feed.add_item(
            title=f"{entry.on.isoformat()} {entry.citation}: {entry.words}",
            link=f"{address}/docket#{ident_of(entry)}",
            description=" ".join(filter(None, (entry.words, entry.note))) + second_hand,
            unique_id=f"urn:uuid:{of_docket(entry).uid}",
            updateddate=datetime.combine(on, time(), UTC),
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type=_ATOM, headers={"Cache-Control": FOR_MINUTES}
    )


@require_safe
def own_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Return all that comes due for whoever has been given this address, as a calendar."""
    now = timezone.now()
    entries = _own(request, secret, now)
    if entries is None:
        return _not_there()
    written = to_icalendar(entries, name="What comes due", now=now)
    return HttpResponse(written, content_type=_ICALENDAR, headers=OWN_HEADERS)


@require_safe
def own_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Return what is late or comes due soon for whoever has this address, as an Atom feed."""
    now = timezone.now()
    entries = _own(request, secret, now)
    if entries is None:
        return _not_there()
    # Its own address is left out: whoever sees a copy of the feed need not have it.
    feed = Atom1Feed(
        title="Tidegate: what comes due",
        link=f"{_address(request)}/compliance",
        description="",
        feed_guid="urn:tidegate:due",
    )
    soon = [(at, one) for one in entries if (at := _told_at(one, now)) is not None]
    for at, entry in sorted(soon, key=lambda one: (one[0], one[1].key), reverse=True):
        feed.add_item(
            title=f"{_written(entry.due)} {entry.title}",
            link=entry.url,
            description=entry.words,
            unique_id=f"urn:uuid:{entry.uid}",
            updateddate=at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=_ATOM, headers=OWN_HEADERS)


def _own(request: HttpRequest, secret: str, now: datetime) -> Sequence[CalendarEntry] | None:
    """Return what comes due for whom a secret stands for; None if it stands for nobody."""
    actor = reader_of(secret)
    if actor.person is None:
        return None
    address, whose = _address(request), examined_by(actor, at=now)
    return [
        replace(entry, title=f"{one.key} {entry.title}") if len(whose) > 1 else entry
        for one in whose
        for entry in calendar_of(actor, one.key, address=address, tells_names=False, at=now)
    ]


def _not_there() -> HttpResponse:
    return HttpResponseNotFound(
        _GONE, content_type="text/plain; charset=utf-8", headers=OWN_HEADERS
    )


def _learned(entry: DocketEntry, today: date) -> date:
    """Return when an entry was last new: on its day, and before it when its source was read."""
    return entry.on if entry.on <= today else min(today, entry.sources[0].read)


def _told_at(entry: CalendarEntry, now: datetime) -> datetime | None:
    """Return when an entry was last new; None while it is further away than the feed looks."""
    due = entry.due
    at = due if isinstance(due, datetime) else datetime.combine(due, time(), UTC)
    return max((at - before for before in _AGAIN if at - before <= now), default=None)


def _written(due: date | datetime) -> str:
    if isinstance(due, datetime):
        return f"{due.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return due.isoformat()


def _address(request: HttpRequest) -> str:
    return reach().address or request.build_absolute_uri("/").rstrip("/")
