"""Delegations: which provider acts for which operator, and until when; both sides may end one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.exposure.queries.delegations import list_delegations
from tidegate.desks.exposure.queries.permitted import examined_by, permitted_for
from tidegate.desks.exposure.services import delegating
from tidegate.faces.console.views.doing import Refusal, Work, done, instant_of, text_of
from tidegate.faces.console.views.exposure.answering import above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "delegations"


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the delegations that whoever asks has a side in."""
    return _list(request)


@require_POST
@asking
def give(request: HttpRequest) -> HttpResponse:
    """Let a provider act for an operator."""

    def work(actor: Actor, at: datetime) -> None:
        delegating.delegate(
            actor,
            text_of(request, "organisation"),
            text_of(request, "provider"),
            until=instant_of(request, "until", "the end of the delegation"),
            at=at,
        )

    return _done(request, "give", work, "delegated")


@require_POST
@asking
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End a delegation at once."""
    return _done(
        request,
        "end",
        lambda actor, at: delegating.end_delegation(actor, key, at=at),
        "delegation-ended",
    )


def _list(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    rows = list_delegations(actor, at=now)
    permitted = [permitted_for(actor, one.key, at=now) for one in examined_by(actor, at=now)]
    return page(
        request,
        "exposure/delegations",
        SECTION,
        **above(request, now, "delegations", refusal),
        standing=[row for row in rows if row.ended_at is None],
        over=[row for row in rows if row.ended_at is not None],
        operators=[one.organisation for one in permitted if one.administer],
    )


def _done(request: HttpRequest, form: str, work: Work, word: str) -> HttpResponse:
    return done(
        request,
        form,
        work,
        then=f"/delegations?done={word}",
        again=lambda refusal: _list(request, refusal),
    )
