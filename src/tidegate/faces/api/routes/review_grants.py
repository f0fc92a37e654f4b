"""`/reviews/{key}/grants` and `/reviews/grants`: who may use a model, how far, and until when."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.access.keys import as_written
from tidegate.desks.reviews.models import Grant
from tidegate.desks.reviews.queries.grants import grant_page, list_grants
from tidegate.desks.reviews.queries.requests import list_requests
from tidegate.desks.reviews.services import break_glass, grants, two_persons
from tidegate.desks.reviews.states.grants import Hours
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.review_grants import (
    AskingForGrant,
    AskingForTwo,
    BreakingGlass,
    EndingGrant,
    GrantSecret,
    HoursGiven,
    Issuing,
    ReviewGrants,
    ReviewGrantState,
    ReviewGrantWhole,
    TakingUp,
    TwoPersonRequests,
    TwoPersonRequestState,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["review grants"])
own_router: Final = Router(tags=["review grants"])

_ASKED: Final[Any] = {201: ReviewGrantState, 404: Problem, 409: Problem, 422: Problem}
_CHANGED: Final[Any] = {200: ReviewGrantState, 404: Problem, 409: Problem, 422: Problem}


@own_router.get("/grants", response={200: ReviewGrants, 400: Problem}, operation_id="listGrants")
def list_all(request: HttpRequest, response: HttpResponse, cursor: Cursor, limit: Limit) -> Any:
    """List the grants that whoever asks may read, of all engagements, the newest first."""
    rows = list_grants(actor_of(request), at=timezone.now())
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-asked"))


@router.get(
    "/{key}/grants",
    response={200: ReviewGrants, 400: Problem, 404: Problem},
    operation_id="listGrantsOfEngagement",
)
def list_of_engagement(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the grants of an engagement that whoever asks may read, the newest first."""
    rows = list_grants(actor_of(request), engagement=key, at=timezone.now())
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-asked"))


@own_router.get(
    "/grants/{grant}", response={200: ReviewGrantWhole, 404: Problem}, operation_id="getGrant"
)
def get(request: HttpRequest, grant: str) -> Any:
    """Return a grant: its scope in words, and the terms in force that its person works under."""
    return grant_page(actor_of(request), grant, at=timezone.now())


@router.post("/{key}/grants", response=_ASKED, operation_id="askForGrant")
def ask(request: HttpRequest, key: str, wanted: AskingForGrant) -> Any:
    """Ask for access for one named person; the developer issues it, or does not."""
    now = timezone.now()
    row = grants.ask_for_grant(actor_of(request), key, wanted.person, **_scope(wanted, now), at=now)
    return Status(201, _state(row))


@router.post("/{key}/break-glass", response=_ASKED, operation_id="askBreakGlass")
def ask_break_glass(request: HttpRequest, key: str, wanted: BreakingGlass) -> Any:
    """Ask for access that cannot wait, where the terms have it; another named person seconds it."""
    now = timezone.now()
    row = break_glass.ask_break_glass(
        actor_of(request),
        key,
        wanted.person,
        reason=wanted.reason,
        **_scope(wanted, now),
        at=now,
    )
    return Status(201, _state(row))


@own_router.post("/grants/{grant}/second", response=_CHANGED, operation_id="secondBreakGlass")
def second_break_glass(request: HttpRequest, grant: str) -> Any:
    """Second break-glass access that somebody else asked for; the developer is told at once."""
    row = break_glass.second_break_glass(actor_of(request), grant, at=timezone.now())
    return _state(row)


@own_router.post("/grants/{grant}/issue", response=_CHANGED, operation_id="issueGrant")
def issue(request: HttpRequest, grant: str, within: Issuing) -> Any:
    """Issue a grant that was asked for; for the developer."""
    row = grants.issue_grant(
        actor_of(request),
        grant,
        begins_at=within.begins_at,
        ends_at=within.ends_at,
        at=timezone.now(),
    )
    return _state(row)


@own_router.post("/grants/{grant}/decline", response=_CHANGED, operation_id="declineGrant")
def decline(request: HttpRequest, grant: str, why: EndingGrant) -> Any:
    """Decline a grant that was asked for; for the developer, who needs no reason."""
    row = grants.decline_grant(actor_of(request), grant, why=why.reason, at=timezone.now())
    return _state(row)


@own_router.post(
    "/grants/{grant}/take-up",
    response={200: GrantSecret, 404: Problem, 409: Problem, 422: Problem},
    operation_id="takeUpGrant",
)
def take_up(request: HttpRequest, grant: str, how: TakingUp) -> Any:
    """Take up the own grant: its secret is shown this once, and replaces the one before."""
    secret = grants.take_up(actor_of(request), grant, public_key=how.public_key, at=timezone.now())
    return {"grant": as_written(grant), "secret": secret}


@own_router.post("/grants/{grant}/revoke", response=_CHANGED, operation_id="revokeGrant")
def revoke(request: HttpRequest, grant: str, why: EndingGrant) -> Any:
    """End a grant for good, at once, or give back one's own; streams that run are cut."""
    row = grants.revoke_grant(actor_of(request), grant, why=why.reason, at=timezone.now())
    return _state(row)


@router.get(
    "/{key}/two-persons",
    response={200: TwoPersonRequests, 400: Problem, 404: Problem},
    operation_id="listTwoPersonRequests",
)
def list_for_two(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List what was asked for that takes two persons, the newest first."""
    rows = list_requests(actor_of(request), engagement=key, at=timezone.now())
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-asked"))


@router.post(
    "/{key}/two-persons",
    response={201: TwoPersonRequestState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="askForTwoPersons",
)
def ask_for_two(request: HttpRequest, key: str, wanted: AskingForTwo) -> Any:
    """Ask for somebody else's word before doing what the terms let two persons do together."""
    row = two_persons.ask(
        actor_of(request),
        key,
        wanted.action,
        wanted.subject,
        wanted.reason,
        at=timezone.now(),
    )
    return Status(201, row)


@own_router.post(
    "/two-persons/{asked}/second",
    response={200: TwoPersonRequestState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="secondTwoPersons",
)
def second(request: HttpRequest, asked: str) -> Any:
    """Second what somebody else has asked for; they may do it then, once."""
    return two_persons.second(actor_of(request), asked, at=timezone.now())


def _scope(wanted: AskingForGrant, now: datetime) -> dict[str, Any]:
    return {
        "purpose": wanted.purpose,
        "endpoints": wanted.endpoints,
        "operations": wanted.operations,
        "calls_a_minute": wanted.calls_a_minute,
        "tokens": wanted.tokens,
        "hours": _hours(wanted.hours) if wanted.hours else None,
        "addresses": wanted.addresses,
        "begins_at": wanted.begins_at or now,
        "ends_at": wanted.ends_at,
    }


def _hours(given: HoursGiven) -> Hours:
    return Hours(
        given.zone,
        time.fromisoformat(given.begins),
        time.fromisoformat(given.until),
        frozenset(given.days),
    )


def _state(row: Grant) -> dict[str, Any]:
    columns = set(ReviewGrantState.model_fields) - {"person"}
    return {
        "person": row.named.person.key,
        **{column: getattr(row, column) for column in columns},
    }
