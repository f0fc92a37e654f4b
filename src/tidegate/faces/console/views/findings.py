"""Findings: the list, one of them, and its receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.findings.queries.filters import (
    EFFECTS,
    FORMATS,
    SEVERITIES,
    STAGES,
    VERDICTS,
    FindingFilter,
)
from tidegate.desks.findings.queries.finding_detail import get_receipt
from tidegate.desks.findings.queries.findings import count_findings, get_finding, list_findings
from tidegate.desks.findings.services import judging
from tidegate.desks.findings.services.handing_out import hand_out_record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.states import Stage
from tidegate.engines.reproduction.verdicts import Word
from tidegate.faces.console import receipts
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.evidence import picture_of, trials_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_CHIPS = {
    "text": "Search",
    "verdict": "Verdict",
    "stage": "Stage",
    "severity": "Severity",
    "effect": "Effect",
    "format": "Format",
    "finder": "Finder",
    "package": "Package",
    "package_type": "Registry",
    "case": "Case",
}


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the findings that fit a filter, a page of them."""
    if address := lists.cleaned(request):
        return HttpResponseRedirect(address)
    asked = lists.filter_of(request, FindingFilter)
    sort = request.GET.get("sort", "-received")
    found = list_findings(actor_of(request), asked, sort, request.GET.get("after"), lists.LIMIT)
    chips = lists.chips(request, _CHIPS)
    return page(
        request,
        "findings",
        "findings",
        found=found,
        count=count_findings(actor_of(request), asked),
        asked=asked,
        chips=chips,
        sorts=lists.sorts(request, sort, ("received", "severity", "package")),
        sort=sort,
        kept=lists.kept(request, ("sort", "format", "finder", "package", "package_type", "case")),
        next=lists.turned(request, found.next),
        previous=lists.turned(request, found.previous),
        stages=STAGES,
        verdicts=VERDICTS,
        severities=SEVERITIES,
        effects=EFFECTS,
        formats=FORMATS,
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one finding, whole."""
    return _finding(request, key)


def _finding(request: HttpRequest, key: str, refusal: str = "") -> HttpResponse:
    detail = get_finding(actor_of(request), key)
    return page(
        request,
        "finding",
        "findings",
        status=409 if refusal else 200,
        detail=detail,
        picture=picture_of(detail.range, detail.row.package, "releases"),
        trials=trials_of(detail.runs),
        refusal=refusal,
        may_try_again=detail.row.stage == Stage.SET_ASIDE
        or detail.row.verdict == Word.INCONCLUSIVE,
    )


@require_POST
@asking
def try_again(request: HttpRequest, key: str) -> HttpResponse:
    """Let a finding's proof be run once more."""
    try:
        judging.try_again(actor_of(request), key)
    except NotPossibleError as error:
        return _finding(request, key, str(error))
    return redirect(f"/findings/{key}?done=again")


@require_GET
@asking
def check_receipt(request: HttpRequest, key: str) -> HttpResponse:
    """Check a finding's receipt against this instance's key, and show what was checked."""
    detail = get_finding(actor_of(request), key)
    checked = receipts.check(get_receipt(actor_of(request), key), finding_digest=detail.digest)
    return page(request, "receipt", "findings", detail=detail, checked=checked)


@require_GET
@asking
def save_receipt(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out a finding's receipt as a file."""
    actor = actor_of(request)
    name = f"{get_finding(actor, key).row.key}.json"
    return _file(get_receipt(actor, key), "application/vnd.dsse+json", name)


@require_GET
@asking
def save_record(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out a finding's record as it came, as a file that no browser interprets."""
    actor = actor_of(request)
    name = f"{get_finding(actor, key).row.key}-record.json"
    return _file(hand_out_record(actor, key), "application/octet-stream", name)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
