"""Signing a document of an engagement: by a passkey, or with a signature made elsewhere.

It stands on the page of the terms, and on that of the partners for their records; the form says
from where it comes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.services import signing
from tidegate.faces.console.views.doing import UnreadableError, Work, done, text_of, upload_of
from tidegate.faces.console.views.reviews.answering import LARGEST_UPLOAD
from tidegate.faces.console.views.reviews.partners import partners
from tidegate.faces.console.views.reviews.terms import terms
from tidegate.faces.console.views.showing import asking
from tidegate.faces.web.acting import actor_of_request as actor_of
from tidegate.faces.web.refused import note

_KEPT: Final = "tidegate_signing"
"""In a session: what a passkey was asked to sign."""
_PARTNERS: Final = "partners"


@require_GET
def passkey_options(request: HttpRequest, key: str, sha256: str) -> HttpResponse:
    """Tell a browser what a passkey is to sign: the digest of a document, and nothing else."""
    try:
        options, state = signing.passkey_options(
            actor_of(request),
            key,
            sha256,
            host=request.get_host(),
            for_organisation=request.GET.get("for", ""),
            at=timezone.now(),
        )
    except NotFoundError as error:
        note(request, error)
        return JsonResponse({"reason": str(error)}, status=404)
    except NotPossibleError as error:
        return JsonResponse({"reason": str(error)}, status=409)
    request.session[_KEPT] = {"sha256": sha256, "state": state}
    return JsonResponse({"request_options": options})


@require_POST
@asking
def sign_with_passkey(request: HttpRequest, key: str, sha256: str) -> HttpResponse:
    """Sign with what the passkey answered; what it was asked is good once."""
    held = request.session.pop(_KEPT, None)

    def work(actor: Actor, at: datetime) -> None:
        if not isinstance(held, dict) or held.get("sha256") != sha256:
            raise NotPossibleError(
                "no passkey was asked to sign this document, or the answer was used before; press"
                " the button once more"
            )
        signing.sign_with_passkey(
            actor,
            key,
            sha256,
            held["state"],
            _said_by_passkey(request),
            for_organisation=text_of(request, "organisation"),
            at=at,
        )

    return _signed(request, key, work)


@require_POST
@asking
def sign_detached(request: HttpRequest, key: str, sha256: str) -> HttpResponse:
    """Sign with a signature over the document that was made elsewhere."""

    def work(actor: Actor, at: datetime) -> None:
        _, signature = upload_of(request, "signature", "the signature", most=LARGEST_UPLOAD)
        _, public_key = upload_of(request, "public_key", "the public key", most=LARGEST_UPLOAD)
        signing.sign_detached(
            actor,
            key,
            sha256,
            signature,
            public_key,
            for_organisation=text_of(request, "organisation"),
            at=at,
        )

    return _signed(request, key, work)


def _signed(request: HttpRequest, key: str, work: Work) -> HttpResponse:
    """Sign, and lead back to where the document stands."""
    if text_of(request, "from") == _PARTNERS:
        address, again = f"/reviews/{key}/partners?done=signed", partners
    else:
        partner = text_of(request, "partner")
        more = f"&{urlencode({'partner': partner})}" if partner else ""
        address, again = f"/reviews/{key}/terms?done=signed{more}", terms
    return done(
        request, "sign", work, then=address, again=lambda refusal: again(request, key, refusal)
    )


def _said_by_passkey(request: HttpRequest) -> Mapping[str, Any]:
    try:
        said = json.loads(request.POST.get("credential", ""))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UnreadableError(
            "the passkey's answer cannot be read; try again, with scripts allowed for this site"
        )
    return said
