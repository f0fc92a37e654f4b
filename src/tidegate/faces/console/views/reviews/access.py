"""Access to a model: where it answers, who may call it, who does right now; and the plug.

The part that is live is asked for again every two seconds by a script; without it, the page is as
it was when it was opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.reviews.models import Endpoint
from tidegate.desks.reviews.queries.calls import LiveUse, live_use
from tidegate.desks.reviews.queries.endpoints import EndpointShown, list_endpoints
from tidegate.desks.reviews.queries.engagements import EngagementPage, engagement_page
from tidegate.desks.reviews.queries.grants import list_grants
from tidegate.desks.reviews.queries.terms import terms_page
from tidegate.desks.reviews.services import break_glass, endpoints, grants, two_persons
from tidegate.desks.reviews.services.scopes import MOST_CALLS_A_MINUTE, MOST_TOKENS
from tidegate.desks.reviews.states.grants import Hours, Operation
from tidegate.faces.console import review_words as words
from tidegate.faces.console.charts.minutes import Minute, draw_minutes
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    Work,
    instant_of,
    needed_instant_of,
    text_of,
    time_zone,
)
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.reviews.answering import (
    done_on,
    listed,
    needed_number_of,
    number_of,
)
from tidegate.faces.console.views.reviews.shown import open_requests
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_PROTOCOLS: Final = (
    (Endpoint.Protocol.OPENAI, "OpenAI: chat completions and responses"),
    (Endpoint.Protocol.ANTHROPIC, "Anthropic: messages"),
)
_ALIVE: Final = ("asked", "issued", "in-use")
_RATE: Final = 60
"""Calls a minute that a form begins with."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What can be chosen for a new grant."""

    persons: tuple[tuple[str, str], ...]
    """Key and name of those for whom it can be asked for; empty for oneself alone."""
    endpoints: tuple[str, ...]
    operations: tuple[tuple[str, str], ...]
    purposes: tuple[str, ...]
    names_endpoints: bool
    """They write the names of endpoints themselves, for they see none."""
    rate: int
    days: tuple[tuple[int, str], ...]


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show where the model answers, and who may call it."""
    return access(request, key)


@require_GET
@asking
def now(request: HttpRequest, key: str) -> HttpResponse:
    """Return what is live of the page, for a script that asks for it again and again."""
    at = timezone.now()
    found = live_use(actor_of(request), key, at=at)
    base = {"one": {"key": as_written(key)}, "now": at, "zone": time_zone(request)}
    return render(request, "console/reviews/parts/live.html", {**base, **_live(found)})


def access(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of access to a model.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    actor, at = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=at)
    there = list_endpoints(actor, key, at=at)
    held = list_grants(actor, engagement=one.key, at=at)
    return page(
        request,
        "reviews/access",
        "reviews",
        **shown.above(request, one, at, "access", refusal),
        **_live(live_use(actor, key, at=at)),
        endpoints=there,
        protocols=_PROTOCOLS,
        alive=[grant for grant in held if grant.state in _ALIVE],
        over=[grant for grant in held if grant.state not in _ALIVE],
        asking=_asking(actor, one, there, at) if "ask-grant" in one.may else None,
        requests=open_requests(actor, one, at),
        own=actor.key,
    )


@require_POST
@asking
def add_endpoint(request: HttpRequest, key: str) -> HttpResponse:
    """Add an address at which the model answers; its credential is taken once, and never shown."""
    return _done(
        request,
        key,
        "endpoint",
        lambda actor, at: endpoints.add_endpoint(
            actor,
            key,
            text_of(request, "name"),
            text_of(request, "protocol"),
            text_of(request, "url"),
            text_of(request, "model"),
            text_of(request, "credential"),
            at=at,
        ),
        "endpoint",
    )


@require_POST
@asking
def replace_credential(request: HttpRequest, key: str, endpoint: str) -> HttpResponse:
    """Give an endpoint another credential."""
    return _done(
        request,
        key,
        f"credential-{endpoint}",
        lambda actor, at: endpoints.replace_credential(
            actor, endpoint, text_of(request, "credential"), at=at
        ),
        "endpoint",
    )


@require_POST
@asking
def end_endpoint(request: HttpRequest, key: str, endpoint: str) -> HttpResponse:
    """End an endpoint."""
    return _done(
        request,
        key,
        f"end-{endpoint}",
        lambda actor, at: endpoints.end_endpoint(actor, endpoint, at=at),
        "endpoint-ended",
    )


@require_POST
@asking
def ask_for_grant(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for access for one person; or, where it cannot wait, for break-glass access."""
    if text_of(request, "how") == "break-glass":
        return _done(
            request,
            key,
            "grant",
            lambda actor, at: break_glass.ask_break_glass(
                actor,
                key,
                text_of(request, "person"),
                reason=text_of(request, "reason"),
                **_wanted(request, at),
                at=at,
            ),
            "glass",
        )
    return _done(
        request,
        key,
        "grant",
        lambda actor, at: grants.ask_for_grant(
            actor, key, text_of(request, "person"), **_wanted(request, at), at=at
        ),
        "grant-asked",
    )


