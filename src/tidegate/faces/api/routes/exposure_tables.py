"""`/tables` and `/decide`: decision tables as data, and what one says to given values."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from ninja.errors import ValidationError

from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.tables import TableRow, list_tables, table_named
from tidegate.desks.exposure.services import loading
from tidegate.desks.parties.services.texts import time_zones
from tidegate.engines.rules import (
    UNDETERMINED,
    Answer,
    Basis,
    Circumstances,
    Deadline,
    DecisionTable,
    Input,
    PolicySet,
    RuleInputError,
    answer,
    deadline,
    decide,
    policy_set_for,
    reasons,
    shipped_reading,
    shipped_table,
    tree,
)
from tidegate.engines.rules.policies import Force
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_directives import LoadedState
from tidegate.faces.api.schemas.exposure_tables import (
    Decided,
    Deciding,
    DecisionTables,
    LoadingTable,
    SettingAside,
    TableAsTree,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["tables"])
decide_router: Final = Router(tags=["decide"])

_GIVEN: Final = "given in the request"

Organisation = Annotated[
    str,
    Query(
        "",
        max_length=40,
        description="Key of the organisation whose own it is; the one that is everybody's, or else"
        " an own one, if left out.",
    ),
]


@decide_router.post("", response={200: Decided, 422: Problem}, operation_id="decide")
def decide_by_table(request: HttpRequest, asked: Deciding) -> Any:  # noqa: ARG001 - the framework hands it in
    """Say what a shipped decision table says to given values, by which row, and by which day.

    For everybody, also without a token: nothing of what is kept here is asked. What is not known
    is left out, and the answer says what follows from that; it is never guessed.
    """
    try:
        table = shipped_table(asked.table)
    except RuleInputError as error:
        raise _not_valid("table", error) from error
    inputs = {word: Input(value, _GIVEN) for word, value in asked.values.items()}
    try:
        return _decided(table, inputs, asked)
    except RuleInputError as error:
        raise _not_valid("values", error) from error


@router.get("", response={200: DecisionTables}, operation_id="listDecisionTables")
def index(request: HttpRequest) -> Any:
    """List the decision tables that whoever asks may see; shipped ones first."""
    return {"rows": [_row(one) for one in list_tables(actor_of(request), at=timezone.now())]}


@router.post(
    "",
    response={201: LoadedState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="loadDecisionTable",
)
def load(request: HttpRequest, response: HttpResponse, wanted: LoadingTable) -> Any:
    """Load a decision table: an organisation's own, or for the policy sets of this instance."""
    row = loading.load_table(
        actor_of(request),
        json.dumps(wanted.document).encode(),
        "the document",
        organisation_key=wanted.organisation,
        at=timezone.now(),
    )
    response["Location"] = f"{request.path}/{row.name}"
    return Status(201, row)


@router.get("/{name}", response={200: TableAsTree, 404: Problem}, operation_id="getDecisionTable")
def get(request: HttpRequest, name: str, organisation: Organisation) -> Any:
    """Return a decision table as a tree, with the row at each end."""
    row = table_named(actor_of(request), name, organisation=organisation, at=timezone.now())
    branches = [branch.record(row.number) for branch in tree(row.table)]
    return {**_row(row), "rows_are": row.rows_are, "tree": branches}


