"""An organisation's keys for restricted releases: what is not for everybody is encrypted to them.

A key is made by the organisation's own client, and only its public half comes here. A revoked one
is not written to any more; what was encrypted to it stays readable for whoever has its other half.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.parties.queries.organisation_page import get_organisation
from tidegate.desks.publications.queries.recipients import list_recipients
from tidegate.desks.publications.services import recipients
from tidegate.faces.console.views.doing import (
    Refusal,
    Work,
    done_at,
    telling,
    text_of,
    time_zone,
)
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "organisations"

_NOT_PUBLIC: Final = "age-secret-key-"

DONE: Final = {
    "registered": "The key is registered. Restricted releases are encrypted to it from now on.",
    "revoked": "The key is revoked. What goes out from now on is not encrypted to it.",
}


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show the keys of an organisation."""
    return keys_page(request, key)


def keys_page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an organisation's keys.

    Raises:
        NotFoundError: there is no such organisation, or its keys are not theirs to see.
    """
    actor, now = actor_of(request), timezone.now()
    if refusal and refusal.written.get("recipient", "").strip().lower().startswith(_NOT_PUBLIC):
        # What was pasted by mistake is not shown once more.
        refusal.written["recipient"] = ""
    one = get_organisation(actor, key, at=now)
    rows = list_recipients(actor, organisation=key, revoked=True, at=now)
    return page(
        request,
        "publications/recipients",
        SECTION,
        **telling(request, refusal, DONE),
        now=now,
        zone=time_zone(request),
        one=one,
        standing=[row for row in rows if row.revoked_at is None],
        revoked=[row for row in rows if row.revoked_at is not None],
        may_revoke=one.may_administer or one.may_run_instance,
        most=recipients.MOST_KEYS,
    )


@require_POST
@asking
def register(request: HttpRequest, key: str) -> HttpResponse:
    """Register a public key."""
    return _done(
        request,
        key,
        "register",
        lambda actor, at: recipients.register(
            actor, key, text_of(request, "recipient"), name=text_of(request, "name"), at=at
        ),
        "registered",
    )


@require_POST
@asking
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Revoke a key."""
    return _done(
        request,
        key,
        "revoke",
        lambda actor, at: recipients.revoke(
            actor, key, text_of(request, "recipient"), why=text_of(request, "reason"), at=at
        ),
        "revoked",
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    address = f"/organisation/{key}/keys"
    return done_at(address, keys_page, request, key, form, work, word)
