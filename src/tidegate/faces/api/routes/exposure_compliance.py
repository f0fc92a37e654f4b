"""`/compliance/{organisation}` and `/due`: what is due, done, late, excepted, and until when."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.queries.compliance import Compliance as Report
from tidegate.desks.exposure.queries.compliance import TableRow, as_report, compliance
from tidegate.desks.exposure.queries.due import DueItem, due
from tidegate.desks.exposure.queries.exposures import MOST_DAYS
from tidegate.desks.exposure.queries.untold import Untold, could_not_be_told
from tidegate.desks.exposure.services import fulfilling
from tidegate.engines.directives import Row, to_csv
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_directives import (
    Compliance,
    DueList,
    Fulfilling,
    FulfilmentState,
    HappenedState,
    SayingHappened,
    TakenBack,
    TakingBackDuty,
    TakingBackEvent,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["compliance"])
due_router: Final = Router(tags=["compliance"])

_TAKEN_BACK: Final[Any] = {200: TakenBack, 404: Problem, 409: Problem, 422: Problem}
_ONE: Final = "/{organisation}"


@due_router.get(
    "", response={200: DueList, 400: Problem, 404: Problem}, operation_id="listWhatIsDue"
)
def list_due(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    organisation: Annotated[
        str, Query("", max_length=40, description="Key of the operator; all, if left out.")
    ],
    within: Annotated[
        int, Query(60, ge=0, le=MOST_DAYS, description="How many days to look ahead.")
    ],
) -> Any:
    """List what is late and what comes due: exposures and directives' duties, by their day."""
    actor, now = actor_of(request), timezone.now()
    rows = due(actor, organisation=organisation, within_days=within, at=now)
    page = cut(rows, _name, cursor, limit, sort="due")
    untold = could_not_be_told(actor, organisation=organisation, at=now)
    return {**listed(request, response, page), "untold": untold}


@router.get(_ONE, response={200: Compliance, 404: Problem}, operation_id="getCompliance")
def get(request: HttpRequest, organisation: str) -> Any:
    """Return where an organisation stands, for each directive and requirement."""
    actor, now = actor_of(request), timezone.now()
    report = compliance(actor, organisation, at=now)
    return {
        "organisation": report.organisation.key,
        "name": report.organisation.name,
        "at": now,
        "zone": report.zone,
        "whom": report.whom,
        "rows": [_duty(one) for one in report.rows],
        "not_applicable": [_duty(one) for one in report.not_applicable],
        "tables": [_table(one) for one in report.tables],
        "events": [
            {"directive": one.id, "citation": one.citation, "event": event, "words": words}
            for one, event, words in report.events
        ],
        "may_record": report.may_record,
        "untold": _untold(actor, report, now),
    }


@router.get(
    f"{_ONE}/csv",
    response={404: Problem},
    operation_id="getComplianceReport",
    openapi_extra={"responses": {200: {"description": "The report", "content": {"text/csv": {}}}}},
)
def get_csv(request: HttpRequest, organisation: str) -> HttpResponse:
    """Return the report as CSV: a row for each duty, and for the counts of each table's clock."""
    report = compliance(actor_of(request), organisation, at=timezone.now())
    content = to_csv(as_report(report)).encode()
    name = f"compliance-{report.organisation.key}.csv"
    return as_attachment(content, name, "text/csv; charset=utf-8")


@router.post(
    f"{_ONE}/done",
    response={201: FulfilmentState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="recordDutyDone",
)
def fulfil(request: HttpRequest, organisation: str, said: Fulfilling) -> Any:
    """Record that an organisation has done what a directive asks of it."""
    now = timezone.now()
    row = fulfilling.fulfil(
        actor_of(request),
        organisation,
        said.directive,
        said.requirement,
        occurrence=said.occurrence,
        done_at=said.done_at or now,
        words=said.words,
        at=now,
    )
    return Status(201, row)


@router.post(f"{_ONE}/done/take-back", response=_TAKEN_BACK, operation_id="takeBackDutyDone")
def take_back(request: HttpRequest, organisation: str, which: TakingBackDuty) -> Any:
    """Take back that something was done; that it was said stays on record."""
    now = timezone.now()
    fulfilling.take_back_fulfilment(
        actor_of(request),
        organisation,
        which.directive,
        which.requirement,
        occurrence=which.occurrence,
        at=now,
    )
    return {"taken_back_at": now}


@router.post(
    f"{_ONE}/events",
    response={201: HappenedState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="recordEvent",
)
def say_happened(request: HttpRequest, organisation: str, said: SayingHappened) -> Any:
    """Record that something has happened from which a directive's clocks count."""
    now = timezone.now()
    row = fulfilling.say_happened(
        actor_of(request),
        organisation,
        said.directive,
        said.event,
        said.name,
        said.happened_at or now,
        at=now,
    )
    return Status(201, row)


@router.post(f"{_ONE}/events/take-back", response=_TAKEN_BACK, operation_id="takeBackEvent")
def take_back_event(request: HttpRequest, organisation: str, which: TakingBackEvent) -> Any:
    """Take back that something has happened."""
    now = timezone.now()
    fulfilling.take_back_happened(
        actor_of(request), organisation, which.directive, which.event, which.name, at=now
    )
    return {"taken_back_at": now}


def _name(row: DueItem) -> str:
    return f"{row.what} {row.organisation} {row.key}"


def _duty(row: Row) -> dict[str, Any]:
    """Return a row with its directive and its occurrence as they are named when it is recorded."""
    directive, *rest = row.key.split("/", 2)
    told = {one.name: getattr(row, one.name) for one in fields(row)}
    return {
        **told,
        "directive": directive,
        "citation": row.directive,
        "occurrence": rest[1] if len(rest) > 1 else "",
    }


def _table(row: TableRow) -> dict[str, Any]:
    names = ("force", "late", "due", "excepted", "done", "cleared", "all")
    return {
        **{name: getattr(row, name) for name in names},
        "directive": row.directive.id,
        "citation": row.directive.citation,
        "requirement": row.requirement.id,
        "words": row.requirement.words,
    }


def _untold(actor: Actor, report: Report, at: datetime) -> Untold | None:
    """Return what could not be told of what an organisation runs; None where it runs nothing."""
    try:
        return could_not_be_told(actor, organisation=report.organisation.key, at=at)
    except NotFoundError:
        return None