@router.post(
    "/{name}/set-aside",
    response={200: LoadedState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="setDecisionTableAside",
)
def set_aside(request: HttpRequest, name: str, which: SettingAside) -> Any:
    """Let a decision table that was loaded here count no more."""
    return loading.set_aside(
        actor_of(request),
        Loaded.Kind.TABLE,
        name,
        organisation_key=which.organisation,
        at=timezone.now(),
    )


def _row(row: TableRow) -> dict[str, Any]:
    table = row.table
    own = ("organisation", "organisation_name", "is_shipped", "loaded_at")
    return {
        **table.record(),
        **{name: getattr(row, name) for name in own},
        "definition": table.definition,
        "inputs": {point.word: list(point.words) for point in table.points},
        "outcomes": [value.name for value in table.outcome.values],
        "rows": len(table.rows),
        "read_by": [one.name for one in row.policy_sets],
    }


def _decided(table: DecisionTable, inputs: dict[str, Input], asked: Deciding) -> dict[str, Any]:
    read = shipped_reading(table)
    is_dated = bool(asked.listed_on or asked.detected_at or asked.due_date)
    if read is None:
        if is_dated:
            raise RuleInputError(
                f"{table.name} gives no days: no policy set reads it; leave out listed_on,"
                " detected_at and due_date"
            )
        return _plain(table, inputs)
    if not is_dated:
        return _answered(answer(read[0], inputs), None)
    found = _deadline(read[0], inputs, asked)
    return _answered(found.answer, _day(found, timezone.now()))


def _deadline(policy: PolicySet, inputs: dict[str, Input], asked: Deciding) -> Deadline:
    if asked.zone not in time_zones():
        raise RuleInputError(
            f"there is no zone {asked.zone[:64]!r}; write America/New_York, or UTC"
        )
    own = policy_set_for(asked.scope)
    if own.name != policy.name and own.reading is None:
        raise RuleInputError(
            f"{asked.scope} is under {own.authority}, and no table is loaded for it; no other"
            " authority's is borrowed"
        )
    known = Circumstances(
        asked.scope,
        inputs,
        detected_at=asked.detected_at,
        listed_on=asked.listed_on,
        authority_due_on=asked.due_date,
    )
    return deadline(policy, known, ZoneInfo(asked.zone))


def _plain(table: DecisionTable, inputs: dict[str, Input]) -> dict[str, Any]:
    said = decide(table, inputs)
    outcome, number = said.outcome, said.row.number
    rows_are = "those of the table's mapping, counted from 1"
    return {
        "outcome": outcome.name,
        "definition": outcome.definition,
        "basis": Basis.ROW,
        "words": f"row {number} of the table's mapping",
        "row": number,
        "rows_are": rows_are,
        "mapping_row": number,
        "possible": [{"row": number, "outcome": outcome.name}],
        "inputs": [
            {"name": word, "value": one.value, "source": one.source, "read_as": "", "because": ""}
            for word, one in said.inputs.items()
        ],
        "missing": (),
        "days": None,
        "forensic_triage": None,
        "table": table.record(),
        "policy_set": None,
        "directive": "",
        "binding": "",
        "deadline": None,
    }


def _answered(said: Answer, dated: dict[str, Any] | None) -> dict[str, Any]:
    policy, reading, timeline = said.policy, said.policy.reading, said.timeline
    assert reading is not None
    number = reading.numbering.number
    names = ("name", "version", "sha256")
    return {
        "outcome": timeline.outcome.name if timeline else UNDETERMINED,
        "definition": timeline.outcome.definition if timeline else "",
        "basis": said.basis,
        "words": said.words,
        "row": said.number,
        "rows_are": reading.numbering.of,
        "mapping_row": said.row.number if said.row else None,
        "possible": [{"row": number(row), "outcome": row.outcome.name} for row in said.rows],
        "inputs": [
            {
                "name": word,
                "value": taken.given.value,
                "source": taken.given.source,
                "read_as": taken.value if taken.because else "",
                "because": taken.because,
            }
            for word, taken in said.inputs.items()
        ],
        "missing": said.missing,
        "days": timeline.days if timeline else None,
        "forensic_triage": timeline.forensic_triage if timeline else None,
        "table": reading.table.record(),
        "policy_set": {
            **{name: getattr(policy, name) for name in names},
            "title": policy.authority,
        },
        "directive": reading.directive,
        "binding": _binding(policy),
        "deadline": dated,
    }


def _day(found: Deadline, now: datetime) -> dict[str, Any]:
    names = {one.name for one in fields(found)} - {"answer", "triage", "start"}
    today = now.astimezone(ZoneInfo(found.zone)).date()
    return {
        **{name: getattr(found, name) for name in names},
        "start": found.start or "",
        "is_determined": found.is_determined,
        "agrees": found.agrees,
        "triage": [{**one.record(), "after": one.step.after} for one in found.triage],
        "force": found.force(today),
        "why": reasons(found),
    }


def _binding(policy: PolicySet) -> str:
    """Say whom a policy set binds, and from when."""
    bound = [scope.upper() for scope, force in policy.scopes.items() if force is Force.BINDING]
    since = policy.reading.binding_from.isoformat() if policy.reading else ""
    return f"binding for {', '.join(bound)} from {since}, guidance before and for others"


def _not_valid(name: str, error: Exception) -> ValidationError:
    return ValidationError([{"loc": ("body", "asked", name), "msg": str(error)}])
