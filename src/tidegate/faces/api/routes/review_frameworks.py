"""`/reviews/frameworks`, `/reviews/figures`: what engagements are held to, and counts of them."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.reviews.frameworks.loading import FrameworkError
from tidegate.desks.reviews.queries.figures import figures
from tidegate.desks.reviews.queries.frameworks import readable_frameworks
from tidegate.desks.reviews.services.frameworks import load_framework
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.review_terms import not_a_document
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.review_frameworks import (
    Figures,
    Framework,
    FrameworkLoaded,
    Frameworks,
    LoadingFramework,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["review frameworks"])


@router.get("/figures", response={200: Figures}, operation_id="getReviewFigures")
def get_figures(request: HttpRequest) -> Any:  # noqa: ARG001 - the framework hands it in
    """Return counts of engagements, as everybody may know them; nothing in them has a name."""
    return figures(timezone.now())


@router.get(
    "/frameworks", response={200: Frameworks, 400: Problem}, operation_id="listReviewFrameworks"
)
def list_frameworks(
    request: HttpRequest, response: HttpResponse, cursor: Cursor, limit: Limit
) -> Any:
    """List the frameworks that engagements can be held to; the shipped ones come first."""
    known = readable_frameworks(actor_of(request))
    page = cut(known, lambda one: f"{one.name} {one.version}", cursor, limit, sort="loaded")
    return listed(request, response, page)


@router.post(
    "/frameworks",
    response={201: FrameworkLoaded, 404: Problem, 409: Problem, 422: Problem},
    operation_id="loadReviewFramework",
)
def load(request: HttpRequest, response: HttpResponse, wanted: LoadingFramework) -> Any:
    """Load a framework beside those that are here; for whoever runs the instance."""
    raw = json.dumps(wanted.document).encode()
    try:
        row = load_framework(actor_of(request), raw, "document", at=timezone.now())
    except FrameworkError as error:
        raise not_a_document(error) from error
    response["Location"] = f"{request.path}/{row.name}/{row.version}"
    return Status(201, row)


@router.get(
    "/frameworks/{name}/{version}",
    response={200: Framework, 404: Problem},
    operation_id="getReviewFramework",
)
def get_framework(request: HttpRequest, name: str, version: str) -> Any:
    """Return a framework: its ceiling, its roles and bodies, and its own terms."""
    for one in readable_frameworks(actor_of(request)):
        if (one.name, one.version) == (name, version):
            return one
    raise NotFoundError("framework", f"{name} {version}")
