"""To an organisation's provider and back.

The pages between are ours, and lead on by themselves. A form may lead to no other site (`form-
action` in `faces/console/headers.py`), which holds for where its answer leads, too. And what a
provider leads back to counts as asked for by the provider's site, until one of our pages asks.
"""

from __future__ import annotations

import logging
from typing import Final

import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tidegate.desks.access.keys import as_written
from tidegate.desks.parties.queries.providers import providers

_log: Final = logging.getLogger(__name__)
_LONGEST_KEY: Final = 40


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in of the organisation that somebody names by its key.

    Keys are random, so that nobody finds out here who takes part.
    """
    key = as_written(request.POST.get("organisation", "")[:_LONGEST_KEY])
    back = request.POST.get("next", "")
    if not providers(key):
        said = {"organisation": request.POST.get("organisation", "")[:_LONGEST_KEY], "next": back}
        return render(request, "account/organisation.html", said, status=404)
    address = redirect("openid_connect_login", provider_id=key)
    if back:
        address["Location"] += f"?{urlencode({'next': back})}"
    return address


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Show whose provider it is; then lead there."""
    try:
        answer = openid_connect.login(request, provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (requests.RequestException, KeyError, ValueError):
        _log.exception("the provider of %s does not answer as OpenID Connect asks", provider_id)
        return render(request, "socialaccount/authentication_error.html", status=502)
    return _by_page(request, answer)


@never_cache
@require_GET
def come_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take what the provider says, and lead on."""
    try:
        answer = openid_connect.callback(request, provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (KeyError, ValueError):
        _log.exception("the provider of %s does not answer as OpenID Connect asks", provider_id)
        return render(request, "socialaccount/authentication_error.html", status=502)
    return _by_page(request, answer)


def _by_page(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Return a page that leads where an answer would have led."""
    if not isinstance(answer, HttpResponseRedirect):
        return answer
    return render(request, "account/going_on.html", {"address": answer.url})
