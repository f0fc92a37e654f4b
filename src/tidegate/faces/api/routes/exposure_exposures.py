"""`/exposures`: who is exposed to what, by when it must be fixed, why, and what was done."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from tidegate.desks.exposure.queries.counts import counts
from tidegate.desks.exposure.queries.exposures import (
    MOST_DAYS,
    SORTS,
    STATES,
    exposure_page,
    list_exposures,
)
from tidegate.desks.exposure.queries.home import home
from tidegate.desks.exposure.queries.untold import could_not_be_told
from tidegate.desks.exposure.services import remedies
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Form, Problem
from tidegate.faces.api.schemas.exposure_exposures import (
    Exposure,
    ExposureCounts,
    ExposureHome,
    Exposures,
)
from tidegate.faces.api.schemas.exposure_remedies import RemedySaid, RemedyState, SayingRemedy
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["exposures"])

_LONGEST_KEY: Final = 40


class Asked(Form):
    """What a list of exposures is narrowed to."""

    organisation: str = Field("", max_length=_LONGEST_KEY)
    """Key of the operator."""
    asset: str = Field("", max_length=_LONGEST_KEY)
    """Key of the asset."""
    vulnerability: str = ""
    """By its name."""
    system: str = ""
    """Of the asset, verbatim."""
    state: str = Field("open", description=f"One of {', '.join(STATES)}.")
    due_within: int | None = Field(None, ge=0, le=MOST_DAYS)
    """Those alone that are due within so many days, and not late yet."""
    in_kev: bool | None = None
    """CISA's catalogue lists it, or does not."""
    text: str = ""
    """Part of the name of the vulnerability, the asset or a package; or a key."""


@router.get("", response={200: Exposures, 400: Problem, 404: Problem}, operation_id="listExposures")
def index(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[Asked],
    sort: Annotated[str, Query("due", description=f"One of {', '.join(SORTS)}; `-` before it.")],
    cursor: Cursor,
    limit: Limit,
) -> Any:
    """List exposures, what is due first; beside them what could not be told.

    An empty list says that nothing is exposed only where `untold.is_nothing` is true.
    """
    actor, now = actor_of(request), timezone.now()
    narrowed = asked.model_dump()
    search = narrowed.pop("text")
    untold = could_not_be_told(
        actor,
        organisation=asked.organisation,
        asset=asked.asset,
        system=asked.system,
        at=now,
    )
    page = list_exposures(
        actor, **narrowed, search=search, sort=sort, cursor=cursor, limit=limit, at=now
    )
    return {**listed(request, response, page), "untold": untold}


@router.get("/home", response={200: ExposureHome, 404: Problem}, operation_id="getExposureHome")
def get_home(
    request: HttpRequest,
    organisation: Annotated[
        str,
        Query("", max_length=_LONGEST_KEY, description="Key of the operator; all, if left out."),
    ],
) -> Any:
    """Return what an operator looks at first: counts, what is due in 3, 14 and 60 days, by day."""
    return home(actor_of(request), organisation=organisation, at=timezone.now())


@router.get(
    "/counts", response={200: ExposureCounts, 404: Problem}, operation_id="getExposureCounts"
)
def get_counts(request: HttpRequest) -> Any:
    """Return how much operators have, and how much is late; for coordinators, and no more."""
    return counts(actor_of(request), at=timezone.now())


@router.post(
    "/remedy",
    response={200: RemedySaid, 404: Problem, 409: Problem, 422: Problem},
    operation_id="sayRemedy",
)
def say_remedy(request: HttpRequest, said: SayingRemedy) -> Any:
    """Say that exposures were mitigated or remediated: all of them, or none.

    Where forensic triage is due and no evidence was collected before, it is recorded as it
    happened, and the answer warns that the order was the other one.
    """
    now = timezone.now()
    return remedies.say_remedy(
        actor_of(request),
        said.exposures,
        said.remedy,
        done_at=said.done_at or now,
        words=said.words,
        at=now,
    )


@router.get("/{key}", response={200: Exposure, 404: Problem}, operation_id="getExposure")
def get(request: HttpRequest, key: str) -> Any:
    """Return an exposure, with 'why this date?' answered in full.

    Every source's own words, the row of the table, its inputs with who says so, every move of the
    day and its reason, CISA's own date beside; triage, remedies, exceptions, and what to do.
    """
    actor, now = actor_of(request), timezone.now()
    page = exposure_page(actor, key, at=now)
    told = {one.name: getattr(page, one.name) for one in fields(page) if one.name != "row"}
    untold = could_not_be_told(actor, asset=page.asset.key, at=now)
    return {**told, "exposure": page.row, "untold": untold}


@router.post(
    "/{key}/remedy/take-back",
    response={200: RemedyState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="takeBackRemedy",
)
def take_back_remedy(request: HttpRequest, key: str) -> Any:
    """Take back what was last said to have been done; what was said before it holds again."""
    return remedies.take_back_remedy(actor_of(request), key, at=timezone.now())
