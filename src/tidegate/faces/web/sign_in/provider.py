# ruff: noqa: ARG002 - allauth calls these with all that it has.
"""Signing in through an organisation's own OpenID Connect provider, on allauth's.

What a provider says is believed only as far as it was set (`desks/parties/services/providers.py`):
of addresses in its domains, that it has verified, of people whom its organisation has or invited.
The session that comes of it stands in that organisation alone.

From: OpenID Connect Core 1.0 (3.1.3.7, 5.3.2), OpenID Connect Discovery 1.0 (4.3).
"""

from __future__ import annotations

from typing import Any, NoReturn

import requests
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone

from tidegate.desks.parties.queries.providers import KIND, providers, speaks_for
from tidegate.desks.parties.services.providers import admit

_MOST_REDIRECTS = 3


class OrganisationProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """One organisation's provider."""

    def serialize(self) -> dict[str, Any]:
        """Return how it is found again; allauth would go by the client's id, which two may have."""
        return {"id": self.app.provider_id}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Return what a sign-in begins with: nothing that an address could ask for but `next`."""
        kwargs = {
            "process": AuthProcess.LOGIN,
            "scope": self.get_scope(),
            "auth_params": self.get_auth_params(),
        }
        back = get_next_redirect_url(request)
        return {**kwargs, "next_url": back} if back else kwargs

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> SocialLogin:
        """Return whom the provider vouches for.

        Raises:
            OAuth2Error: what it says does not hold together.
        """
        claims, more = response.get("id_token"), response.get("userinfo")
        if not isinstance(claims, dict) or not isinstance(claims.get("sub"), str):
            raise OAuth2Error("the provider sent no id token")
        if str(claims.get("iss", "")).rstrip("/") != self.app.settings["server_url"]:
            raise OAuth2Error("the id token is another issuer's")
        if more is not None and (not isinstance(more, dict) or more.get("sub") != claims["sub"]):
            raise OAuth2Error("the provider says one thing in the id token and another beside it")
        return super().sociallogin_from_response(request, response)

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Return what is kept of what it says: nothing that is not kept otherwise."""
        return {}


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth asks about providers."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Say no: `pre_social_login` lets in whom it lets in."""
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return an organisation's provider; without its key, none: who is here is not shown."""
        return providers(provider) if provider not in (None, KIND) else []

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> OrganisationProvider:
        """Return an organisation's provider by the organisation's key."""
        return OrganisationProvider(request, app=self.get_app(request, provider))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in whom the provider may vouch for, and nobody else."""
        provider = sociallogin.provider
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            _refuse(request, provider)
        said = provider.app.settings["domains"] and _verified(sociallogin)
        if not said or not speaks_for(provider.app, said):
            _refuse(request, provider)
        person = admit(
            provider.app.provider_id,
            email=said,
            subject=sociallogin.account.uid,
            name=sociallogin.user.name,
            at=timezone.now(),
        )
        if person is None or sociallogin.user.pk not in (None, person.pk):
            _refuse(request, provider)
        sociallogin.user = sociallogin.account.user = person

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> Any:
        """Put the name that the provider says into the person that may be made."""
        user = sociallogin.user
        user.email = str(data.get("email") or "").lower()
        user.name = str(data.get("name") or "")
        return user

    def get_requests_session(self) -> requests.Session:
        """Return what the provider is asked with: over TLS alone, wherever it leads."""
        session: requests.Session = super().get_requests_session()
        session.mount("http://", _Refusing())
        session.max_redirects = _MOST_REDIRECTS
        return session


class _Refusing(requests.adapters.BaseAdapter):
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> NoReturn:
        raise requests.exceptions.InvalidSchema(
            f"{request.url} would be asked in the clear; a provider answers under https",
            request=request,
        )

    def close(self) -> None:
        """Hold nothing."""


def _verified(sociallogin: SocialLogin) -> str:
    """Return the one address that the provider has verified; empty if there is none."""
    found = [address.email for address in sociallogin.email_addresses if address.verified]
    return found[0].lower() if len(found) == 1 else ""


def _refuse(request: HttpRequest, provider: OrganisationProvider) -> NoReturn:
    page = render(request, "socialaccount/not_admitted.html", {"provider": provider}, status=403)
    raise ImmediateHttpResponse(page)
