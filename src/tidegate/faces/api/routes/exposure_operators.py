"""`/operators` and `/delegations`: what holds for all that one runs, and who acts for whom."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.exposure.models import Operator
from tidegate.desks.exposure.queries.delegations import list_delegations
from tidegate.desks.exposure.queries.operators import my_operators, one_operator, operator_of
from tidegate.desks.exposure.services.delegating import delegate, end_delegation
from tidegate.desks.exposure.services.fulfilling import set_roles
from tidegate.desks.exposure.services.operators import settle
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_directives import (
    AddingDelegation,
    Operators,
    OperatorSettings,
    SettingRoles,
    SettlingOperator,
)
from tidegate.faces.api.schemas.exposure_parties import Delegations, DelegationState
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["operators"])
delegations_router: Final = Router(tags=["operators"])

_CHANGED: Final[Any] = {200: OperatorSettings, 404: Problem, 409: Problem, 422: Problem}


@router.get("", response={200: Operators}, operation_id="listOperators")
def index(request: HttpRequest) -> Any:
    """List the operators whose assets whoever asks reads: the own, and those one acts for."""
    rows = my_operators(actor_of(request), at=timezone.now())
    return {"rows": [_settings(operator_of(one)) for one in rows]}


@router.get("/{key}", response={200: OperatorSettings, 404: Problem}, operation_id="getOperator")
def get(request: HttpRequest, key: str) -> Any:
    """Return what holds for all that an operator runs: zone, scope, roles, own table."""
    return _settings(operator_of(one_operator(actor_of(request), key, at=timezone.now())))


@router.post("/{key}/settle", response=_CHANGED, operation_id="settleOperator")
def settle_operator(request: HttpRequest, key: str, wanted: SettlingOperator) -> Any:
    """Say what holds for all that an operator runs; another zone moves every day's end."""
    said = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    return _settings(settle(actor_of(request), key, **said, at=timezone.now()))


@router.post("/{key}/roles", response=_CHANGED, operation_id="setRoles")
def roles(request: HttpRequest, key: str, wanted: SettingRoles) -> Any:
    """Say by which words directives speak of an organisation, such as `role/fedramp-provider`."""
    row = set_roles(actor_of(request), key, tuple(wanted.roles), at=timezone.now())
    return _settings(row)


@delegations_router.get(
    "", response={200: Delegations, 400: Problem}, operation_id="listDelegations"
)
def list_them(request: HttpRequest, response: HttpResponse, cursor: Cursor, limit: Limit) -> Any:
    """List who acts for whom, as far as it concerns organisations of whoever asks."""
    rows = list_delegations(actor_of(request), at=timezone.now())
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-given"))


@delegations_router.post(
    "",
    response={201: DelegationState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="delegate",
)
def add(request: HttpRequest, wanted: AddingDelegation) -> Any:
    """Let a provider act for an operator; for the operator's administrators."""
    row = delegate(
        actor_of(request),
        wanted.organisation,
        wanted.provider,
        until=wanted.until,
        at=timezone.now(),
    )
    return Status(201, row)


@delegations_router.post(
    "/{key}/end",
    response={200: DelegationState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="endDelegation",
)
def end(request: HttpRequest, key: str) -> Any:
    """End a delegation at once; for administrators of either side."""
    return end_delegation(actor_of(request), key, at=timezone.now())


def _settings(row: Operator) -> dict[str, Any]:
    names = ("zone", "scope", "sector", "roles", "table")
    told = {name: getattr(row, name) for name in names}
    return {**told, "organisation": row.organisation.key, "name": row.organisation.name}
