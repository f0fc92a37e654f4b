"""Secrets of second factors and providers, carried over to the newest of the instance's keys.

Whoever rotates that key calls this: only then can an older one be taken away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp
from django.db import transaction

from tidegate.desks.parties.queries.providers import KIND, purpose_of
from tidegate.desks.parties.sealed import rewrapped, wrapper_of

FACTOR: Final = "secret of a second factor"
"""What the secrets of second factors are sealed for."""
_SECRETS: Final = ("secret", "seed")
"""Where allauth keeps them: of TOTP and of recovery codes."""


def rewrap() -> int:
    """Wrap every secret's key anew; return how many secrets were wrapped by an older key.

    Raises:
        SealError: one was changed.
        HomeError: one of the instance's keys is missing.
    """
    return _factors() + _providers()


def wrapped_by() -> Iterator[str]:
    """Yield which of the instance's keys wraps each secret's key.

    Raises:
        SealError: a secret was changed.
    """
    for data in Authenticator.objects.values_list("data", flat=True):
        yield from (wrapper_of(data[name], FACTOR) for name in _SECRETS if name in data)
    for app in SocialApp.objects.filter(provider=KIND):
        yield wrapper_of(app.settings["sealed_secret"], purpose_of(app.provider_id))


def _factors() -> int:
    changed = 0
    for pk in Authenticator.objects.values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if factor is None:
                continue
            data = dict(factor.data)
            for name in _SECRETS:
                if name in data:
                    data[name] = rewrapped(data[name], FACTOR)
            if data != factor.data:
                factor.data = data
                factor.save(update_fields=["data"])
                changed += 1
    return changed


def _providers() -> int:
    changed = 0
    with transaction.atomic():
        for app in SocialApp.objects.select_for_update().filter(provider=KIND):
            before = app.settings["sealed_secret"]
            app.settings["sealed_secret"] = rewrapped(before, purpose_of(app.provider_id))
            if app.settings["sealed_secret"] != before:
                app.save(update_fields=["settings"])
                changed += 1
    return changed
