"""`/update-keys`: the public keys that restricted releases for an organisation are encrypted to."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.publications.models import UpdateRecipient
from tidegate.desks.publications.queries.recipients import list_recipients
from tidegate.desks.publications.services import recipients
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.publication_identifiers import (
    RegisteringKey,
    RevokingKey,
    UpdateKey,
    UpdateKeys,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["update keys"])


@router.get(
    "", response={200: UpdateKeys, 400: Problem, 404: Problem}, operation_id="listUpdateKeys"
)
def index(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    organisation: Annotated[
        str, Query("", max_length=40, description="Key of an organisation; all, if left out.")
    ],
    revoked: Annotated[bool, Query(False, description="Those that were revoked, too.")],
) -> Any:
    """List the keys that whoever asks may see: the own ones; coordinators see all."""
    rows = list_recipients(
        actor_of(request), organisation=organisation, revoked=revoked, at=timezone.now()
    )
    page = cut(rows, lambda row: _name(row), cursor, limit, sort="organisation")
    return listed(request, response, page)


@router.post(
    "",
    response={201: UpdateKey, 404: Problem, 409: Problem, 422: Problem},
    operation_id="registerUpdateKey",
)
def register(request: HttpRequest, wanted: RegisteringKey) -> Any:
    """Register a public key of an organisation; for its administrators."""
    row = recipients.register(
        actor_of(request),
        wanted.organisation,
        wanted.recipient,
        name=wanted.name,
        at=timezone.now(),
    )
    return Status(201, _key(row))


@router.post(
    "/revoke",
    response={200: UpdateKey, 404: Problem, 409: Problem, 422: Problem},
    operation_id="revokeUpdateKey",
)
def revoke(request: HttpRequest, wanted: RevokingKey) -> Any:
    """Revoke a key: what goes out from now on is not encrypted to it."""
    row = recipients.revoke(
        actor_of(request),
        wanted.organisation,
        wanted.recipient,
        why=wanted.reason,
        at=timezone.now(),
    )
    return _key(row)


def _name(row: Any) -> str:
    """Return what tells a row from the others: a key may come again after it was revoked."""
    return f"{row.organisation} {row.recipient} {row.added_at.isoformat()}"


def _key(row: UpdateRecipient) -> dict[str, Any]:
    names = ("recipient", "name", "added_by", "added_at", "revoked_at")
    return {
        **{name: getattr(row, name) for name in names},
        "organisation": row.organisation.key,
        "organisation_name": row.organisation.name,
    }
