"""What an operator runs, as a list: filters, many changed at once, a sheet in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.queries.assets import SORTS, list_assets
from tidegate.desks.exposure.services import assets as services
from tidegate.desks.exposure.services.importing import Imported, export_assets, import_assets
from tidegate.desks.exposure.services.sheets import COLUMNS, MOST_BYTES
from tidegate.engines.rules import Scope
from tidegate.faces.console.exposure_words import CRITICALITIES, EXPOSED_SAID, SCOPES
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.doing import (
    SAVED_HEADERS,
    Refusal,
    UnreadableError,
    done,
    text_of,
    upload_of,
)
from tidegate.faces.console.views.exposure import shown
from tidegate.faces.console.views.exposure.doing import as_on, back_to, ticked, words_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_PATH: Final = "/assets"
_CHIPS: Final = {
    "search": "Search",
    "tag": "Tag",
    "system": "System",
    "environment": "Environment",
    "exposed": "Public",
    "scope": "Scope",
    "retired": "Retired",
}
_LISTED: Final = 50
"""Faults of a sheet that a page lists."""


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the assets that fit a filter, a page of them."""
    if address := lists.cleaned(request):
        return HttpResponseRedirect(address)
    return _list(request)


@require_POST
@asking
def change(request: HttpRequest) -> HttpResponse:
    """Change several assets, all of them or none; what is left as it is stays so."""

    def work(actor: Actor, at: datetime) -> None:
        said = _said(request)
        if not any(said.values()):
            raise UnreadableError("nothing is to be changed; choose what becomes of them")
        services.change_assets(actor, ticked(request), at=at, **said)

    return done(
        request,
        "change",
        work,
        then=lambda: back_to(request, _PATH, "changed"),
        again=lambda refusal: _again(request, refusal),
    )


@require_POST
@asking
def retire(request: HttpRequest) -> HttpResponse:
    """Say that several assets are run no more."""
    return done(
        request,
        "change",
        lambda actor, at: services.retire_assets(actor, ticked(request), at=at),
        then=lambda: back_to(request, _PATH, "retired-many"),
        again=lambda refusal: _again(request, refusal),
    )


@require_GET
@asking
def save_sheet(request: HttpRequest) -> HttpResponse:
    """Hand out the assets of an operator, as a sheet that can be taken in again."""
    actor, now = actor_of(request), timezone.now()
    organisation = shown.operator_of(actor, shown.chosen_of(request), now)
    sheet = export_assets(actor, organisation.key, at=now)
    headers = {**SAVED_HEADERS, "Content-Disposition": 'attachment; filename="assets.csv"'}
    return HttpResponse(sheet, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
@asking
def take_in(request: HttpRequest) -> HttpResponse:
    """Show what a sheet looks like; take one in, or only say what it would do."""
    if request.method == "GET":
        return _sheet(request)
    told: list[Imported] = []
    is_trial = text_of(request, "how") == "try"

    def work(actor: Actor, at: datetime) -> None:
        _, raw = upload_of(request, "sheet", "the sheet", most=MOST_BYTES)
        organisation = shown.operator_to(Act.OPERATE, actor, text_of(request, "organisation"), at)
        told.append(import_assets(actor, organisation.key, raw, at=at, dry_run=is_trial))

    answer = done(
        request,
        "import",
        work,
        then=lambda: _imported(request),
        again=lambda refusal: _sheet(request, refusal),
    )
    return _sheet(request, told=told[0]) if told and not told[0].is_done else answer


def fields() -> dict[str, Any]:
    """Return what the fields of an asset may be filled with."""
    return {
        "exposures": list(EXPOSED_SAID.items()),
        "criticalities": list(CRITICALITIES.items()),
        "scopes": [(scope.value, SCOPES[scope]) for scope in Scope],
    }


def _imported(request: HttpRequest) -> str:
    words = {"done": "imported"}
    if key := text_of(request, "organisation"):
        words[shown.OPERATOR] = key
    return f"{_PATH}?{urlencode(words)}"


def _said(request: HttpRequest) -> dict[str, Any]:
    """Return what is to become of assets; None for what stays as it is."""
    said: dict[str, Any] = {
        name: text_of(request, name) or None
        for name in ("exposed", "criticality", "scope", "owner", "environment", "system")
    }
    technology = text_of(request, "operational_technology")
    said["is_operational_technology"] = {"yes": True, "no": False}.get(technology)
    said["add_tags"] = words_of(request, "add_tags")
    said["remove_tags"] = words_of(request, "remove_tags")
    return said


def _again(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    as_on(request, _PATH)
    return _list(request, refusal)


def _list(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    asked = {name: request.GET.get(name, "").strip() for name in _CHIPS}
    sort = request.GET.get("sort", "name")
    found = list_assets(
        actor,
        organisation=shown.chosen_of(request),
        tag=asked["tag"],
        system=asked["system"],
        environment=asked["environment"],
        exposed=asked["exposed"],
        scope=asked["scope"],
        search=asked["search"],
        retired=asked["retired"] == "yes",
        sort=sort,
        cursor=request.GET.get("after"),
        limit=lists.LIMIT,
        at=now,
    )
    above = shown.above(request, now, refusal)
    operated = {one.key for one in above["operates"]}
    return page(
        request,
        "exposure/assets",
        shown.SECTION,
        **above,
        **fields(),
        found=found,
        asked=asked,
        chips=lists.chips(request, _CHIPS),
        sorts=lists.sorts(request, sort, SORTS),
        kept=lists.kept(request, ("sort", "tag", "system", "environment")),
        next=lists.turned(request, found.next),
        previous=lists.turned(request, found.previous),
        operated=operated,
        may_change=asked["retired"] != "yes"
        and any(row.organisation in operated for row in found.rows),
        query=request.GET.urlencode(),
        picked=request.POST.getlist("key") if refusal else [],
    )


def _sheet(
    request: HttpRequest, refusal: Refusal | None = None, *, told: Imported | None = None
) -> HttpResponse:
    now = timezone.now()
    return page(
        request,
        "exposure/sheet",
        shown.SECTION,
        **{
            **shown.above(request, now, refusal),
            **({"status": 422} if told and told.fault_count else {}),
        },
        told=told,
        faults=told.faults[:_LISTED] if told else (),
        more_faults=max(told.fault_count - _LISTED, 0) if told else 0,
        columns=tuple(COLUMNS),
        organisation=text_of(request, "organisation") or shown.chosen_of(request),
    )
