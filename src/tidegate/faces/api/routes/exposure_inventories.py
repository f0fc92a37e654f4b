"""`/inventories`: what is installed on assets is handed in, shown, taken back, handed out."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.access.words import Act
from tidegate.desks.exposure.queries.inventories import inventory_page
from tidegate.desks.exposure.queries.inventory_list import list_inventories
from tidegate.desks.exposure.queries.operators import one_operator
from tidegate.desks.exposure.queries.untold import could_not_be_told
from tidegate.desks.exposure.services import inventories
from tidegate.engines.formats.inventories.reading import Limits
from tidegate.faces.api.bodies import document_of
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.guard import INVENTORY_TYPES
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_inventories import (
    Inventories,
    Inventory,
    InventoryHandedIn,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["inventories"])

LARGEST: Final = Limits().packed_bytes
"""Bytes of an inventory, as it comes."""

_ASSET_KEY: Final = re.compile(r"[Hh]-[0-9A-Za-z]{5}-[0-9A-Za-z]{5}")
_BODY: Final = {
    "requestBody": {
        "description": "The document's bytes, up to 64 MiB; also as gzip, zstd, bzip2 or xz."
        " CycloneDX, SPDX, a lock file, requirements.txt, or a dpkg status file.",
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in INVENTORY_TYPES
        },
    }
}


# What is posted stands first: by it, `guard` knows what a body may be called.
@router.post(
    "",
    response={
        201: InventoryHandedIn,
        200: InventoryHandedIn,
        404: Problem,
        409: Problem,
        413: Problem,
        415: Problem,
        422: Problem,
    },
    operation_id="handInInventory",
    openapi_extra=_BODY,
)
def hand_in_inventory(
    request: HttpRequest,
    response: HttpResponse,
    asset: Annotated[
        str,
        Query(
            min_length=1,
            max_length=200,
            description="The asset's key; or its name, by which it is made if there is none.",
            examples=["web-1", "H-7K3M9-Q2X4D"],
        ),
    ],
    organisation: Annotated[
        str,
        Query(
            "",
            max_length=40,
            description="Key of the operator, where the asset is named by its name; it may be left"
            " out by whoever can hand in for one only.",
            examples=["O-7K3M9-Q2X4D"],
        ),
    ],
    part: Annotated[
        str,
        Query(
            "",
            max_length=100,
            description="Which part of the asset it tells of, such as `host`; it replaces what"
            " came of that part, and nothing else.",
        ),
    ],
    name: Annotated[
        str,
        Query(
            "document",
            max_length=300,
            description="What the file is called; it tells some formats apart.",
            examples=["requirements.txt"],
        ),
    ],
    distribution: Annotated[
        str,
        Query(
            "",
            max_length=40,
            description="The release, for a document that does not tell.",
            examples=["debian-12"],
        ),
    ],
) -> Any:
    """Hand in what is installed on an asset: an SBOM, a lock file, a package manager's status.

    It comes in as far as it goes, and what was not understood is listed. 201: it counts from now
    on, and the exposures of the asset follow it. 200: the same document counts already.
    """
    actor, now = actor_of(request), timezone.now()
    more: dict[str, Any] = {"part": part, "distribution": distribution, "at": now}
    if _ASSET_KEY.fullmatch(asset.strip()):
        raw = document_of(request, most=LARGEST, what="the inventory")
        done = inventories.hand_in(actor, asset, raw, name, **more)
    else:
        of = organisation or one_operator(actor, None, act=Act.INVENTORY, at=now).key
        raw = document_of(request, most=LARGEST, what="the inventory")
        done = inventories.hand_in_for(actor, of, asset, raw, name, **more)
    response["Location"] = f"{request.path}/{done.key}"
    return Status(201 if done.is_new else 200, done)


@router.get(
    "", response={200: Inventories, 400: Problem, 404: Problem}, operation_id="listInventories"
)
def index(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    organisation: Annotated[
        str, Query("", max_length=40, description="Key of the operator; all, if left out.")
    ],
) -> Any:
    """List assets by name, each with its inventories: those that count first."""
    actor, now = actor_of(request), timezone.now()
    untold = could_not_be_told(actor, organisation=organisation, at=now)
    page = list_inventories(actor, organisation=organisation, cursor=cursor, limit=limit, at=now)
    return {**listed(request, response, page), "untold": untold}


@router.get("/{key}", response={200: Inventory, 404: Problem}, operation_id="getInventory")
def get(request: HttpRequest, key: str) -> Any:
    """Return an inventory: how much of it was placed, and the places that were left out."""
    return whole(inventory_page(actor_of(request), key, at=timezone.now()))


@router.get(
    "/{key}/document",
    response={404: Problem},
    operation_id="getInventoryDocument",
    openapi_extra={
        "responses": {
            200: {
                "description": "The document, byte for byte as it came",
                "content": {"application/octet-stream": {}},
            }
        }
    },
)
def get_document(request: HttpRequest, key: str) -> HttpResponse:
    """Return the document, byte for byte as it came."""
    name, content = inventories.hand_out(actor_of(request), key, at=timezone.now())
    return as_attachment(content, name, "application/octet-stream")


@router.post(
    "/{key}/take-back",
    response={200: InventoryHandedIn, 404: Problem, 409: Problem, 422: Problem},
    operation_id="takeBackInventory",
)
def take_back(request: HttpRequest, key: str) -> Any:
    """Take back an inventory that counts; the one of the same part before it counts again."""
    return inventories.take_back(actor_of(request), key, at=timezone.now())
