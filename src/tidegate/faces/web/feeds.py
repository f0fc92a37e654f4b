"""A person's Atom feed, behind a secret in its address: feed readers sign in by nothing else.

It shows what a mail would: that something waits, and content only under TLP:GREEN and TLP:CLEAR.
Whether an address was ever good is told to nobody. From: RFC 4287.

Behind the same secret lies what comes due, as a calendar and as a feed
(`console/views/exposure/calendars.py`).
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from tidegate.desks.notices.queries.feeds import Feed, feed_of
from tidegate.faces.console.views.exposure import calendars
from tidegate.faces.console.views.exposure.calendars import OWN_HEADERS
from tidegate.instance.reach import reach


@require_safe
def atom(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the feed of whoever has been given this address."""
    found = feed_of(secret, at=timezone.now())
    if found is None:
        return HttpResponseNotFound(
            "There is no feed at this address, or not any more; the console makes another one"
            " under Notices.\n",
            content_type="text/plain; charset=utf-8",
            headers=OWN_HEADERS,
        )
    address = reach().address or request.build_absolute_uri("/").rstrip("/")
    return HttpResponse(
        _written(found, address),
        content_type="application/atom+xml; charset=utf-8",
        headers=OWN_HEADERS,
    )


def _written(feed: Feed, address: str) -> str:
    # Its own address is left out: whoever sees a copy of the feed need not have it.
    written = Atom1Feed(
        title="Tidegate: what waits for you",
        link=f"{address}/notices",
        description="",
        feed_guid=f"urn:tidegate:feed:{feed.person}",
    )
    for entry in feed.entries:
        written.add_item(
            title=entry.item.sentence,
            link=f"{address}{entry.item.path}",
            description="",
            unique_id=f"urn:tidegate:notice:{entry.key}",
            updateddate=entry.at,
        )
    return written.writeString("utf-8")


urlpatterns: Final[list[URLPattern]] = [
    path("<str:secret>/atom.xml", atom),
    path("<str:secret>/due.ics", calendars.own_calendar),
    path("<str:secret>/due.xml", calendars.own_feed),
]
