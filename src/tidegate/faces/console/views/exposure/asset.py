"""One asset: what it is, what is installed on it, what could not be told, what exposes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset
from tidegate.desks.exposure.queries.assets import AssetPage, asset_page
from tidegate.desks.exposure.queries.exposures import list_exposures
from tidegate.desks.exposure.queries.inventories import installed_rows, unplaced_rows
from tidegate.desks.exposure.services import assets as services
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.doing import Refusal, Work, done, text_of
from tidegate.faces.console.views.exposure import shown
from tidegate.faces.console.views.exposure.assets import fields
from tidegate.faces.console.views.exposure.doing import words_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_COLUMNS = ("owner", "environment", "system", "exposed", "criticality", "sector", "distribution")
_FIRST_EXPOSURES = 10
"""Exposures that are shown on an asset's page, those that are due soonest."""


@require_http_methods(["GET", "POST"])
@asking
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a new asset; add one."""
    if request.method == "GET":
        return _form(request)
    made: list[Asset] = []

    def work(actor: Actor, at: datetime) -> None:
        organisation = shown.operator_to(Act.OPERATE, actor, text_of(request, "organisation"), at)
        made.append(
            services.add_asset(
                actor,
                organisation.key,
                text_of(request, "name"),
                **_said(request),
                tags=words_of(request, "tags"),
                at=at,
            )
        )

    return done(
        request,
        "asset",
        work,
        then=lambda: f"/assets/{made[0].key}?done=added",
        again=lambda refusal: _form(request, refusal),
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one asset."""
    return asset(request, key)


def asset(
    request: HttpRequest, key: str, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    """Return the page of an asset.

    Raises:
        NotFoundError: there is no such asset, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = asset_page(actor, key, at=now)
    return page(
        request,
        "exposure/asset",
        shown.SECTION,
        **{**shown.above(request, now, refusal), **more},
        **fields(),
        one=one,
        row=one.row,
        tags=", ".join(one.row.tags),
        first=list_exposures(
            actor, asset=one.row.key, state="to-do", limit=_FIRST_EXPOSURES, at=now
        ),
        counting=[each for each in one.inventories if each.counts],
        earlier=[each for each in one.inventories if not each.counts],
        untold=[each for each in one.ecosystems if each.untold],
    )


@require_POST
@asking
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is said of an asset."""

    def work(actor: Actor, at: datetime) -> None:
        before = set(asset_page(actor, key, at=at).row.tags)
        after = {word.lower() for word in words_of(request, "tags")}
        services.change_assets(
            actor,
            [key],
            name=text_of(request, "name"),
            **_said(request),
            add_tags=after - before,
            remove_tags=before - after,
            at=at,
        )

    return _done(request, key, "asset", work, "changed")


@require_POST
@asking
def retire(request: HttpRequest, key: str) -> HttpResponse:
    """Say that an asset is run no more."""
    return _done(
        request,
        key,
        "retire",
        lambda actor, at: services.retire_assets(actor, [key], at=at),
        "retired",
    )


@require_POST
@asking
def bring_back(request: HttpRequest, key: str) -> HttpResponse:
    """Say that it is run after all."""
    return _done(
        request, key, "back", lambda actor, at: services.bring_back(actor, key, at=at), "back"
    )


@require_GET
@asking
def installed(request: HttpRequest, key: str) -> HttpResponse:
    """Show what is installed on an asset, a page of it."""
    asked = {name: request.GET.get(name, "").strip() for name in ("ecosystem", "search")}
    return _inside(
        request,
        key,
        "installed",
        lambda actor, now: installed_rows(
            actor, key, **asked, cursor=request.GET.get("after"), limit=lists.LIMIT, at=now
        ),
        asked,
    )


@require_GET
@asking
def unplaced(request: HttpRequest, key: str) -> HttpResponse:
    """Show the components of an asset of which nothing can be said, a page of them."""
    asked = {"reason": request.GET.get("reason", "").strip()}
    return _inside(
        request,
        key,
        "unplaced",
        lambda actor, now: unplaced_rows(
            actor, key, **asked, cursor=request.GET.get("after"), limit=lists.LIMIT, at=now
        ),
        asked,
    )


def _inside(
    request: HttpRequest,
    key: str,
    view: str,
    listed: Callable[[Actor, datetime], Any],
    asked: dict[str, str],
) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    one: AssetPage = asset_page(actor, key, at=now)
    found = listed(actor, now)
    return page(
        request,
        f"exposure/{view}",
        shown.SECTION,
        **shown.above(request, now),
        one=one,
        row=one.row,
        asked=asked,
        found=found,
        next=lists.turned(request, found.next),
        previous=lists.turned(request, found.previous),
    )


def _said(request: HttpRequest) -> dict[str, Any]:
    said: dict[str, Any] = {name: text_of(request, name) for name in _COLUMNS}
    if scope := text_of(request, "scope"):
        said["scope"] = scope
    said["is_operational_technology"] = text_of(request, "operational_technology") == "yes"
    return said


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done(
        request,
        form,
        work,
        then=f"/assets/{key}?done={word}",
        again=lambda refusal: asset(request, key, refusal),
    )


def _form(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    now = timezone.now()
    return page(
        request,
        "exposure/asset_form",
        shown.SECTION,
        **shown.above(request, now, refusal),
        **fields(),
        organisation=text_of(request, "organisation") or shown.chosen_of(request),
    )
