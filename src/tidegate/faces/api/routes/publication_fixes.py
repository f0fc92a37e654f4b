"""`/fixes`, and those of a case: offered, tried rung by rung, looked at by people, withdrawn."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Status

from tidegate.desks.access.keys import as_written
from tidegate.desks.publications.models import Fix as FixRow
from tidegate.desks.publications.queries.fixes import FixShown, TrialShown, fixes_of, receipt_of
from tidegate.desks.publications.queries.fixes import diff_of as read_diff
from tidegate.desks.publications.queries.fixes import fix as read_fix
from tidegate.desks.publications.services import fixes
from tidegate.engines.reproduction.fixes.reading import MAX_DIFF_BYTES
from tidegate.faces.api.bodies import document_of
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.guard import DIFF_TYPES
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Problem, ReasonGiven
from tidegate.faces.api.schemas.publication_fixes import (
    Fix,
    Fixes,
    FixLookState,
    FixState,
    FixTrialState,
    LookingAtFix,
    OfferingFix,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["fixes"])
of_cases: Final = Router(tags=["fixes"])

Number = Annotated[int, Path(ge=1, le=fixes.MOST_TRIALS)]

_OFFERED: Final[Any] = {201: FixState, 404: Problem, 409: Problem, 422: Problem}
_OF_CASE: Final = "/{key}/fixes"
_DIFF: Final = {
    "requestBody": {
        "description": "The unified diff as it is, up to 1 MiB.",
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in DIFF_TYPES
        },
    }
}


@of_cases.get(_OF_CASE, response={200: Fixes, 400: Problem, 404: Problem}, operation_id="listFixes")
def index(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the fixes that were offered for a case, the newest first; without what rungs saw."""
    rows = fixes_of(actor_of(request), key, at=timezone.now())
    page = listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-offered"))
    return {**page, "rows": [_fix(row) for row in page["rows"]]}


@of_cases.post(_OF_CASE, response=_OFFERED, operation_id="offerFix")
def offer(request: HttpRequest, response: HttpResponse, key: str, wanted: OfferingFix) -> Any:
    """Offer a fix for a case, a diff or a release, and have it tried; for who writes in the case.

    A fix is as good as a proof: it is sealed, and read by who reads the case.
    """
    row = fixes.offer(
        actor_of(request),
        key,
        patch=None if wanted.patch is None else wanted.patch.encode(),
        release=wanted.release,
        against=wanted.against,
        tests={one.name: one.content for one in wanted.tests},
        words=wanted.words,
        at=timezone.now(),
    )
    return _offered(response, row)


@of_cases.post(
    f"{_OF_CASE}/diff",
    response={**_OFFERED, 413: Problem},
    operation_id="offerDiff",
    openapi_extra=_DIFF,
)
def offer_diff(
    request: HttpRequest,
    response: HttpResponse,
    key: str,
    against: Annotated[
        str,
        Query(
            "",
            max_length=300,
            description="The version that it is against; the one that the proof was run on, if"
            " left out.",
            examples=["1.2.5"],
        ),
    ],
    words: Annotated[str, Query("", max_length=2000, description="What it does.")],
) -> Any:
    """Offer a diff as it is, such as what `git diff` has written."""
    row = fixes.offer(
        actor_of(request),
        key,
        patch=document_of(request, most=MAX_DIFF_BYTES, what="the diff"),
        against=against,
        words=words,
        at=timezone.now(),
    )
    return _offered(response, row)


@router.get("/{key}", response={200: Fix, 404: Problem}, operation_id="getFix")
def get(request: HttpRequest, key: str) -> Any:
    """Return a fix with its trials: each rung, its word, and what it may be called for that.

    What a rung saw is for whoever may read every proof of the case.
    """
    return _fix(read_fix(actor_of(request), key, at=timezone.now()))


@router.get(
    "/{key}/diff",
    response={404: Problem},
    operation_id="getFixDiff",
    openapi_extra={
        "responses": {
            200: {"description": "The diff, as it was offered", "content": {"text/x-diff": {}}}
        }
    },
)
def get_diff(request: HttpRequest, key: str) -> HttpResponse:
    """Return the diff, byte for byte as it was offered."""
    content = read_diff(actor_of(request), key, at=timezone.now())
    return as_attachment(content, f"{as_written(key)}.diff", "text/x-diff")


@router.get(
    "/{key}/trials/{number}/receipt",
    response={404: Problem},
    operation_id="getFixReceipt",
    openapi_extra={
        "responses": {
            200: {
                "description": "The signed receipt (DSSE), to be checked without this instance",
                "content": {"application/json": {}},
            }
        }
    },
)
def get_receipt(request: HttpRequest, key: str, number: Number) -> HttpResponse:
    """Return the signed receipt of a trial, with every rung; for who may read every proof."""
    content = receipt_of(actor_of(request), key, number, at=timezone.now())
    name = f"{as_written(key)}-{number}.receipt.json"
    return as_attachment(content, name, "application/json")


@router.post(
    "/{key}/try",
    response={201: FixTrialState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="tryFix",
)
def ask_for_trial(request: HttpRequest, key: str) -> Any:
    """Have a fix tried once more; what earlier trials showed stays."""
    row = fixes.ask_for_trial(actor_of(request), key, at=timezone.now())
    names = ("number", "state", "asked_by", "asked_at")
    return Status(201, {**{name: getattr(row, name) for name in names}, "fix": row.fix.key})


@router.post(
    "/{key}/look",
    response={201: FixLookState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="lookAtFix",
)
def look(request: HttpRequest, key: str, said: LookingAtFix) -> Any:
    """Say what one thinks of a fix after one has looked at it; the newest word of each counts."""
    row = fixes.look(
        actor_of(request), key, accepts=said.accepts, words=said.words, at=timezone.now()
    )
    names = ("is_maintainer", "accepts", "at")
    return Status(201, {**{name: getattr(row, name) for name in names}, "fix": row.fix.key})


@router.post(
    "/{key}/withdraw",
    response={200: FixState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="withdrawFix",
)
def withdraw(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Withdraw a fix: it is not tried any more, and not published from now on."""
    return _state(fixes.withdraw(actor_of(request), key, why=why.reason, at=timezone.now()))


def _offered(response: HttpResponse, row: FixRow) -> Any:
    response["Location"] = f"/api/v1/fixes/{row.key}"
    return Status(201, _state(row))


def _state(row: FixRow) -> dict[str, Any]:
    names = ("key", "kind", "purl", "version", "sha256")
    when = ("offered_by", "offered_at", "withdrawn_at")
    return {**{name: getattr(row, name) for name in (*names, *when)}, "case": row.case.key}


def _fix(row: FixShown) -> dict[str, Any]:
    return {**whole(row), "trials": [_trial(one) for one in row.trials]}


def _trial(row: TrialShown) -> dict[str, Any]:
    words = [{"rung": name, "word": word} for name, word in row.words]
    seen = row.rungs and [{**whole(rung), "rung": rung.name} for rung in row.rungs]
    return {**whole(row), "words": words, "rungs": seen}
