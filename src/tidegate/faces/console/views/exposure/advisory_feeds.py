"""Feeds of advisories and assertions: how old each is, what was refused, where it is read from.

Everybody who has signed in sees how old they are, for answers rest on that. Where one is read from
is told to whoever runs the instance, who also follows feeds and hands in editions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may_with_instance
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.queries.feeds import editions, feed_row, feeds, too_old
from tidegate.desks.exposure.services import feeds as services
from tidegate.desks.exposure.services.bringing import shown_place
from tidegate.desks.exposure.services.edition_files import take_file
from tidegate.desks.exposure.services.feeds import Outcome, Taken
from tidegate.faces.console.views import doing
from tidegate.faces.console.views.doing import Refusal, UnreadableError, Work, done_at, text_of
from tidegate.faces.console.views.exposure.answering import above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "feeds"
LARGEST: Final = 64 << 20
"""Bytes of an edition that a form takes; larger ones are taken on the command line."""


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show all feeds, with their age."""
    actor, now = actor_of(request), timezone.now()
    rows = feeds(now)
    return page(
        request,
        "exposure/feeds",
        SECTION,
        **above(request, now, "feeds"),
        used=[row for row in rows if row.edition or row.is_followed],
        unused=[row for row in rows if not (row.edition or row.is_followed)],
        too_old=too_old(now),
        runs=may_with_instance(actor, Act.ADMINISTER),
    )


@require_GET
@asking
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one feed and its editions."""
    return feed_page(request, name)


def feed_page(
    request: HttpRequest, name: str, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    """Return the page of a feed; `more` is what it shows this once.

    Raises:
        NotFoundError: there is no such feed.
    """
    actor, now = actor_of(request), timezone.now()
    row = feed_row(name, at=now)
    if row is None:
        raise NotFoundError("feed", name[:60])
    runs = may_with_instance(actor, Act.ADMINISTER)
    return page(
        request,
        "exposure/feed",
        SECTION,
        **above(request, now, "feeds", refusal),
        row=row,
        too_old=too_old(now).get(name, ""),
        editions=editions(name),
        place=shown_place(row.place) if runs else "",
        runs=runs,
        largest=LARGEST,
        **more,
    )


@require_POST
@asking
def follow(request: HttpRequest, name: str) -> HttpResponse:
    """Follow a feed or leave it, or say where it is read from."""
    is_followed = text_of(request, "follow") == "yes"
    place = text_of(request, "place") if "place" in request.POST else None

    def work(actor: Actor, at: datetime) -> None:
        services.follow(actor, name, place=place, is_followed=is_followed, at=at)

    word = "place" if place is not None else "followed" if is_followed else "left"
    return _done(request, name, "follow", work, word)


@require_POST
@asking
def take(request: HttpRequest, name: str) -> HttpResponse:
    """Look for the newest edition now, and take it in if it is good."""
    return _taken(request, name, "take", lambda actor, at: services.take(actor, name, at=at))


@require_POST
@asking
def hand_in(request: HttpRequest, name: str) -> HttpResponse:
    """Take in an edition from a file that comes with the form."""

    def work(actor: Actor, at: datetime) -> Taken:
        with _uploaded(request) as (path, called):
            return take_file(actor, name, path, called=called, at=at)

    return _taken(request, name, "file", work)


def _taken(request: HttpRequest, name: str, form: str, work: Any) -> HttpResponse:
    """Take an edition in, and show what became of it on the feed's page."""
    found: list[Taken] = []
    answer = doing.answered(
        request,
        form,
        lambda: found.append(work(actor_of(request), timezone.now())),
        then=lambda: "",
        again=lambda refusal: feed_page(request, name, refusal),
    )
    if not found:
        return answer
    return feed_page(request, name, taken=found[0], was_refused=found[0].outcome is Outcome.REFUSED)


def _done(request: HttpRequest, name: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_at(f"/feed/{name}", feed_page, request, name, form, work, word)


@contextmanager
def _uploaded(request: HttpRequest) -> Iterator[tuple[Path, str]]:
    """Give the file that came with a form, and its name, as long as the block lasts.

    Raises:
        UnreadableError: none came, or it is too large.
    """
    came = request.FILES.get("document")
    if not isinstance(came, UploadedFile):
        raise UnreadableError("the edition is missing; choose a file")
    if (came.size or 0) > LARGEST:
        raise UnreadableError(
            f"the edition has {came.size:,} bytes; a form takes {LARGEST:,}, `tidegate feeds take"
            " NAME --from FILE` more"
        )
    called = Path(came.name or "edition").name
    with tempfile.TemporaryDirectory(prefix="tidegate-edition-") as folder:
        # Only the ending counts, for what it is compressed with.
        path = Path(folder) / ("edition" + "".join(Path(called).suffixes[-2:]))
        with path.open("wb") as file:
            for chunk in came.chunks():
                file.write(chunk)
        yield path, called
