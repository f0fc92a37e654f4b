"""`/exposures/{key}/triage`: evidence is logged before anything is patched, then it is decided."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router, Status

from tidegate.desks.access.keys import as_written
from tidegate.desks.exposure.queries.triage import triage_log, triage_page
from tidegate.desks.exposure.services import triage
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_triage import (
    DecidingTriage,
    EvidenceLogged,
    LoggingEvidence,
    Triage,
    TriageDecided,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["forensic triage"])

Number = Annotated[int, Path(ge=1, le=triage.MOST_ITEMS)]

_TRIAGE: Final = "/{key}/triage"


@router.get(_TRIAGE, response={200: Triage, 404: Problem}, operation_id="getTriage")
def get(request: HttpRequest, key: str) -> Any:
    """Return the forensic triage of an exposure: steps with their advised hours, log, outcome."""
    return triage_page(actor_of(request), key, at=timezone.now())


@router.get(
    f"{_TRIAGE}/log",
    response={404: Problem},
    operation_id="getTriageLog",
    openapi_extra={
        "responses": {
            200: {"description": "The log, as it is handed to an authority",
                  "content": {"text/csv": {}}}
        }
    },
)  # fmt: skip
def get_log(request: HttpRequest, key: str) -> HttpResponse:
    """Return the log as CSV."""
    content = triage_log(actor_of(request), key, at=timezone.now())
    return as_attachment(content, f"triage-{as_written(key)}.csv", "text/csv; charset=utf-8")


@router.post(
    f"{_TRIAGE}/items",
    response={201: EvidenceLogged, 404: Problem, 409: Problem, 422: Problem},
    operation_id="logEvidence",
)
def collect(request: HttpRequest, key: str, what: LoggingEvidence) -> Any:
    """Log a piece of evidence: what, from which system, when, and who collected it."""
    row = triage.collect(
        actor_of(request),
        key,
        what.item,
        what.system,
        what.collected_at,
        what.collector,
        sha256=what.sha256,
        words=what.words,
        at=timezone.now(),
    )
    return Status(201, _logged(row, triage.number_of(row)))


@router.post(
    f"{_TRIAGE}/items/{{number}}/take-back",
    response={200: EvidenceLogged, 404: Problem, 409: Problem, 422: Problem},
    operation_id="takeBackEvidence",
)
def take_back(request: HttpRequest, key: str, number: Number) -> Any:
    """Take back a line of the log; it stays where it stands, and does not count."""
    row = triage.take_back_item(actor_of(request), key, number, at=timezone.now())
    return _logged(row, number)


@router.post(
    f"{_TRIAGE}/decide",
    response={201: TriageDecided, 404: Problem, 409: Problem, 422: Problem},
    operation_id="decideTriage",
)
def decide(request: HttpRequest, key: str, what: DecidingTriage) -> Any:
    """Put on record what forensic triage has come to; it replaces what was decided before."""
    now = timezone.now()
    row = triage.decide_triage(
        actor_of(request),
        key,
        what.outcome,
        what.words,
        decided_at=what.decided_at or now,
        reported_at=what.reported_at,
        at=now,
    )
    return Status(201, row)


def _logged(row: Any, number: int) -> dict[str, Any]:
    names = ("item", "sha256", "collected_at", "taken_back_at")
    told = {name: getattr(row, name) for name in names}
    return {**told, "exposure": row.exposure.key, "number": number}
