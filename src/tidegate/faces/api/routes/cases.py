"""`/cases`, `/links` and `/nominations`: what is one bug, and who says so."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from tidegate.desks.findings.models import LinkKind
from tidegate.desks.findings.queries import cases, nominations
from tidegate.desks.findings.queries.filters import (
    CASE_STATES,
    EFFECTS,
    SEVERITIES,
    VERDICTS,
    CaseFilter,
)
from tidegate.desks.findings.queries.nominations import NOMINATION_STATES
from tidegate.desks.findings.queries.relations import get_link
from tidegate.desks.findings.services import linking
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.cases import Case, Cases, CaseWhole, Merger
from tidegate.faces.api.schemas.common import Form, Problem, ReasonGiven
from tidegate.faces.api.schemas.relations import Acceptance, Linked, Nominated, Nominations
from tidegate.faces.api.words import SEVERAL
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["cases"])
links_router: Final = Router(tags=["links and nominations"])

Number = Annotated[int, Path(ge=1, le=(1 << 63) - 1)]


class Asked(Form):
    """What a list of cases is narrowed to."""

    text: str = ""
    """Words of one of its findings, the last one begun; or a key, a CVE id, a package."""
    package: str = ""
    """As its registry names it."""
    effect: str = Field("", description=SEVERAL.format(", ".join(EFFECTS)))
    severity: str = Field("", description=SEVERAL.format(", ".join(SEVERITIES)))
    verdict: str = Field("", description=SEVERAL.format(", ".join(VERDICTS)))
    state: str = Field("open", description=f"One of {', '.join(CASE_STATES)}; empty for both.")


Sort = Annotated[str, Query("-priority", description=f"One of {', '.join(cases.CASE_SORTS)}.")]


@router.get("", response={200: Cases, 400: Problem}, operation_id="listCases")
def list_cases(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[Asked],
    sort: Sort,
    cursor: Cursor,
    limit: Limit,
) -> Any:
    """List cases, the most urgent first unless told otherwise."""
    narrowed = CaseFilter(**asked.model_dump())
    return listed(
        request, response, cases.list_cases(actor_of(request), narrowed, sort, cursor, limit)
    )


@router.get("/{key}", response={200: CaseWhole, 404: Problem}, operation_id="getCase")
def get_case(request: HttpRequest, key: str) -> Any:
    """Return a case with everything that is known of it."""
    return whole(cases.get_case(actor_of(request), key))


@router.post(
    "/{key}/merge",
    response={200: Case, 404: Problem, 409: Problem, 422: Problem},
    operation_id="mergeCases",
)
def merge(request: HttpRequest, key: str, merger: Merger) -> Any:
    """Hold two cases to be one bug; answers the case that goes on."""
    going_on = linking.merge(actor_of(request), key, merger.other, reason=merger.reason)
    return cases.get_case(actor_of(request), going_on.key).row


@links_router.post(
    "/links/{link}/undo",
    response={200: Linked, 404: Problem, 409: Problem, 422: Problem},
    operation_id="undoLink",
)
def undo(request: HttpRequest, link: Number, why: ReasonGiven) -> Any:
    """Undo a link; a finding that nothing else holds in its case leaves it."""
    linking.undo(actor_of(request), link, reason=why.reason)
    return get_link(actor_of(request), link)


@links_router.get(
    "/nominations", response={200: Nominations, 400: Problem}, operation_id="listNominations"
)
def list_nominations(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    state: Annotated[str, Query("open", description=f"One of {', '.join(NOMINATION_STATES)}.")],
) -> Any:
    """List nominations, the highest score first."""
    page = nominations.list_nominations(actor_of(request), state, cursor, limit)
    return listed(request, response, page)


@links_router.post(
    "/nominations/{nomination}/accept",
    response={200: Nominated, 404: Problem, 409: Problem, 422: Problem},
    operation_id="acceptNomination",
)
def accept(request: HttpRequest, nomination: Number, why: Acceptance) -> Any:
    """Follow a nomination: link its two findings."""
    linking.accept(actor_of(request), nomination, reason=why.reason, kind=LinkKind(why.kind))
    return nominations.get_nomination(actor_of(request), nomination)


@links_router.post(
    "/nominations/{nomination}/decline",
    response={200: Nominated, 404: Problem, 409: Problem, 422: Problem},
    operation_id="declineNomination",
)
def decline(request: HttpRequest, nomination: Number, why: ReasonGiven) -> Any:
    """Hold two nominated findings to be two bugs."""
    linking.decline(actor_of(request), nomination, reason=why.reason)
    return nominations.get_nomination(actor_of(request), nomination)
