"""`/overview`: the whole desk in a few numbers, each with the list that it counts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from django.http import HttpRequest
from django.utils.http import urlencode
from ninja import Query, Router

from tidegate.desks.findings.queries import overview
from tidegate.desks.findings.queries.counting import Count
from tidegate.desks.findings.queries.filters import CaseFilter, FindingFilter
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.overview import Overview
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["overview"])


@router.get("", response={200: Overview, 400: Problem}, operation_id="getOverview")
def get_overview(
    request: HttpRequest,
    days: Annotated[int, Query(30, ge=1, le=overview.MOST_DAYS, description="Days of the series.")],
) -> Any:
    """Return the whole desk in a few numbers."""
    found = overview.overview(actor_of(request), days)
    base = request.path.rpartition("/")[0]
    return {
        **whole(found),
        "funnel": _funnel(base, found.funnel),
        "stuck": _stuck(base, found.stuck),
    }


def _funnel(base: str, funnel: overview.Funnel) -> dict[str, Any]:
    def step(one: overview.Step) -> dict[str, Any]:
        return {"number": one.number, "list": _list(base, "findings", one.filter)}

    return {
        "received": step(funnel.received),
        "with_proof": step(funnel.with_proof),
        "run": step(funnel.run),
        "proven": step(funnel.proven),
        "cases": {"number": funnel.cases, "list": _list(base, "cases", funnel.cases_filter)},
    }


def _stuck(base: str, stuck: overview.Stuck) -> dict[str, Any]:
    def counted(count: Count, address: str) -> dict[str, Any]:
        return {"number": count.number, "capped": count.capped, "list": address}

    return {
        "set_aside": counted(stuck.set_aside, _list(base, "findings", stuck.set_aside_filter)),
        "inconclusive": counted(
            stuck.inconclusive, _list(base, "findings", stuck.inconclusive_filter)
        ),
        "waiting_long": counted(stuck.waiting_long, _list(base, "findings", stuck.waiting_filter)),
        "unread": counted(stuck.unread, f"{base}/deliveries?state=stored"),
        "nominations": counted(stuck.nominations, f"{base}/nominations?state=open"),
    }


def _list(base: str, name: str, narrowed: FindingFilter | CaseFilter) -> str:
    asked = {word: value for word, value in asdict(narrowed).items() if value}
    return f"{base}/{name}" + (f"?{urlencode(asked)}" if asked else "")
