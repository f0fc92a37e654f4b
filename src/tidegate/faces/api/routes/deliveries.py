"""`/deliveries`: handing in a document, what became of it, and the document itself."""

from __future__ import annotations

from typing import IO, Annotated, Any, Final, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.findings.queries import deliveries, told
from tidegate.desks.findings.queries.deliveries import DELIVERY_STATES, DeliveryFilter
from tidegate.desks.findings.services import intake
from tidegate.desks.findings.services.handing_out import hand_out_document
from tidegate.engines.formats.reports import Format
from tidegate.engines.formats.targets import TargetError, parse_target
from tidegate.faces.api.errors import ParameterError
from tidegate.faces.api.files import streamed
from tidegate.faces.api.guard import DOCUMENT_TYPES
from tidegate.faces.api.paging import Cursor, Limit, listed, part
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.deliveries import Deliveries, DeliveryWhole, ToldDelivery
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["deliveries"])

_CHANNEL: Final = "api"
_BODY: Final = {
    "requestBody": {
        "description": "The document's bytes, up to 8 GiB; also as gzip, zstd, bzip2 or xz.",
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in DOCUMENT_TYPES
        },
    }
}


@router.post(
    "",
    response={
        201: ToldDelivery,
        200: ToldDelivery,
        400: Problem,
        404: Problem,
        409: Problem,
        415: Problem,
        422: Problem,
    },
    operation_id="handIn",
    openapi_extra=_BODY,
)
def hand_in(
    request: HttpRequest,
    response: HttpResponse,
    finder: Annotated[
        str,
        Query(
            "",
            max_length=200,
            description="Whose findings these are; becomes the credit, verbatim. The organisation's"
            " name if left out.",
            examples=["Example AI Lab"],
        ),
    ],
    organisation: Annotated[
        str,
        Query(
            "",
            max_length=20,
            description="Key of the organisation for which they are handed in; it may be left out"
            " by whoever can hand in for one only.",
            examples=["O-7K3M9-Q2X4D"],
        ),
    ],
    name: Annotated[
        str,
        Query("document", max_length=300, description="What its sender calls the file."),
    ],
    format: Annotated[  # noqa: A002 - the field's word for it
        Format | None,
        Query(None, description="In which format it is; recognised by content if left out."),
    ],
    target: Annotated[
        str,
        Query(
            "",
            max_length=4096,
            description="Package URL for records that name no package.",
            examples=["pkg:npm/minimist@1.2.0"],
        ),
    ],
) -> Any:
    """Hand in a document of findings.

    Every record is accepted, recognised as one that the same finder handed in before, or refused
    with its line, its field and the reason. 201: taken in. 200: this finder handed in the same
    document before, and nothing has changed.
    """
    _check(finder, target)
    began = timezone.now()
    delivery = intake.receive(
        actor_of(request),
        cast("IO[bytes]", request),
        name=name,
        finder=finder,
        organisation=organisation,
        channel=_CHANNEL,
        format=format,
        target=target,
    )
    response["Location"] = f"{request.path}/{delivery.key}"
    status = 201 if delivery.received_at >= began else 200
    return Status(status, _told(request, delivery.key, f"{request.path}/{delivery.key}/told"))


@router.get("", response={200: Deliveries, 400: Problem}, operation_id="listDeliveries")
def list_deliveries(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    finder: Annotated[str, Query("", max_length=200, description="Its name, verbatim.")],
    state: Annotated[str, Query("", description=f"One of {', '.join(DELIVERY_STATES)}.")],
    sort: Annotated[str, Query("-received", description="`received` or `-received`.")],
) -> Any:
    """List deliveries, the newest first unless told otherwise."""
    asked = DeliveryFilter(finder=finder, state=state)
    return listed(
        request, response, deliveries.list_deliveries(actor_of(request), asked, sort, cursor, limit)
    )


@router.get("/{key}", response={200: DeliveryWhole, 404: Problem}, operation_id="getDelivery")
def get_delivery(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """Return a delivery with a page of the records of it that were refused."""
    found = deliveries.get_delivery(actor_of(request), key, cursor, limit)
    return {**whole(found), "refusals": listed(request, response, found.refusals)}


@router.get("/{key}/told", response={200: ToldDelivery, 404: Problem}, operation_id="getTold")
def get_told(
    request: HttpRequest, key: str, cursor: Cursor, refusals_cursor: Cursor, limit: Limit
) -> Any:
    """Return what the finder of a delivery is told of it: of his own findings, and nothing else."""
    return _told(request, key, request.path, cursor, refusals_cursor, limit)


@router.get(
    "/{key}/document",
    response={404: Problem},
    operation_id="getDocument",
    openapi_extra={
        "responses": {
            200: {
                "description": "The document, byte for byte as it came",
                "content": {"application/octet-stream": {}},
            }
        }
    },
)
def get_document(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """Return the document, byte for byte as it came."""
    found = hand_out_document(actor_of(request), key)
    return streamed(request, found.piece, found.name, size=found.size)


def _check(finder: str, target: str) -> None:
    if not finder.isprintable():
        raise ParameterError("finder", "holds signs that cannot be read; write a name")
    if target:
        try:
            parse_target(target)
        except TargetError as error:
            raise ParameterError("target", str(error)) from error


def _told(
    request: HttpRequest,
    key: str,
    path: str,
    cursor: str | None = None,
    refusals_cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    said = told.told_of_delivery(
        actor_of(request), key, cursor=cursor, refusals_cursor=refusals_cursor, limit=limit
    )
    findings = path.partition("/deliveries")[0] + "/findings"
    shown = [
        {**whole(one), "receipt": f"{findings}/{one.key}/receipt" if one.has_receipt else None}
        for one in said.findings.rows
    ]
    return {
        **whole(said),
        "findings": part(request, said.findings.of(shown), name="cursor", path=path),
        "refusals": part(request, said.refusals, name="refusals_cursor", path=path),
    }
