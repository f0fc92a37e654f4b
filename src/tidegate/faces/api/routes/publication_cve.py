"""`/cve-ids`, and that of a case: reserved here, or given by a vendor's CNA; rejected."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.access.keys import as_written
from tidegate.desks.publications.models import CveId
from tidegate.desks.publications.queries.cve import list_cve_ids
from tidegate.desks.publications.services import cve_ids
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem, ReasonGiven
from tidegate.faces.api.schemas.publication_identifiers import (
    AssigningCve,
    CveIds,
    CveIdState,
    CveTakenBack,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["CVE identifiers"])
of_cases: Final = Router(tags=["CVE identifiers"])

_OF_CASE: Final = "/{key}/cve-id"
_MADE: Final[Any] = {201: CveIdState, 404: Problem, 409: Problem, 422: Problem}


@router.get("", response={200: CveIds, 400: Problem}, operation_id="listCveIds")
def index(request: HttpRequest, response: HttpResponse, cursor: Cursor, limit: Limit) -> Any:
    """List the CVE identifiers of cases, the newest first; for coordinators."""
    found = list_cve_ids(actor_of(request), at=timezone.now())
    # While one is being reserved it has no number; its case has no other.
    page = cut(found.rows, lambda row: row.number or row.case, cursor, limit, sort="-at")
    return {**listed(request, response, page), "our_cna": found.cna}


@router.post(
    "/{key}/reject",
    response={200: CveIdState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="rejectCveId",
)
def reject(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Have a CVE identifier of this instance rejected; it is never used again."""
    return _state(cve_ids.reject(actor_of(request), key, reason=why.reason, at=timezone.now()))


@of_cases.post(_OF_CASE, response=_MADE, operation_id="reserveCveId")
def reserve(request: HttpRequest, key: str) -> Any:
    """Have a CVE identifier reserved for a case; which one it is, `/cve-ids` tells soon after."""
    return Status(201, _state(cve_ids.reserve(actor_of(request), key, at=timezone.now())))


@of_cases.post(f"{_OF_CASE}/assign", response=_MADE, operation_id="assignCveId")
def assign(request: HttpRequest, key: str, given: AssigningCve) -> Any:
    """Note the CVE identifier that a vendor's CNA has given to a case."""
    row = cve_ids.assign(actor_of(request), key, given.number, cna=given.cna, at=timezone.now())
    return Status(201, _state(row))


@of_cases.post(
    f"{_OF_CASE}/take-back",
    response={200: CveTakenBack, 404: Problem, 409: Problem, 422: Problem},
    operation_id="takeBackCveId",
)
def take_back(request: HttpRequest, key: str) -> Any:
    """Take back that an identifier is reserved, while it is not known which one it is."""
    cve_ids.take_back(actor_of(request), key, at=timezone.now())
    return {"case": as_written(key)}


def _state(row: CveId) -> dict[str, Any]:
    names = ("cna", "is_ours", "state", "by", "at", "reject_because")
    return {
        **{name: getattr(row, name) for name in names},
        "number": row.number or "",
        "case": row.case.key if row.case else "",
    }
