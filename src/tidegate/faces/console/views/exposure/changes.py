"""Notices to plan a change: what an operator reads of one, and how coordinators release them.

An operator learns when, on what and how bad at most; never of which case. Coordinators see whom it
concerns and on how many assets, and decide whom to tell; they see no asset.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may_with_instance
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.queries.headings import heading_of
from tidegate.desks.cases.queries.permitted import permitted_in
from tidegate.desks.exposure.queries.change_notices import (
    ChangeNoticePage,
    change_notice_page,
    list_change_notices,
)
from tidegate.desks.exposure.services import change_notices
from tidegate.desks.exposure.services.change_notices import Preview
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.faces.console.directive_words import SEVERITIES
from tidegate.faces.console.views import coordination
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    Work,
    done_at,
    needed_instant_of,
    telling,
    text_of,
)
from tidegate.faces.console.views.exposure.answering import DONE, above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "changes"


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the notices that whoever asks may see."""
    actor, now = actor_of(request), timezone.now()
    rows = list_change_notices(actor, at=now)
    return page(
        request,
        "exposure/changes",
        SECTION,
        **above(request, now, "changes"),
        standing=[row for row in rows if row.ended_at is None],
        over=[row for row in rows if row.ended_at is not None],
        coordinates=may_with_instance(actor, Act.READ),
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one notice; that its operator has read it is noted, the first time."""
    return notice_page(request, key)


def notice_page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of a notice.

    Raises:
        NotFoundError: there is none, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    found = change_notice_page(actor, key, at=now)
    if found.row.may_read and found.row.read_at is None and not actor.is_owner:
        change_notices.note_read(actor, found.row.key, at=now)
    return page(
        request,
        "exposure/change",
        SECTION,
        **above(request, now, "changes", refusal),
        row=found.row,
        assets=found.assets,
        systems=_by_system(found),
    )


@require_POST
@asking
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw a notice."""
    return done_at(
        f"/changes/{key}",
        notice_page,
        request,
        key,
        "withdraw",
        lambda actor, at: change_notices.withdraw(actor, key, at=at),
        "withdrawn",
    )


@require_GET
@asking
def of_case(request: HttpRequest, key: str) -> HttpResponse:
    """Show coordinators which operators a case concerns, in numbers, and what was released."""
    return case_page(request, key)


def case_page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of a case's notices.

    Raises:
        NotFoundError: there is no such case, or it is not theirs to coordinate.
    """
    actor, now = actor_of(request), timezone.now()
    permitted = permitted_in(actor, key, at=now)
    if not permitted.coordinate:
        raise NotFoundError("case", key)
    heading = heading_of(actor, key, at=now)
    seen, why_not = _preview(actor, key, now)
    done = DONE.get(request.GET.get("done", ""), "")
    return page(
        request,
        "exposure/case_changes",
        "cases",
        **{
            **coordination.above(request, actor, heading, permitted, now),
            **telling(request, refusal),
            "done": done,
        },
        preview=seen,
        why_not=why_not,
        notices=list_change_notices(actor, case=key, at=now),
        to_tell=[one for one in seen if not one.notice],
        severities=tuple(SEVERITIES.items()),
        chosen=request.POST.getlist("organisation") if refusal else None,
    )


@require_POST
@asking
def release(request: HttpRequest, key: str) -> HttpResponse:
    """Release notices to the operators that are ticked."""

    def work(actor: Actor, at: datetime) -> None:
        named = [str(one) for one in request.POST.getlist("organisation")]
        if not named:
            raise UnreadableError("nobody is ticked; tick the operators that are to be told")
        change_notices.release(
            actor,
            key,
            text_of(request, "product"),
            needed_instant_of(request, "before", "the day of the change"),
            text_of(request, "severity"),
            organisations=named,
            words=text_of(request, "words"),
            at=at,
        )

    return _of_case(request, key, "release", work, "released")


def _of_case(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_at(f"/cases/{key}/changes", case_page, request, key, form, work, word)


def _preview(actor: Actor, key: str, now: datetime) -> tuple[tuple[Preview, ...], str]:
    """Return whom it concerns, or why that cannot be told."""
    try:
        return change_notices.preview(actor, key, at=now), ""
    except NotPossibleError as error:
        return (), str(error)


def _by_system(found: ChangeNoticePage) -> dict[str, int]:
    """Return on how many assets of each system it is."""
    counts: dict[str, int] = {}
    for one in found.assets:
        counts[one.system] = counts.get(one.system, 0) + 1
    return counts
