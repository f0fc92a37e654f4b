"""`/assets`: what operators run; many changed at once, imported from a sheet, and exported."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset as AssetRow
from tidegate.desks.exposure.queries import inventories
from tidegate.desks.exposure.queries.assets import SORTS, AssetPage, asset_page, list_assets
from tidegate.desks.exposure.queries.operators import one_operator
from tidegate.desks.exposure.queries.untold import could_not_be_told
from tidegate.desks.exposure.services import assets, importing
from tidegate.desks.exposure.services.sheets import MOST_BYTES
from tidegate.faces.api.bodies import document_of
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.guard import SHEET_TYPES
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Form, Problem
from tidegate.faces.api.schemas.exposure_assets import (
    Asset,
    Assets,
    AssetsChanged,
    AssetsImported,
    AssetState,
    ChangingAssets,
    InstalledPackages,
    NewAsset,
    RetiringAssets,
    UnplacedComponents,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["assets"])

_CHANGED: Final[Any] = {200: AssetsChanged, 404: Problem, 409: Problem, 422: Problem}
_LONGEST_KEY: Final = 40
_SHEET: Final = {
    "requestBody": {
        "description": "CSV in UTF-8 with a heading, up to 16 MiB. The columns are those that"
        " `/assets/export` writes; `name` is needed.",
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in SHEET_TYPES
        },
    }
}

Organisation = Annotated[
    str,
    Query(
        "",
        max_length=_LONGEST_KEY,
        description="Key of the operator; it may be left out by whoever has to do with one only.",
    ),
]


class Asked(Form):
    """What a list of assets is narrowed to."""

    organisation: str = Field("", max_length=_LONGEST_KEY)
    """Key of the operator."""
    tag: str = ""
    """A word that they bear."""
    system: str = ""
    """The system that they belong to, verbatim."""
    environment: str = ""
    """Verbatim."""
    exposed: str = Field("", description=f"One of {', '.join(AssetRow.Exposed.values)}.")
    scope: str = ""
    """Whose directives bind them."""
    text: str = ""
    """Part of a name, an owner or a system; or a key."""
    retired: bool = False
    """Those that are run no more, in place of those that are."""


# What is posted stands first: by it, `guard` knows what a body may be called.
@router.post(
    "/import",
    response={200: AssetsImported, 404: Problem, 409: Problem, 413: Problem, 422: Problem},
    operation_id="importAssets",
    openapi_extra=_SHEET,
)
def import_sheet(
    request: HttpRequest,
    organisation: Organisation,
    dry_run: Annotated[bool, Query(False, description="Only say what would be done.")],
) -> Any:
    """Make and change assets as a sheet has them: all of it, or with a fault nothing.

    What is not in the sheet stays as it is.
    """
    actor, now = actor_of(request), timezone.now()
    raw = document_of(request, most=MOST_BYTES, what="the sheet")
    key = organisation or one_operator(actor, None, act=Act.OPERATE, at=now).key
    return importing.import_assets(actor, key, raw, at=now, dry_run=dry_run)


@router.post(
    "",
    response={201: AssetState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="addAsset",
)
def add(request: HttpRequest, response: HttpResponse, wanted: NewAsset) -> Any:
    """Add something that an organisation runs."""
    said = {
        name: getattr(wanted, name)
        for name in type(wanted).model_fields
        if name not in ("organisation", "scope")
    }
    row = assets.add_asset(
        actor_of(request),
        wanted.organisation,
        **said,
        scope=wanted.scope or "",
        at=timezone.now(),
    )
    response["Location"] = f"{request.path}/{row.key}"
    return Status(201, row)


@router.get("", response={200: Assets, 400: Problem, 404: Problem}, operation_id="listAssets")
def index(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[Asked],
    sort: Annotated[str, Query("name", description=f"One of {', '.join(SORTS)}; `-` before it.")],
    cursor: Cursor,
    limit: Limit,
) -> Any:
    """List assets, each with how much is installed, exposed, due, and how much cannot be told."""
    actor, now = actor_of(request), timezone.now()
    narrowed = asked.model_dump()
    search = narrowed.pop("text")
    untold = could_not_be_told(actor, organisation=asked.organisation, system=asked.system, at=now)
    page = list_assets(
        actor, **narrowed, search=search, sort=sort, cursor=cursor, limit=limit, at=now
    )
    return {**listed(request, response, page), "untold": untold}


@router.post("/change", response=_CHANGED, operation_id="changeAssets")
def change(request: HttpRequest, wanted: ChangingAssets) -> Any:
    """Change assets, all of them or none; days follow where exposure or scope changed."""
    said = {name: getattr(wanted, name) for name in wanted.model_fields_set - {"assets"}}
    changed = assets.change_assets(actor_of(request), wanted.assets, **said, at=timezone.now())
    return {"changed": changed}


@router.post("/retire", response=_CHANGED, operation_id="retireAssets")
def retire(request: HttpRequest, wanted: RetiringAssets) -> Any:
    """Say that assets are run no more, all of them or none; what they are exposed to clears."""
    changed = assets.retire_assets(actor_of(request), wanted.assets, at=timezone.now())
    return {"changed": changed}


@router.get(
    "/export",
    response={404: Problem, 409: Problem},
    operation_id="exportAssets",
    openapi_extra={
        "responses": {
            200: {"description": "The assets that are run now", "content": {"text/csv": {}}}
        }
    },
)
def export(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Return the assets of an operator as a sheet, to be changed and imported again."""
    content = importing.export_assets(actor_of(request), organisation, at=timezone.now())
    return as_attachment(content, "assets.csv", "text/csv; charset=utf-8")


