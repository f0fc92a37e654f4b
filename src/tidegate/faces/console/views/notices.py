"""What waits for whoever is signed in, and how they and their organisation's programs are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.notices.channels.digests import MOST_SINGLE, Rhythm
from tidegate.desks.notices.queries.notices import choice_of, count_unread, list_notices
from tidegate.desks.notices.queries.webhooks import list_administered, list_webhooks
from tidegate.desks.notices.services import choosing, reading, webhooks
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_RHYTHMS: Final = {
    Rhythm.EACH: "each by itself",
    Rhythm.HOURLY: "a digest, at most once an hour",
    Rhythm.DAILY: "a digest, at most once a day",
    Rhythm.NONE: "no mail",
}


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show what waits, the newest first."""
    return _page(request)


@require_POST
@asking
def read(request: HttpRequest, key: str) -> HttpResponse:
    """Mark one notice as read."""
    reading.mark_read(actor_of(request), key, at=timezone.now())
    return redirect("console:notices")


@require_POST
@asking
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of them as read."""
    reading.mark_all_read(actor_of(request), at=timezone.now())
    return redirect("console:notices")


@require_POST
@asking
def prefer(request: HttpRequest) -> HttpResponse:
    """Choose how often there is mail."""

    def change() -> None:
        choosing.set_preference(actor_of(request), request.POST.get("mail", ""))

    return _changed(request, change, "It is mailed as you have chosen from now on.")


@require_POST
@asking
def make_feed(request: HttpRequest) -> HttpResponse:
    """Give the own feed a new address, and show it this once."""
    made = choosing.make_feed_token(actor_of(request), at=timezone.now())
    behind = request.build_absolute_uri(f"/feeds/{made.secret}")
    return _page(
        request,
        feed_address=f"{behind}/atom.xml",
        calendar_address=f"{behind}/due.ics",
        due_address=f"{behind}/due.xml",
    )


@require_POST
@asking
def end_feed(request: HttpRequest) -> HttpResponse:
    """End the own feed."""

    def change() -> None:
        choosing.revoke_feed_token(actor_of(request), at=timezone.now())

    return _changed(request, change, "The feed is ended; its address shows nothing any more.")


@require_POST
@asking
def add_webhook(request: HttpRequest) -> HttpResponse:
    """Have an organisation's programs told at an address, and show the secret this once."""
    try:
        made = webhooks.add_webhook(
            actor_of(request),
            request.POST.get("organisation", ""),
            request.POST.get("url", "").strip(),
            kinds=request.POST.getlist("kinds"),
            at=timezone.now(),
        )
    except NotPossibleError as error:
        return _page(request, refusal=str(error))
    return _page(request, made=made)


@require_POST
@asking
def rotate_secret(request: HttpRequest, key: str) -> HttpResponse:
    """Give a webhook another secret, and show it this once."""
    try:
        made = webhooks.rotate_secret(actor_of(request), key, at=timezone.now())
    except NotPossibleError as error:
        return _page(request, refusal=str(error))
    return _page(request, made=made)


@require_POST
@asking
def disable_webhook(request: HttpRequest, key: str) -> HttpResponse:
    """Send nothing more to a webhook."""

    def change() -> None:
        webhooks.disable_webhook(actor_of(request), key, at=timezone.now())

    return _changed(request, change, "Nothing more is sent to that webhook.")


@require_POST
@asking
def retry_webhook(request: HttpRequest, key: str) -> HttpResponse:
    """Have the messages to a webhook that were set aside tried again."""

    def change() -> None:
        webhooks.retry_webhook(actor_of(request), key, at=timezone.now())

    return _changed(request, change, "What was set aside is tried again.")


def _changed(request: HttpRequest, change: Callable[[], None], done: str) -> HttpResponse:
    try:
        change()
    except NotPossibleError as error:
        return _page(request, refusal=str(error))
    messages.success(request, done)
    return redirect("console:notices")


def _page(request: HttpRequest, *, refusal: str = "", **shown: Any) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    unread = request.GET.get("unread") == "1"
    found = list_notices(
        actor, unread=unread, cursor=request.GET.get("after"), limit=lists.LIMIT, at=now
    )
    return page(
        request,
        "notices",
        "notices",
        status=422 if refusal else 200,
        found=found,
        unread=unread,
        waiting=count_unread(actor, at=now),
        next=_turned(request, found.next),
        previous=_turned(request, found.previous),
        choice=choice_of(actor),
        rhythms=[(rhythm.value, label) for rhythm, label in _RHYTHMS.items()],
        most_single=MOST_SINGLE,
        organisations=list_administered(actor),
        webhooks=list_webhooks(actor),
        kinds=webhooks.KINDS,
        refusal=refusal,
        url=request.POST.get("url", "") if refusal else "",
        **shown,
    )


def _turned(request: HttpRequest, cursor: str | None) -> str | None:
    """Return the address of another page of the list; after a change, that is not this one's."""
    if cursor is None or request.method == "GET":
        return lists.turned(request, cursor)
    return f"/notices?{urlencode({'after': cursor})}"
