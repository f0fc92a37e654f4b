"""An organisation's own provider, as it was set."""

from __future__ import annotations

from typing import Final

from allauth.socialaccount.models import SocialApp

from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.sealed import opened

KIND: Final = "openid_connect"
"""What allauth calls them; each organisation's has the organisation's key as its id."""


def purpose_of(organisation: str) -> str:
    """Return what an organisation's client secret is sealed for."""
    return f"client secret of {organisation}"


def providers(organisation: str | None = None) -> list[SocialApp]:
    """Return the providers of standing organisations, each with its client secret in the clear.

    Args:
        organisation: the key of the one that is asked for; all of them without it.

    Raises:
        HomeError: the instance's key is missing.
        SealError: a secret was changed.
    """
    standing = Organisation.objects.filter(suspended_at=None)
    if organisation is not None:
        standing = standing.filter(key=organisation)
    found = SocialApp.objects.filter(provider=KIND, provider_id__in=standing.values("key"))
    apps = list(found.order_by("pk"))
    for app in apps:
        app.secret = opened(app.settings["sealed_secret"], purpose_of(app.provider_id))
    return apps


def speaks_for(app: SocialApp, email: str) -> bool:
    """Say whether a provider speaks for an address: its domain is one of those that were set."""
    return email.rpartition("@")[2].lower() in app.settings.get("domains", ())