@router.get("/{key}", response={200: Asset, 404: Problem}, operation_id="getAsset")
def get(request: HttpRequest, key: str) -> Any:
    """Return an asset: inventories, what is installed, what cannot be told, exposures, changes."""
    actor, now = actor_of(request), timezone.now()
    page = asset_page(actor, key, at=now)
    return {**_told(page), "untold": could_not_be_told(actor, asset=key, at=now)}


@router.post(
    "/{key}/bring-back",
    response={200: AssetState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="bringAssetBack",
)
def bring_back(request: HttpRequest, key: str) -> Any:
    """Say that a retired asset is run after all, with the inventories that it had."""
    return assets.bring_back(actor_of(request), key, at=timezone.now())


@router.get(
    "/{key}/installed",
    response={200: InstalledPackages, 400: Problem, 404: Problem},
    operation_id="listInstalled",
)
def installed(
    request: HttpRequest,
    response: HttpResponse,
    key: str,
    cursor: Cursor,
    limit: Limit,
    ecosystem: Annotated[str, Query("", description="OSV's word, with its release.")],
    inventory: Annotated[
        str, Query("", max_length=_LONGEST_KEY, description="Key of an inventory that counts.")
    ],
    text: Annotated[str, Query("", description="Part of a package's name.")],
) -> Any:
    """List what is installed on an asset, by ecosystem, package and version."""
    page = inventories.installed_rows(
        actor_of(request),
        key,
        ecosystem=ecosystem,
        inventory=inventory,
        search=text,
        cursor=cursor,
        limit=limit,
        at=timezone.now(),
    )
    return listed(request, response, page)


@router.get(
    "/{key}/unplaced",
    response={200: UnplacedComponents, 400: Problem, 404: Problem},
    operation_id="listUnplaced",
)
def unplaced(
    request: HttpRequest,
    response: HttpResponse,
    key: str,
    cursor: Cursor,
    limit: Limit,
    reason: Annotated[str, Query("", description="Such as `no-version`.")],
    inventory: Annotated[
        str, Query("", max_length=_LONGEST_KEY, description="Key of an inventory that counts.")
    ],
) -> Any:
    """List the components of an asset of which nothing can be said, each with its reason."""
    page = inventories.unplaced_rows(
        actor_of(request),
        key,
        reason=reason,
        inventory=inventory,
        cursor=cursor,
        limit=limit,
        at=timezone.now(),
    )
    return listed(request, response, page)


def _told(page: AssetPage) -> dict[str, Any]:
    """Return an asset's page as one object: of two counts with a name, the row's keeps it."""
    told = whole(page)
    return {
        **told,
        "unplaced": page.row.unplaced,
        "unplaced_reasons": page.unplaced,
        "exposures": page.row.exposures,
        "exposure_counts": page.exposures,
    }
