"""`/directives`, `/policy-sets`, `/docket`: what is asked of whom, and the days that are public."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.directives import (
    DirectiveRow,
    directive_page,
    directive_rows,
    public_docket,
)
from tidegate.desks.exposure.queries.policies import loaded_policy_sets
from tidegate.desks.exposure.services import loading
from tidegate.engines import directives as engine
from tidegate.engines.rules import PolicySet, shipped_policy_sets
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_directives import (
    Directive,
    Directives,
    Docket,
    LoadedState,
    LoadingDocument,
    PolicySets,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["directives"])
policy_sets_router: Final = Router(tags=["directives"])
docket_router: Final = Router(tags=["docket"])

_LOADED: Final[Any] = {201: LoadedState, 404: Problem, 409: Problem, 422: Problem}
_SET_ASIDE: Final[Any] = {200: LoadedState, 404: Problem, 409: Problem, 422: Problem}
_DOCUMENT: Final = "the document"


@docket_router.get("", response={200: Docket}, operation_id="getDocket")
def get_docket(request: HttpRequest) -> Any:  # noqa: ARG001 - the framework hands it in
    """Return all public days, with their clocks: for everybody, also without a token."""
    now = timezone.now()
    return {"today": now.date(), "rows": _entries(public_docket(now))}


@router.get("", response={200: Directives}, operation_id="listDirectives")
def index(request: HttpRequest) -> Any:  # noqa: ARG001 - the framework hands it in
    """List directives, the newest first: those that are shipped, and those that were loaded."""
    return {"rows": [_row(one) for one in directive_rows(timezone.now().date())]}


@router.post("", response=_LOADED, operation_id="loadDirective")
def load(request: HttpRequest, response: HttpResponse, wanted: LoadingDocument) -> Any:
    """Load a directive for everybody; for whoever runs the instance."""
    raw = json.dumps(wanted.document).encode()
    row = loading.load_directive(actor_of(request), raw, _DOCUMENT, at=timezone.now())
    response["Location"] = f"{request.path}/{row.name}"
    return Status(201, row)


@router.get("/{name}", response={200: Directive, 404: Problem}, operation_id="getDirective")
def get(request: HttpRequest, name: str) -> Any:  # noqa: ARG001 - the framework hands it in
    """Return a directive by its identifier or its citation: whom it binds, what it asks, when."""
    page = directive_page(name, timezone.now().date())
    found = page.row.directive
    return {
        **_row(page.row),
        "scope": dict(found.scope),
        "sources": found.sources,
        "requirements": [_demand(found, one) for one in found.requirements],
        "reports": [_demand(found, one) for one in found.reports],
        "events": found.events,
        "docket": _entries(page.docket),
    }


@router.post("/{name}/set-aside", response=_SET_ASIDE, operation_id="setDirectiveAside")
def set_aside(request: HttpRequest, name: str) -> Any:
    """Let a directive that was loaded here count no more."""
    return loading.set_aside(actor_of(request), Loaded.Kind.DIRECTIVE, name, at=timezone.now())


@policy_sets_router.get("", response={200: PolicySets}, operation_id="listPolicySets")
def list_policy_sets(request: HttpRequest) -> Any:  # noqa: ARG001 - the framework hands it in
    """List the policy sets: one a named authority; an empty one says so, and borrows nothing."""
    rows = [_policy_set(one, is_shipped=False) for one in loaded_policy_sets()]
    rows += [_policy_set(one, is_shipped=True) for one in shipped_policy_sets()]
    return {"rows": rows}


@policy_sets_router.post("", response=_LOADED, operation_id="loadPolicySet")
def load_policy_set(request: HttpRequest, wanted: LoadingDocument) -> Any:
    """Load an authority's policy set; every day in its scopes is computed anew."""
    raw = json.dumps(wanted.document).encode()
    row = loading.load_policy_set(actor_of(request), raw, _DOCUMENT, at=timezone.now())
    return Status(201, row)


@policy_sets_router.post("/{name}/set-aside", response=_SET_ASIDE, operation_id="setPolicySetAside")
def set_policy_set_aside(request: HttpRequest, name: str) -> Any:
    """Let a policy set that was loaded here count no more; days are computed anew."""
    return loading.set_aside(actor_of(request), Loaded.Kind.POLICY_SET, name, at=timezone.now())


def _row(row: DirectiveRow) -> dict[str, Any]:
    found = row.directive
    names = (
        "id", "citation", "title", "issuer", "kind", "status", "issued_on", "effective_on",
        "revokes", "revoked_by", "revoked_on", "sha256",
    )  # fmt: skip
    told = {name: getattr(found, name) for name in names}
    return {**told, "holds": row.holds, "is_shipped": row.is_shipped}


def _demand(directive: engine.Directive, one: engine.Requirement) -> dict[str, Any]:
    names = ("id", "words", "to", "bindings", "note")
    told = {name: getattr(one, name) for name in names}
    return {**told, "clock": engine.clock_in_words(directive, one.clock)}


def _entries(entries: Iterable[engine.DocketEntry]) -> list[dict[str, Any]]:
    names = ("note", "sources", "kind", "state", "is_second_hand", "on", "clock", "words")
    return [
        {
            **{name: getattr(one, name) for name in (*names, "directive", "citation", "days")},
        }
        for one in entries
    ]


def _policy_set(one: PolicySet, *, is_shipped: bool) -> dict[str, Any]:
    names = ("name", "version", "title", "authority", "sources", "sha256")
    reading = one.reading
    return {
        **{name: getattr(one, name) for name in names},
        "scopes": {scope.value: force for scope, force in one.scopes.items()},
        "table": reading.table.name if reading else "",
        "directive": reading.directive if reading else "",
        "binding_from": reading.binding_from if reading else None,
        "is_shipped": is_shipped,
    }
