"""`/findings`: lists, single ones, their records and receipts, and trying once more."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from tidegate.desks.findings.queries import findings
from tidegate.desks.findings.queries.filters import (
    EFFECTS,
    FORMATS,
    SEVERITIES,
    STAGES,
    VERDICTS,
    FindingFilter,
)
from tidegate.desks.findings.queries.finding_detail import get_receipt
from tidegate.desks.findings.services import judging
from tidegate.desks.findings.services.handing_out import hand_out_record
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Form, Problem
from tidegate.faces.api.schemas.findings import Finding, Findings, FindingWhole
from tidegate.faces.api.words import SEVERAL
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["findings"])


class Asked(Form):
    """What a list of findings is narrowed to."""

    text: str = ""
    """Words of the finding, the last one begun; or a key, a CVE id, a package, a reference."""
    stage: str = Field("", description=SEVERAL.format(", ".join(STAGES)))
    verdict: str = Field("", description=SEVERAL.format(", ".join(VERDICTS)))
    effect: str = Field("", description=SEVERAL.format(", ".join(EFFECTS)))
    severity: str = Field("", description=SEVERAL.format(", ".join(SEVERITIES)))
    format: str = Field("", description=SEVERAL.format(", ".join(FORMATS)))
    finder: str = ""
    """The finder's name, verbatim."""
    package: str = ""
    """As its registry names it."""
    package_type: str = ""
    """Such as `npm` or `pypi`."""
    case: str = ""
    """Key of a case."""


Sort = Annotated[
    str,
    Query("-received", description=f"One of {', '.join(findings.FINDING_SORTS)}."),
]


@router.get("", response={200: Findings, 400: Problem}, operation_id="listFindings")
def list_findings(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[Asked],
    sort: Sort,
    cursor: Cursor,
    limit: Limit,
) -> Any:
    """List findings, the newest first unless told otherwise."""
    narrowed = FindingFilter(**asked.model_dump())
    return listed(
        request, response, findings.list_findings(actor_of(request), narrowed, sort, cursor, limit)
    )


@router.get("/{key}", response={200: FindingWhole, 404: Problem}, operation_id="getFinding")
def get_finding(request: HttpRequest, key: str) -> Any:
    """Return a finding with everything that is known of it."""
    return whole(findings.get_finding(actor_of(request), key))


@router.get(
    "/{key}/record",
    response={404: Problem},
    operation_id="getFindingRecord",
    openapi_extra={
        "responses": {200: {"description": "The record", "content": {"application/json": {}}}}
    },
)
def get_finding_record(request: HttpRequest, key: str) -> HttpResponse:
    """Return the record as it came, or its RFC 8785 form where it was part of a larger one."""
    return as_attachment(hand_out_record(actor_of(request), key), f"{key}.json", "application/json")


@router.get(
    "/{key}/receipt",
    response={404: Problem},
    operation_id="getReceipt",
    openapi_extra={
        "responses": {
            200: {"description": "The DSSE envelope", "content": {"application/json": {}}}
        }
    },
)
def get_finding_receipt(request: HttpRequest, key: str) -> HttpResponse:
    """Return the receipt: what was run and seen, signed, in a DSSE envelope."""
    return as_attachment(
        get_receipt(actor_of(request), key), f"{key}.receipt.json", "application/json"
    )


@router.post(
    "/{key}/try-again",
    response={200: Finding, 404: Problem, 409: Problem},
    operation_id="tryAgain",
)
def try_again(request: HttpRequest, key: str) -> Any:
    """Run a finding's proof once more; send an empty JSON object."""
    judging.try_again(actor_of(request), key)
    return findings.get_finding(actor_of(request), key).row
