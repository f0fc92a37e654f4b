"""`/adoption` and `/funnel`: how far what was published has come; operators say it themselves."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from tidegate.desks.publications.queries.adoption import By, curve
from tidegate.desks.publications.queries.adoption_own import OwnAdoption as Own
from tidegate.desks.publications.queries.adoption_own import OwnAsset, own_adoption
from tidegate.desks.publications.queries.concerning import Concern as ConcernRow
from tidegate.desks.publications.queries.concerning import concerning
from tidegate.desks.publications.queries.funnel import Step, funnel
from tidegate.desks.publications.services import adoption
from tidegate.desks.publications.states.adoption import Stage
from tidegate.faces.api.bodies import document_of
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.guard import REPORT_TYPES
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.publication_answers import severity_of
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.publication_adoption import (
    AdoptionCurve,
    Concerns,
    FixFunnel,
    OwnAdoption,
    ReportTaken,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["adoption"])
of_publications: Final = Router(tags=["adoption"])
funnel_router: Final = Router(tags=["adoption"])

_REPORT: Final = {
    "requestBody": {
        "description": "A report of the form `urn:tidegate:adoption-report:1`, up to 8 MiB, as"
        " `tidegate-operator report --show` prints it.",
        "required": True,
        "content": {media_type: {"schema": {"type": "object"}} for media_type in REPORT_TYPES},
    }
}

Organisation = Annotated[
    str,
    Query(
        "",
        max_length=40,
        description="Key of the operator; it may be left out by whoever has to do with one only.",
    ),
]


@router.post(
    "/reports",
    response={200: ReportTaken, 404: Problem, 409: Problem, 413: Problem, 422: Problem},
    operation_id="reportAdoption",
    openapi_extra=_REPORT,
)
def take_report(request: HttpRequest, organisation: Organisation) -> Any:
    """Say how far an operator has come with what was published, as far as it agreed to.

    It is taken line by line: what cannot be taken is answered with its line and its mend, the rest
    counts, and the same report again changes nothing. The organisation is the one of the token,
    which needs the scope `write`.
    """
    raw = document_of(request, most=adoption.LONGEST_REPORT, what="the report")
    return adoption.take(actor_of(request), raw, organisation=organisation, at=timezone.now())


@router.get(
    "",
    response={200: Concerns, 400: Problem, 404: Problem, 409: Problem},
    operation_id="listConcerns",
)
def index(
    request: HttpRequest,
    response: HttpResponse,
    organisation: Organisation,
    cursor: Cursor,
    limit: Limit,
) -> Any:
    """List what was published that concerns an operator, and how far it is with each.

    That something is not listed is no word on whether it is affected by it.
    """
    found = concerning(actor_of(request), organisation=organisation, at=timezone.now())
    page = cut(found.rows, lambda row: row.identifier, cursor, limit, sort="due")
    told = listed(request, response, page)
    return {**whole(found), **told, "rows": [_concern(row) for row in told["rows"]]}


@of_publications.get(
    "/{key}/adoption", response={200: AdoptionCurve, 404: Problem}, operation_id="getAdoption"
)
def get_curve(
    request: HttpRequest,
    key: str,
    by: Annotated[
        Literal["sector", "scope"] | None,
        Query(None, description="Group by it; for coordinators. All together, if left out."),
    ],
) -> Any:
    """Return the curve of a publication from notified to verified; coarse and delayed.

    No group of fewer than five is shown, and what they say is told from what inventories show. For
    coordinators; all together, also for the vendors of its case.
    """
    return curve(actor_of(request), key, By(by) if by else None, at=timezone.now())


@of_publications.get(
    "/{key}/adoption/own",
    response={200: OwnAdoption, 404: Problem, 409: Problem},
    operation_id="getOwnAdoption",
)
def get_own(request: HttpRequest, key: str, organisation: Organisation) -> Any:
    """Return how far an operator itself has come with a publication, asset by asset."""
    found = own_adoption(actor_of(request), key, organisation=organisation, at=timezone.now())
    return _own(found)


@funnel_router.get("", response={200: FixFunnel, 404: Problem}, operation_id="getFunnel")
def get_funnel(request: HttpRequest) -> Any:
    """Return how many come how far, from found to verified, and how long each step takes.

    For coordinators; of organisations it adds up what the curves show.
    """
    found = funnel(actor_of(request), at=timezone.now())
    reference = {**whole(found.reference), "share": found.reference.share}
    return {**whole(found), "steps": [_step(one) for one in found.steps], "reference": reference}


def _concern(row: ConcernRow) -> dict[str, Any]:
    return {**whole(row), "severity": severity_of(row.severity), "is_done": row.is_done}


def _own(found: Own) -> dict[str, Any]:
    return {**whole(found), "rows": [_asset(one) for one in found.rows]}


def _asset(row: OwnAsset) -> dict[str, Any]:
    stages = [
        {"stage": stage, "at": row.stages[stage][0], "basis": row.stages[stage][1]}
        for stage in Stage
        if stage in row.stages
    ]
    return {**whole(row), "stage": row.stage, "stages": stages}


def _step(step: Step) -> dict[str, Any]:
    return {**whole(step), "share": step.share}
