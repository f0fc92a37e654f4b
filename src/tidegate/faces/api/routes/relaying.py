"""`/cases/{key}/relay`: a case is handed on to another coordinator, as a document."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tidegate.desks.access.keys import as_written
from tidegate.desks.cases.services import relaying
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.coordination import Relaying
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["coordination"])


@router.post(
    "/{key}/relay",
    response={404: Problem, 409: Problem, 422: Problem},
    operation_id="relayCase",
    openapi_extra={
        "responses": {
            200: {
                "description": "A CSAF 2.1 vulnerability report",
                "content": {"application/json": {}},
            }
        }
    },
)
def relay(request: HttpRequest, key: str, to: Relaying) -> HttpResponse:
    """Hand a case on to another coordinator: return it as a CSAF 2.1 vulnerability report.

    It is sent by whoever asked for it; nothing here speaks to a network.
    """
    document = relaying.relay(
        actor_of(request),
        key,
        to.to,
        identifier=to.identifier,
        permission=to.permission,
        namespace=to.namespace,
        at=timezone.now(),
    )
    return as_attachment(document, f"{as_written(key)}.csaf.json", "application/json")
