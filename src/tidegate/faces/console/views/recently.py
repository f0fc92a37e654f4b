"""Asking once more who it is, before something is handed out that outlives the session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from tidegate.faces.console.views.account import person_of
from tidegate.faces.web.acting import VIA

_FRESH_SECONDS: Final = 300
"""How long a sign-in through a provider counts as having just shown who one is."""


def recently_shown(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask once more who it is before something is made that outlives the session."""
    guarded = reauthentication_required(view, app="allauth.mfa")

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **more)
        key = request.session.get(VIA)
        if key is None:
            answer: HttpResponse = guarded(request, *args, **more)
            return answer
        # Whoever came through a provider is asked by the provider.
        records = get_authentication_records(request, person_of(request))
        last = max((one["at"] for one in records if one.get("provider") == key), default=0)
        if timezone.now().timestamp() - last < _FRESH_SECONDS:
            return view(request, *args, **more)
        back = reverse("openid_connect_login", kwargs={"provider_id": key})
        return HttpResponseRedirect(f"{back}?{urlencode({'next': request.path})}")

    return answered
