"""Organisations: their list, and one of them with its people."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tidegate.desks.access.deciding import may_with_instance
from tidegate.desks.access.words import Act, OrganisationKind
from tidegate.desks.cases.queries.line import capacity_of
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.queries.lists import OrganisationRow, list_organisations
from tidegate.desks.parties.queries.organisation_page import get_organisation
from tidegate.desks.parties.services import organisations
from tidegate.faces.console import coordination_words as words
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    answered,
    telling,
    text_of,
    time_zone,
)
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of
from tidegate.instance.reach import reach

_SECTION: Final = "organisations"
_MOST_ROWS: Final = 200
_SCOPES: Final = [(scope.value, scope.value) for scope in Organisation.AgencyScope]


@require_http_methods(["GET", "POST"])
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the organisations that who asks may see; open a new one."""
    if request.method == "GET":
        return _list(request)

    def work() -> None:
        organisations.open_organisation(
            actor_of(request),
            text_of(request, "name"),
            kinds_of(request),
            scope=text_of(request, "scope"),
            at=timezone.now(),
        )

    return answered(
        request,
        "open",
        work,
        then=lambda: "/organisations?done=changed",
        again=lambda refusal: _list(request, refusal),
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one organisation and its people."""
    return organisation_page(request, key)


def organisation_page(
    request: HttpRequest, key: str, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    """Return the page of an organisation; `more` is what it shows this once.

    Raises:
        NotFoundError: there is none, or not for who asks.
    """
    actor, now = actor_of(request), timezone.now()
    shown = get_organisation(actor, key, at=now)
    return page(
        request,
        "organisation",
        _SECTION,
        **telling(request, refusal),
        now=now,
        zone=time_zone(request),
        one=shown,
        own=actor.key,
        capacity=capacity_of(actor, shown.key, at=now),
        callback=_callback(request, shown.key),
        kinds=tuple(words.KINDS.items()),
        scopes=_SCOPES,
        roles=tuple(words.ROLES.items()),
        chosen_kinds=request.POST.getlist("kinds") if _refused(refusal, "kinds") else shown.kinds,
        chosen_scope=text_of(request, "scope") if _refused(refusal, "kinds") else shown.scope,
        **more,
    )


def _list(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    actor = actor_of(request)
    rows = list_organisations(actor)
    text, kind = request.GET.get("text", "").strip(), request.GET.get("kind", "")
    fitting = [row for row in rows if _fits(row, text.casefold(), kind)]
    return page(
        request,
        "organisations",
        _SECTION,
        **telling(request, refusal),
        rows=fitting[:_MOST_ROWS],
        many=len(fitting),
        text=text,
        kind=kind,
        chips=lists.chips(request, {"text": "Name", "kind": "Kind"}),
        kinds=tuple(words.KINDS.items()),
        chosen_kinds=request.POST.getlist("kinds"),
        scopes=_SCOPES,
        may_open=may_with_instance(actor, Act.ADMINISTER),
    )


def _refused(refusal: Refusal | None, form: str) -> bool:
    return refusal is not None and refusal.form == form


def _fits(row: OrganisationRow, text: str, kind: str) -> bool:
    return (not text or text in row.name.casefold() or text == row.key.casefold()) and (
        not kind or kind in row.kinds
    )


def kinds_of(request: HttpRequest) -> list[OrganisationKind]:
    """Return the kinds that a form holds.

    Raises:
        UnreadableError: one of them is none.
    """
    said = request.POST.getlist("kinds")
    if unknown := [word for word in said if word not in tuple(OrganisationKind)]:
        known = ", ".join(OrganisationKind)
        raise UnreadableError(
            f"{unknown[0][:40]!r} is no kind of organisation; choose among {known}"
        )
    return [OrganisationKind(word) for word in said]


def _callback(request: HttpRequest, key: str) -> str:
    return f"{base_address(request)}/account/provider/{key}/login/callback/"


def base_address(request: HttpRequest) -> str:
    """Return the address of this instance, as people outside reach it."""
    return reach().address or request.build_absolute_uri("/").rstrip("/")
