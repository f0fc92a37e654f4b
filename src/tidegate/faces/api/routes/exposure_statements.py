"""`/statements`: VEX, which annotates what operators are exposed to, and hides nothing."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Statement as StatementRow
from tidegate.desks.exposure.queries.operators import one_operator
from tidegate.desks.exposure.queries.statements import list_statements
from tidegate.desks.exposure.services.statements import end_statement, load_vex
from tidegate.engines.matching.vex_documents import MAX_BYTES
from tidegate.faces.api.bodies import document_of
from tidegate.faces.api.guard import STATEMENT_TYPES
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Form, Problem
from tidegate.faces.api.schemas.exposure_parties import (
    Statements,
    StatementsLoaded,
    StatementState,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["statements"])

_BODY: Final = {
    "requestBody": {
        "description": "OpenVEX, CycloneDX or CSAF as JSON, up to 32 MiB.",
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in STATEMENT_TYPES
        },
    }
}


class Asked(Form):
    """What a list of statements is narrowed to."""

    organisation: str = Field("", max_length=40)
    """Key of the operator."""
    vulnerability: str = ""
    """By its name."""
    status: str = Field("", description=f"One of {', '.join(StatementRow.Status.values)}.")
    ended: bool = False
    """Those that count no more, too."""


# What is posted stands first: by it, `guard` knows what a body may be called.
@router.post(
    "",
    response={
        201: StatementsLoaded,
        200: StatementsLoaded,
        404: Problem,
        409: Problem,
        413: Problem,
        422: Problem,
    },
    operation_id="loadStatements",
    openapi_extra=_BODY,
)
def load_statements(
    request: HttpRequest,
    organisation: Annotated[
        str,
        Query(
            "",
            max_length=40,
            description="Key of the operator for whose assets it counts; it may be left out by"
            " whoever has to do with one only.",
        ),
    ],
    name: Annotated[str, Query("document", max_length=300, description="What the file is called.")],
) -> Any:
    """Load a document with VEX statements for an operator; nobody else's assets are annotated.

    201: its statements count from now on. 200: the same document was loaded already.
    """
    actor, now = actor_of(request), timezone.now()
    of = organisation or one_operator(actor, None, act=Act.OPERATE, at=now).key
    raw = document_of(request, most=MAX_BYTES, what="the document")
    done = load_vex(actor, of, raw, name, at=now)
    return Status(201 if done.is_new else 200, done)


@router.get("", response={200: Statements, 400: Problem}, operation_id="listStatements")
def index(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[Asked],
    cursor: Cursor,
    limit: Limit,
    sort: Annotated[str, Query("-loaded", description="`loaded` or `-loaded`.")],
) -> Any:
    """List the statements that whoever asks may read, the newest first."""
    page = list_statements(
        actor_of(request),
        **asked.model_dump(),
        sort=sort,
        cursor=cursor,
        limit=limit,
        at=timezone.now(),
    )
    return listed(request, response, page)


@router.post(
    "/{key}/end",
    response={200: StatementState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="endStatement",
)
def end(request: HttpRequest, key: str) -> Any:
    """Let a statement count no more, such as one that has proved wrong; it stays on record."""
    return end_statement(actor_of(request), key, at=timezone.now())
