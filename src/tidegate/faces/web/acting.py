"""Who asks: the person of a session or of an API token, with their standing as it is now.

A session is good for the console and the API, a token for the API alone. Both are looked up in the
tables for each request, so that a suspension counts from the next one on.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tidegate.desks.access.actors import NOBODY, Actor
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services.tokens import actor_of_token

API: Final = "/api/"
VIA: Final = "tidegate_via"
"""In a session: the key of the organisation whose provider vouches for its person."""

_KEPT: Final = "_tidegate_actor"


def actor_of_request(request: HttpRequest) -> Actor:
    """Return who asks; looked up once for a request. Whoever has not signed in is `NOBODY`."""
    found: Actor | None = getattr(request, _KEPT, None)
    if found is None:
        found = _actor(request)
        setattr(request, _KEPT, found)
    return found


def actor_anew(request: HttpRequest) -> Actor:
    """Return who asks, looked up now: for what goes on longer than a request.

    A session that has ended since, and a token that was revoked, are nobody's.
    """
    if shown_secret(request) is None:
        key = request.session.session_key
        if key is None or not request.session.exists(key):
            return NOBODY
    return _actor(request)


def has_signed_in(scope: Mapping[str, Any]) -> bool:
    """Say whether somebody asks, by the head of a request alone; `scope` is ASGI's."""
    request = ASGIRequest(dict(scope), io.BytesIO())
    SessionMiddleware(_answer_nothing).process_request(request)
    AuthenticationMiddleware(_answer_nothing).process_request(request)
    return actor_of_request(request) != NOBODY


def _answer_nothing(_: HttpRequest) -> HttpResponse:
    return HttpResponse()


def organisation_of(request: HttpRequest) -> int | None:
    """Return the id of the organisation through whose provider they signed in; None for none."""
    key = request.session.get(VIA)
    if key is None:
        return None
    found = Organisation.objects.filter(key=key).values_list("pk", flat=True).first()
    # An organisation that is not there gives no standing, rather than every one.
    return found or 0


def shown_secret(request: HttpRequest) -> str | None:
    """Return what is shown instead of a session; None if nothing is, or it counts for nothing."""
    said = request.headers.get("Authorization")
    if said is None or not request.path.startswith(API):
        return None
    scheme, _, secret = said.partition(" ")
    # Whatever else is shown is looked up, too, and is no token.
    return secret.strip() if scheme.lower() == "bearer" else said


def _actor(request: HttpRequest) -> Actor:
    secret = shown_secret(request)
    if secret is not None:
        return actor_of_token(secret, at=timezone.now()) or NOBODY
    person = request.user
    if not isinstance(person, Person):
        return NOBODY
    return actor_of(person, via=organisation_of(request))
