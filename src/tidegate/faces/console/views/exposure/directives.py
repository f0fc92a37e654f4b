"""Directives: which there are, what one asks of whom and by when; loading one is one reviewed file.

Policy sets of authorities stand beside them: which scope has a table, and which is empty.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.directives import (
    all_directives,
    directive_page,
    directive_rows,
)
from tidegate.desks.exposure.queries.loaded import list_loaded
from tidegate.desks.exposure.queries.permitted import examined_by
from tidegate.desks.exposure.queries.policies import policy_set_of, policy_sets
from tidegate.desks.exposure.services import loading
from tidegate.engines.rules import Scope
from tidegate.engines.rules.loading import MAX_BYTES
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    Work,
    done,
    text_of,
    upload_of,
)
from tidegate.faces.console.views.exposure.answering import above
from tidegate.faces.console.views.exposure.docket import picture_of, with_sources
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "directives"

_KINDS: Final = (
    (Loaded.Kind.DIRECTIVE, "a directive"),
    (Loaded.Kind.POLICY_SET, "an authority’s policy set"),
    (Loaded.Kind.TABLE, "a decision table (SSVC), for a policy set"),
)


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show all directives and policy sets."""
    return _list(request)


@require_GET
@asking
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one directive: what it asks, of whom, by when, and where that was read."""
    now = timezone.now()
    found = directive_page(name, now.date())
    one = found.row.directive
    known = {other.id: other for other in all_directives()}
    days, read = with_sources(found.docket)
    return page(
        request,
        "exposure/directive",
        SECTION,
        **above(request, now, "directives"),
        row=found.row,
        one=one,
        scope=[(whom, force) for whom, force in one.scope.items()],
        revokes=[(name, known.get(name)) for name in one.revokes],
        revoked_by=known.get(one.revoked_by),
        days=days,
        read=read,
        picture=picture_of(found.docket, now.date()) if len(found.docket) > 1 else None,
        is_inside=True,
        organisations=examined_by(actor_of(request), at=now),
    )


@require_POST
@asking
def load(request: HttpRequest) -> HttpResponse:
    """Load a directive, a policy set, or a table for one."""

    def work(actor: Actor, at: datetime) -> None:
        name, raw = upload_of(request, "document", "the document", most=MAX_BYTES)
        kind = text_of(request, "kind")
        if kind == Loaded.Kind.DIRECTIVE:
            loading.load_directive(actor, raw, name, at=at)
        elif kind == Loaded.Kind.POLICY_SET:
            loading.load_policy_set(actor, raw, name, at=at)
        elif kind == Loaded.Kind.TABLE:
            loading.load_table(actor, raw, name, at=at)
        else:
            raise UnreadableError("say what the document is: choose one of those offered")

    return _done(request, "load", work, "loaded")


@require_POST
@asking
def set_aside(request: HttpRequest) -> HttpResponse:
    """Let something that was loaded count no more."""
    return _done(
        request,
        "aside",
        lambda actor, at: loading.set_aside(
            actor, text_of(request, "kind"), text_of(request, "name"), at=at
        ),
        "aside",
    )


def _list(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    runs = may_with_instance(actor, Act.ADMINISTER)
    rows = directive_rows(now.date())
    return page(
        request,
        "exposure/directives",
        SECTION,
        **above(request, now, "directives", refusal),
        holding=[row for row in rows if row.holds],
        others=[row for row in rows if not row.holds],
        policies=policy_sets(),
        scopes=[(scope, policy_set_of(scope)) for scope in Scope],
        runs=runs,
        loaded=list_loaded(actor) if runs else (),
        kinds=_KINDS,
        largest=MAX_BYTES,
    )


def _done(request: HttpRequest, form: str, work: Work, word: str) -> HttpResponse:
    return done(
        request,
        form,
        work,
        then=f"/directives?done={word}",
        again=lambda refusal: _list(request, refusal),
    )