@require_POST
@asking
def issue(request: HttpRequest, key: str, grant: str) -> HttpResponse:
    """Issue a grant that was asked for."""
    return _done(
        request,
        key,
        f"issue-{grant}",
        lambda actor, at: grants.issue_grant(
            actor,
            grant,
            begins_at=instant_of(request, "begins_at", "the beginning of the grant"),
            ends_at=instant_of(request, "ends_at", "the end of the grant"),
            at=at,
        ),
        "issued",
    )


@require_POST
@asking
def decline(request: HttpRequest, key: str, grant: str) -> HttpResponse:
    """Decline a grant that was asked for."""
    return _done(
        request,
        key,
        f"decline-{grant}",
        lambda actor, at: grants.decline_grant(actor, grant, why=text_of(request, "why"), at=at),
        "declined",
    )


@require_POST
@asking
def second(request: HttpRequest, key: str, grant: str) -> HttpResponse:
    """Agree to break-glass access that another person of the own side has asked for."""
    return _done(
        request,
        key,
        f"second-{grant}",
        lambda actor, at: break_glass.second_break_glass(actor, grant, at=at),
        "broken",
    )


@require_POST
@asking
def second_request(request: HttpRequest, key: str, asked: str) -> HttpResponse:
    """Agree to something that takes two persons."""
    return _done(
        request,
        key,
        f"request-{asked}",
        lambda actor, at: two_persons.second(actor, asked, at=at),
        "seconded",
    )


@require_POST
@asking
def revoke(request: HttpRequest, key: str, grant: str) -> HttpResponse:
    """End a grant for good."""
    return _done(
        request,
        key,
        f"revoke-{grant}",
        lambda actor, at: grants.revoke_grant(actor, grant, why=text_of(request, "why"), at=at),
        "revoked",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_on("access", access, request, key, form, work, word)


def _live(live: LiveUse) -> dict[str, Any]:
    minutes = [Minute(one.at, one.calls, one.refusals) for one in live.minutes]
    return {"live": live, "minutes": draw_minutes(minutes)}


def _asking(
    actor: Actor, one: EngagementPage, there: Sequence[EndpointShown], at: datetime
) -> Asking:
    """Return what a new grant can be; for a partner, as its own terms have it."""
    partner = next((party for party in one.parties if party.part == "partner" and party.mine), None)
    governs = shown.is_government(one)
    found = terms_page(
        actor, one.key, for_partner=partner.organisation if partner and not governs else "", at=at
    )
    purposes = found.terms.settings.purposes if found.terms else ()
    return Asking(
        persons=tuple(
            (person.key, person.name)
            for party in one.parties
            if party.mine and party.part != "developer"
            for person in party.people
            if person.duty == "evaluator" and person.recused_at is None
        ),
        endpoints=tuple(endpoint.name for endpoint in there if endpoint.ended_at is None),
        operations=tuple((word.value, words.OPERATIONS[word]) for word in Operation),
        purposes=tuple(purposes),
        names_endpoints=bool(shown.own_partner(one)),
        rate=_RATE,
        days=tuple(enumerate(words.WEEKDAYS)),
    )


def _wanted(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Return what a form asks of a grant.

    Raises:
        UnreadableError: a field holds what cannot be read.
    """
    return {
        "purpose": text_of(request, "purpose"),
        "endpoints": [*request.POST.getlist("endpoints"), *listed(request, "endpoint_names")],
        "operations": request.POST.getlist("operations"),
        "calls_a_minute": needed_number_of(
            request, "calls_a_minute", "the calls a minute", most=MOST_CALLS_A_MINUTE
        ),
        "tokens": number_of(request, "tokens", "the budget of tokens", most=MOST_TOKENS),
        "hours": _hours(request),
        "addresses": listed(request, "addresses"),
        "begins_at": instant_of(request, "begins_at", "the beginning of the grant") or at,
        "ends_at": needed_instant_of(request, "ends_at", "the end of the grant"),
    }


def _hours(request: HttpRequest) -> Hours | None:
    begins, until = text_of(request, "from"), text_of(request, "until")
    if not begins and not until:
        return None
    zone = text_of(request, "hours_zone") or "UTC"
    try:
        ZoneInfo(zone)
        return Hours(zone, _clock(begins), _clock(until), _weekdays(request))
    except (ZoneInfoNotFoundError, ValueError):
        raise UnreadableError(
            "the hours cannot be read; give both as 08:00, a zone such as Europe/Berlin, and days"
        ) from None


def _clock(written: str) -> time:
    return time.fromisoformat(written).replace(tzinfo=None)


def _weekdays(request: HttpRequest) -> frozenset[int]:
    said = frozenset(int(one) for one in request.POST.getlist("days") if one in tuple("0123456"))
    return said or frozenset(range(7))
