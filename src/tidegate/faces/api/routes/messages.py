"""`/cases/{key}/messages` and `/attachments`: what is said in a case, and the files with it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from tidegate.desks.cases.services import messages
from tidegate.desks.cases.services.attaching import File
from tidegate.desks.findings.queries.paging import Page
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.messages import Messages, NewMessage, Sent
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["messages"])
attachments_router: Final = Router(tags=["messages"])


@router.get(
    "/{key}/messages",
    response={200: Messages, 400: Problem, 404: Problem},
    operation_id="listMessages",
)
def list_messages(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the messages of a case that whoever asks may read, the newest first.

    That they have them before them is kept, for the author and the coordinators to see.
    """
    found = messages.read(actor_of(request), key, before=cursor or "", most=limit)
    page = Page(found.shown[::-1], found.earlier, None, "-sent")
    return listed(request, response, page)


@router.post(
    "/{key}/messages",
    response={201: Sent, 404: Problem, 409: Problem, 422: Problem},
    operation_id="sendMessage",
)
def send(request: HttpRequest, key: str, said: NewMessage) -> Any:
    """Send a message in a case: to all, to some, or to the coordinators alone.

    Files come along in base64. The whole body has at most 2 MiB, as every JSON body here.
    """
    message = messages.send(
        actor_of(request),
        key,
        said.text,
        tlp=said.tlp,
        audience=said.audience,
        parties=said.parties,
        persons=said.persons,
        files=[File(file.name, file.content, file.media_type) for file in said.files],
    )
    attached = message.attachments.order_by("pk").values_list("key", flat=True)
    return Status(
        201,
        {
            "key": message.key,
            "audience": message.audience,
            "tlp": message.tlp,
            "sent_at": message.sent_at,
            "attachments": list(attached),
        },
    )


@attachments_router.get(
    "/{key}",
    response={404: Problem},
    operation_id="getAttachment",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file, byte for byte as it came",
                "content": {"application/octet-stream": {}},
            }
        }
    },
)
def get_attachment(request: HttpRequest, key: str) -> HttpResponse:
    """Return an attachment, as bytes to be saved; that it was read is kept in the ledger.

    Each one is asked for by itself: knowing its key, or reading the case, gives nobody the right.
    """
    named, content = messages.read_attachment(actor_of(request), key)
    return as_attachment(content, named.name, "application/octet-stream")
