"""How what somebody does through a form is answered: done and led on, or refused beside the form.

A refusal comes back on the page that the form stands on, with what was written in it. What a field
holds that cannot be read is 422; what cannot be done now is 409, in the service's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.findings.services import refusals as of_cases
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.services import refusals as of_parties
from tidegate.faces.console.templatetags.coordination import zone_of
from tidegate.faces.web.acting import actor_of_request as actor_of

DONE: Final = {
    "opened": "The case is coordinated now. Invite the parties that it takes.",
    "invited": "The party is invited, or waits in its line where it takes no more this week.",
    "proposed": "The terms are proposed. Every consent to earlier terms has lapsed.",
    "accepted": "The terms are in force.",
    "refused": "The terms are refused.",
    "labelled": "The label is set.",
    "recorded": "It is recorded.",
    "approved": "Your approval is kept. It takes another coordinator.",
    "released": "The embargo has ended: two coordinators have approved it.",
    "withdrawn": "Your approval is withdrawn.",
    "closed": "The coordination is closed.",
    "reopened": "The coordination goes on.",
    "policy": "The case follows this policy now.",
    "extended": "The deadline is extended.",
    "paused": "The clock stands still.",
    "resumed": "The clock runs again.",
    "rings": "The clock rings again.",
    "joined": "Your answer is kept. The people on the team read the case from now on.",
    "declined": "Your answer is kept.",
    "silent": "It is kept that nobody has answered.",
    "removed": "The party takes no part any more.",
    "contact": "The contact is recorded.",
    "said": "The status is kept.",
    "report": "It is kept what becomes of the report.",
    "team": "The team is changed.",
    "sent": "The message is sent.",
    "changed": "It is changed.",
}
"""What is said after something was done; the address carries the word alone, never a text."""


SAVED_HEADERS: Final = {
    # Nothing of it is run or shown, whatever a browser makes of the name.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of a file that is saved and that no browser opens."""


class UnreadableError(Exception):
    """A field holds what cannot be read; the message says how it is written."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a page says and shows of a form that was refused."""

    form: str
    """Name of the form."""
    reason: str
    status: HTTPStatus
    written: QueryDict
    """What was written in it."""

    def context(self) -> dict[str, Any]:
        """Return what a page's template is given of it."""
        return {
            "refusal": self.reason,
            "status": int(self.status),
            "drafts": {self.form: self.written},
        }


Work = Callable[[Actor, datetime], object]
Again = Callable[[Refusal], HttpResponse]
Page = Callable[[HttpRequest, str, Refusal], HttpResponse]
"""Shows the page of something, by its key, with what was refused."""


def answered(
    request: HttpRequest,
    form: str,
    work: Callable[[], object],
    *,
    then: Callable[[], str],
    again: Callable[[Refusal], HttpResponse],
) -> HttpResponse:
    """Do some work, and lead to the address `then`; where it is refused, show the page `again`."""
    try:
        work()
    except UnreadableError as error:
        return again(
            Refusal(form, str(error), HTTPStatus.UNPROCESSABLE_ENTITY, request.POST.copy())
        )
    except (of_cases.NotPossibleError, of_parties.NotPossibleError) as error:
        return again(Refusal(form, str(error), HTTPStatus.CONFLICT, request.POST.copy()))
    return HttpResponseRedirect(then())


def done(
    request: HttpRequest, form: str, work: Work, *, then: str | Callable[[], str], again: Again
) -> HttpResponse:
    """Do some work as whoever asks, and lead to the address `then`; or show the page again."""
    return answered(
        request,
        form,
        lambda: work(actor_of(request), timezone.now()),
        then=lambda: then if isinstance(then, str) else then(),
        again=again,
    )


def done_at(
    address: str, page: Page, request: HttpRequest, key: str, form: str, work: Work, word: str
) -> HttpResponse:
    """Do some work from a form of a page of something, and lead back there.

    Args:
        address: of the page.
        page: shows it again, with what was refused.
        request: what came with the form.
        key: of what the page is about.
        form: its name.
        work: what is done.
        word: what is said after it.
    """
    return done(
        request,
        form,
        work,
        then=f"{address}?done={word}",
        again=lambda refusal: page(request, key, refusal),
    )


def telling(
    request: HttpRequest, refusal: Refusal | None, words: Mapping[str, str] = DONE
) -> dict[str, Any]:
    """Return what every page with such forms is given: what was done, or what was refused."""
    told = words.get(request.GET.get("done", ""), "")
    base: dict[str, Any] = {"done": told, "drafts": {}}
    return base if refusal is None else {**base, **refusal.context()}


def time_zone(request: HttpRequest) -> str:
    """Return the name of the reader's own time zone."""
    return request.user.time_zone if isinstance(request.user, Person) else "UTC"


def text_of(request: HttpRequest, name: str) -> str:
    """Return what a field holds, without what surrounds it."""
    return request.POST.get(name, "").strip()


def upload_of(request: HttpRequest, name: str, what: str, *, most: int) -> tuple[str, bytes]:
    """Return the name and the bytes of a file that came with a form.

    Raises:
        UnreadableError: none came, or it has more than `most` bytes.
    """
    came = request.FILES.get(name)
    if not isinstance(came, UploadedFile):
        raise UnreadableError(f"{what} is missing; choose a file")
    if (came.size or 0) > most:
        raise UnreadableError(
            f"{what} has {came.size:,} bytes; at most {most:,} are read. Compress it, or split it"
        )
    return came.name or "file", came.read()


def instant_of(request: HttpRequest, name: str, what: str) -> datetime | None:
    """Return the instant that a field and its zone hold, in UTC; None if it was left empty.

    `what` names it in the error, such as `the end of the embargo`.

    Raises:
        UnreadableError: it is no date and time, or the zone is another than those offered.
    """
    written = text_of(request, name)
    if not written:
        return None
    zone = text_of(request, f"{name}_zone") or "UTC"
    if zone not in ("UTC", time_zone(request)):
        raise UnreadableError(f"{what} can be given in UTC or in your own zone; choose one of them")
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise UnreadableError(
            f"{what}, {written[:40]!r}, is no date and time; write it as 2026-12-24T12:00"
        ) from None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone_of(zone))).astimezone(UTC)
    except OverflowError:
        raise UnreadableError(f"{what}, {written[:40]!r}, is beyond every calendar") from None


def needed_instant_of(request: HttpRequest, name: str, what: str) -> datetime:
    """Return the instant that a field and its zone hold, in UTC.

    Raises:
        UnreadableError: it is none, or was left empty.
    """
    moment = instant_of(request, name, what)
    if moment is None:
        raise UnreadableError(f"{what} is missing; give a date and a time")
    return moment
