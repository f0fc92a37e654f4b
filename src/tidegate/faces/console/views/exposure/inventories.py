"""Inventories: handed in, looked at with all that was not understood, taken back, handed out."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.queries.inventories import inventory_page
from tidegate.desks.exposure.services import inventories as services
from tidegate.engines.formats.inventories.reading import ACCEPTED, Limits
from tidegate.faces.console.views.doing import SAVED_HEADERS, Refusal, done, text_of, upload_of
from tidegate.faces.console.views.exposure import shown
from tidegate.faces.console.views.exposure.asset import asset
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_LARGEST: Final = Limits().packed_bytes
_WHAT: Final = "the inventory"


@require_http_methods(["GET", "POST"])
@asking
def hand_in(request: HttpRequest) -> HttpResponse:
    """Show the form; hand in what is installed on an asset that is known by its name."""
    if request.method == "GET":
        return _form(request)
    handed: list[services.HandedIn] = []

    def work(actor: Actor, at: datetime) -> None:
        name, raw = upload_of(request, "document", _WHAT, most=_LARGEST)
        organisation = shown.operator_to(Act.INVENTORY, actor, text_of(request, "organisation"), at)
        handed.append(
            services.hand_in_for(
                actor,
                organisation.key,
                text_of(request, "asset"),
                raw,
                name,
                part=text_of(request, "part"),
                distribution=text_of(request, "distribution"),
                at=at,
            )
        )

    return done(
        request,
        "hand-in",
        work,
        then=lambda: _led_on(handed[0]),
        again=lambda refusal: _form(request, refusal),
    )


@require_POST
@asking
def hand_in_for_asset(request: HttpRequest, key: str) -> HttpResponse:
    """Hand in what is installed on an asset, from its page."""
    handed: list[services.HandedIn] = []

    def work(actor: Actor, at: datetime) -> None:
        name, raw = upload_of(request, "document", _WHAT, most=_LARGEST)
        handed.append(
            services.hand_in(
                actor,
                key,
                raw,
                name,
                part=text_of(request, "part"),
                distribution=text_of(request, "distribution"),
                at=at,
            )
        )

    return done(
        request,
        "hand-in",
        work,
        then=lambda: _led_on(handed[0]),
        again=lambda refusal: asset(request, key, refusal),
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one inventory, with what was not understood of it."""
    return _inventory(request, key)


@require_POST
@asking
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take an inventory back; the one before it counts again."""
    return done(
        request,
        "take-back",
        lambda actor, at: services.take_back(actor, key, at=at),
        then=f"/inventories/{key}?done=inventory-back",
        again=lambda refusal: _inventory(request, key, refusal),
    )


@require_GET
@asking
def save_document(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out an inventory, byte for byte as it came."""
    _, raw = services.hand_out(actor_of(request), key, at=timezone.now())
    headers = {**SAVED_HEADERS, "Content-Disposition": 'attachment; filename="inventory.bin"'}
    return HttpResponse(raw, content_type="application/octet-stream", headers=headers)


def _led_on(handed: services.HandedIn) -> str:
    word = "handed-in" if handed.is_new else "handed-in-again"
    return f"/inventories/{handed.key}?done={word}"


def _inventory(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    now = timezone.now()
    one = inventory_page(actor_of(request), key, at=now)
    return page(
        request,
        "exposure/inventory",
        shown.SECTION,
        **shown.above(request, now, refusal),
        one=one,
        row=one.row,
        unplaced=one.row.components - one.row.placed,
    )


def _form(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    return page(
        request,
        "exposure/hand_in",
        shown.SECTION,
        **shown.above(request, timezone.now(), refusal),
        accepted=ACCEPTED,
        largest=_LARGEST,
        organisation=text_of(request, "organisation") or shown.chosen_of(request),
        asset=text_of(request, "asset") or request.GET.get("asset", "")[:200],
    )
