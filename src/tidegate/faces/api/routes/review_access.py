"""`/reviews/{key}/window`, `/endpoints`, `/plug`, `/calls`: when, where, and what went through."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.findings.queries.paging import Page
from tidegate.desks.reviews.queries.calls import CallShown, list_calls, live_use
from tidegate.desks.reviews.queries.endpoints import list_endpoints
from tidegate.desks.reviews.services import endpoints, grants, transcripts, windows
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.review_access import (
    EndpointState,
    LiveUse,
    ModelCalls,
    ModelEndpoints,
    MovingEnd,
    NewCredential,
    NewEndpoint,
    OpeningWindow,
    PlugState,
)
from tidegate.faces.api.schemas.reviews import EngagementState
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["review access"])
own_router: Final = Router(tags=["review access"])

_CHANGED: Final[Any] = {200: EngagementState, 404: Problem, 409: Problem, 422: Problem}
_ENDPOINT: Final[Any] = {200: EndpointState, 404: Problem, 409: Problem, 422: Problem}
_PLUG: Final[Any] = {200: PlugState, 404: Problem, 409: Problem, 422: Problem}


@router.post("/{key}/window", response=_CHANGED, operation_id="openWindow")
def open_window(request: HttpRequest, key: str, wanted: OpeningWindow) -> Any:
    """Let access begin, once: within the framework's ceiling, and under terms that both signed."""
    return windows.open_window(
        actor_of(request),
        key,
        opens_at=wanted.opens_at,
        ends_at=wanted.ends_at,
        at=timezone.now(),
    )


@router.post("/{key}/window/end", response=_CHANGED, operation_id="moveWindowEnd")
def move_end(request: HttpRequest, key: str, wanted: MovingEnd) -> Any:
    """Move the end of the window; grants that would outlive it end with it."""
    return windows.move_end(actor_of(request), key, wanted.ends_at, at=timezone.now())


@router.post("/{key}/evaluation", response=_CHANGED, operation_id="beginEvaluation")
def begin_evaluation(request: HttpRequest, key: str) -> Any:
    """Say that the model is looked at now; the first call says it, too."""
    return windows.begin_evaluation(actor_of(request), key, at=timezone.now())


@router.get(
    "/{key}/endpoints",
    response={200: ModelEndpoints, 400: Problem, 404: Problem},
    operation_id="listModelEndpoints",
)
def index(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List where the model answers; reviewers see the names alone, and nobody a credential."""
    rows = list_endpoints(actor_of(request), key, at=timezone.now())
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="name"))


@router.post(
    "/{key}/endpoints",
    response={201: EndpointState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="addModelEndpoint",
)
def add(request: HttpRequest, key: str, wanted: NewEndpoint) -> Any:
    """Say where a model answers, and with which credential; it is sealed and not shown again."""
    row = endpoints.add_endpoint(
        actor_of(request),
        key,
        wanted.name,
        wanted.protocol,
        wanted.url,
        wanted.model,
        wanted.credential,
        at=timezone.now(),
    )
    return Status(201, row)


@own_router.post(
    "/endpoints/{endpoint}/credential", response=_ENDPOINT, operation_id="replaceCredential"
)
def replace_credential(request: HttpRequest, endpoint: str, wanted: NewCredential) -> Any:
    """Give an endpoint another credential; the next call uses it."""
    return endpoints.replace_credential(
        actor_of(request), endpoint, wanted.credential, at=timezone.now()
    )


@own_router.post("/endpoints/{endpoint}/end", response=_ENDPOINT, operation_id="endModelEndpoint")
def end(request: HttpRequest, endpoint: str) -> Any:
    """End an endpoint: no call goes there any more, and its credential is destroyed."""
    return endpoints.end_endpoint(actor_of(request), endpoint, at=timezone.now())


@router.post("/{key}/plug/pull", response=_PLUG, operation_id="pullPlug")
def pull(request: HttpRequest, key: str) -> Any:
    """Pull the plug: every grant ends, and every stream that runs is cut."""
    return grants.pull_the_plug(actor_of(request), key, at=timezone.now())


@router.post("/{key}/plug/put-back", response=_PLUG, operation_id="putPlugBack")
def put_back(request: HttpRequest, key: str) -> Any:
    """Let access be used again; grants that have ended stay ended."""
    return grants.put_back(actor_of(request), key, at=timezone.now())


@router.get(
    "/{key}/calls",
    response={200: ModelCalls, 400: Problem, 404: Problem},
    operation_id="listModelCalls",
)
def list_all(
    request: HttpRequest,
    response: HttpResponse,
    key: str,
    cursor: Cursor,
    limit: Limit,
    grant: Annotated[
        str, Query("", max_length=40, description="Key of a grant, to see its calls alone.")
    ],
) -> Any:
    """List the calls of the model that whoever asks may read, the newest first."""
    actor = actor_of(request)
    newest = list_calls(actor, key, grant=grant, limit=limit + 1)
    rows = newest if not cursor else _after(actor, key, grant, cursor, limit + 1)
    more = rows[limit - 1].key if len(rows) > limit else None
    return listed(request, response, Page(rows[:limit], more, None, "-began"))


@router.get("/{key}/live", response={200: LiveUse, 404: Problem}, operation_id="getLiveUse")
def live(request: HttpRequest, key: str) -> Any:
    """Return who uses the model right now, and how much each has used it."""
    return live_use(actor_of(request), key, at=timezone.now())


@own_router.get(
    "/calls/{call}/transcript",
    response={404: Problem, 409: Problem},
    operation_id="getTranscript",
    openapi_extra={
        "responses": {
            200: {
                "description": "What was said, encrypted with age to those who may read it",
                "content": {"application/octet-stream": {}},
            }
        }
    },
)
def get_transcript(request: HttpRequest, call: str) -> HttpResponse:
    """Return what is kept of a call, encrypted; that it was handed out is kept in the ledger.

    This instance cannot read it. Where the terms say so, it takes a second person's word before.
    """
    content = transcripts.hand_out(actor_of(request), call, at=timezone.now())
    return as_attachment(content, f"{as_written(call)}.age", "application/octet-stream")


def _after(actor: Actor, key: str, grant: str, cursor: str, limit: int) -> tuple[CallShown, ...]:
    try:
        return list_calls(actor, key, grant=grant, before=cursor, limit=limit)
    except NotFoundError as error:
        raise CursorError(
            "no call of this list has this cursor; take one from `next`, or leave it out for the"
            " first page"
        ) from error
