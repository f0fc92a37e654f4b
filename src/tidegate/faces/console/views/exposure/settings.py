"""What holds for all that an operator runs: its zone, the scope of new assets, roles, own table."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.directives import all_directives
from tidegate.desks.exposure.queries.loaded import own_tables_of
from tidegate.desks.exposure.queries.operators import operator_of
from tidegate.desks.exposure.queries.permitted import permitted_for
from tidegate.desks.exposure.queries.policies import policy_set_of
from tidegate.desks.exposure.queries.tables import list_tables
from tidegate.desks.exposure.services import fulfilling, loading, operators
from tidegate.desks.parties.services.texts import time_zones
from tidegate.engines.directives import Sector
from tidegate.engines.rules import Scope
from tidegate.engines.rules.loading import MAX_BYTES
from tidegate.faces.console.directive_words import whom_said
from tidegate.faces.console.exposure_words import SCOPES
from tidegate.faces.console.views.doing import Refusal, Work, done_at, text_of, upload_of
from tidegate.faces.console.views.exposure.answering import above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "exposure"
_ROLES: Final = ("role/", "body/")


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show what holds for all that an organisation runs."""
    return settings_page(request, key)


def settings_page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an organisation's settings.

    Raises:
        NotFoundError: there is no such organisation, or nothing of it is theirs to settle.
    """
    actor, now = actor_of(request), timezone.now()
    permitted = permitted_for(actor, key, at=now)
    if not permitted.record:
        raise NotFoundError("organisation", key)
    one = permitted.organisation
    operator = operator_of(one)
    own = own_tables_of(actor, one.key, at=now)
    return page(
        request,
        "exposure/settings",
        SECTION,
        **above(request, now, "settings", refusal),
        one=one,
        permitted=permitted,
        operator=operator,
        policy=policy_set_of(Scope(operator.scope)),
        zones=sorted(time_zones()),
        scopes=[(scope.value, SCOPES[scope]) for scope in Scope],
        sectors=[(sector.value, sector.value.replace("-", " ")) for sector in Sector],
        roles=_roles(operator.roles),
        tables=[row for row in list_tables(actor, at=now) if row.organisation in ("", one.key)],
        own=own,
        largest=MAX_BYTES,
    )


@require_POST
@asking
def settle(request: HttpRequest, key: str) -> HttpResponse:
    """Say in which zone days end, whose new assets are, and which table is shown beside."""
    return _done(
        request,
        key,
        "settle",
        lambda actor, at: operators.settle(
            actor,
            key,
            zone=_given(request, "zone_of_days"),
            scope=_given(request, "scope"),
            sector=_given(request, "sector"),
            table=_given(request, "table"),
            at=at,
        ),
        "settled",
    )


@require_POST
@asking
def set_roles(request: HttpRequest, key: str) -> HttpResponse:
    """Say by which words directives speak of the organisation."""
    return _done(
        request,
        key,
        "roles",
        lambda actor, at: fulfilling.set_roles(
            actor, key, tuple(str(one) for one in request.POST.getlist("role")), at=at
        ),
        "roles",
    )


@require_POST
@asking
def load_table(request: HttpRequest, key: str) -> HttpResponse:
    """Load a decision table of the organisation's own."""

    def work(actor: Actor, at: datetime) -> None:
        name, raw = upload_of(request, "document", "the decision table", most=MAX_BYTES)
        loading.load_table(actor, raw, name, organisation_key=key, at=at)

    return _done(request, key, "table", work, "table")


@require_POST
@asking
def set_table_aside(request: HttpRequest, key: str) -> HttpResponse:
    """Let one of the organisation's own tables count no more."""
    return _done(
        request,
        key,
        "aside",
        lambda actor, at: loading.set_aside(
            actor, Loaded.Kind.TABLE, text_of(request, "name"), organisation_key=key, at=at
        ),
        "table-aside",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    address = f"/organisation/{key}/operating"
    return done_at(address, settings_page, request, key, form, work, word)


def _given(request: HttpRequest, name: str) -> str | None:
    """Return what a field holds; None if the form has no such field."""
    return text_of(request, name) if name in request.POST else None


def _roles(own: list[str]) -> list[tuple[str, str, bool]]:
    """Return the words by which directives speak of organisations, and which are its own."""
    known = {
        binding.whom
        for directive in all_directives()
        for demand in directive.demands
        for binding in demand.bindings
        if binding.whom.startswith(_ROLES)
    }
    return [
        (word, whom_said(word), word in own)
        for word in sorted(known, key=lambda word: (not word.startswith("role/"), word))
    ]
