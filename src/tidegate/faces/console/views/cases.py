"""Cases: the list, one of them, and what a person decides about them."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.queries.headings import heading_of
from tidegate.desks.cases.queries.permitted import permitted_in
from tidegate.desks.findings.models import LinkKind
from tidegate.desks.findings.queries.case_detail import CaseDetail
from tidegate.desks.findings.queries.cases import CaseFilter, count_cases, get_case, list_cases
from tidegate.desks.findings.queries.filters import CASE_STATES, EFFECTS, SEVERITIES, VERDICTS
from tidegate.desks.findings.queries.finding_detail import FindingDetail, get_finding
from tidegate.desks.findings.services import linking
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.coordination import above, envelope
from tidegate.faces.console.views.duplicates import KINDS, pairs_of
from tidegate.faces.console.views.evidence import picture_of, trials_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_CHIPS = {
    "text": "Search",
    "verdict": "Verdict",
    "severity": "Severity",
    "effect": "Effect",
    "package": "Package",
}
_ALL = "all"
"""Open cases and merged ones; an empty word would be the default."""

_SORTS = ("priority", "opened", "severity", "finders", "package")


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the cases that fit a filter, a page of them."""
    if address := lists.cleaned(request):
        return HttpResponseRedirect(address)
    asked = lists.filter_of(request, CaseFilter)
    if asked.state == _ALL:
        asked = replace(asked, state="")
    sort = request.GET.get("sort", "-priority")
    found = list_cases(actor_of(request), asked, sort, request.GET.get("after"), lists.LIMIT)
    return page(
        request,
        "cases",
        "cases",
        found=found,
        count=count_cases(actor_of(request), asked),
        asked=asked,
        chips=lists.chips(request, _CHIPS),
        sorts=lists.sorts(request, sort, _SORTS),
        sort=sort,
        kept=lists.kept(request, ("sort", "package")),
        next=lists.turned(request, found.next),
        previous=lists.turned(request, found.previous),
        states=(*CASE_STATES, _ALL),
        state=request.GET.get("state", CASE_STATES[0]),
        verdicts=VERDICTS,
        severities=SEVERITIES,
        effects=EFFECTS,
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one case, whole; its envelope to who may know of it and not read it."""
    try:
        detail = get_case(actor_of(request), key)
    except NotFoundError:
        return envelope(request, key)
    return _case(request, detail)


def _case(request: HttpRequest, detail: CaseDetail, refusal: str = "") -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    pairs = pairs_of(actor, detail.open_nominations)
    proven = _proven(actor, detail)
    heading = heading_of(actor, detail.row.key, at=now)
    permitted = permitted_in(actor, detail.row.key, at=now)
    return page(
        request,
        "case",
        "cases",
        status=409 if refusal else 200,
        **above(request, actor, heading, permitted, now),
        detail=detail,
        proven=proven,
        trials=trials_of(proven.runs) if proven else [],
        picture=picture_of(detail.range, detail.row.package, "releases"),
        pairs=pairs,
        more_pairs=len(detail.open_nominations) - len(pairs),
        duplicates=[link for link in detail.links if link.kind == LinkKind.DUPLICATE],
        kinds=KINDS,
        refusal=refusal,
        draft=request.POST.get("reason", "") if refusal else "",
    )


def _proven(actor: Actor, detail: CaseDetail) -> FindingDetail | None:
    """Return the finding whose runs stand for the case: that of its range, else its founder."""
    if detail.range is not None:
        return get_finding(actor, detail.range.finding)
    judged = [member for member in detail.members if member.finding.verdict]
    chosen = next((member for member in judged if member.founder), judged[0] if judged else None)
    return get_finding(actor, chosen.finding.key) if chosen else None


@require_POST
@asking
def merge(request: HttpRequest, key: str) -> HttpResponse:
    """Hold two cases to be one bug."""
    try:
        kept = linking.merge(
            actor_of(request),
            key,
            request.POST.get("other", ""),
            reason=request.POST.get("reason", ""),
        )
    except NotPossibleError as error:
        return _case(request, get_case(actor_of(request), key), str(error))
    return redirect(f"/cases/{kept.key}?done=merged")


@require_POST
@asking
def undo(request: HttpRequest, key: str, link: int) -> HttpResponse:
    """Undo a link; findings that nothing else holds together part."""
    try:
        linking.undo(actor_of(request), link, reason=request.POST.get("reason", ""))
    except NotPossibleError as error:
        return _case(request, get_case(actor_of(request), key), str(error))
    return redirect(f"/cases/{get_case(actor_of(request), key).row.key}?done=undone")
