"""Second factors and passkeys: sealed at rest, used once, and never a suspended person's.

allauth marks a TOTP code as used, for as long as it would be good, in the cache; ours is a table
that every process shares (`desks/parties/remembering.py`). A recovery code is crossed out in its
row, which is locked meanwhile. What allauth leaves open is closed here: a person who was suspended
between two steps, and the code that an authenticator app was set up with.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.conf import settings
from django.core.exceptions import ValidationError

from tidegate.desks.parties.models import Person
from tidegate.desks.parties.sealed import opened, sealed
from tidegate.desks.parties.services.rewrapping import FACTOR
from tidegate.faces.web.sign_in.accounts import is_standing


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks about second factors."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return sealed(text, FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return opened(encrypted_text, FACTOR)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return what passkeys are made for: the instance's own host, whatever a request says."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        host = settings.REACH.hosts[0] if settings.REACH.address else entity["id"]
        return {"id": host, "name": "Tidegate"}

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's word
        """Return what a new passkey is called, unless its person says otherwise."""
        known = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {known + 1}"


class _Standing:
    """Takes no code of a suspended person, and uses none up."""

    user: Person

    def clean_code(self) -> str:
        if not is_standing(self.user):
            raise _wrong()
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class CodeForm(_Standing, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in, by a code."""


class CodeAgainForm(_Standing, ReauthenticateForm):  # type: ignore[misc]
    """A code once more, before something that matters."""


class FirstCodeForm(_Standing, ActivateTOTPForm):  # type: ignore[misc]
    """The code that an authenticator app is set up with; it is used up by that."""

    def clean_code(self) -> str:
        """Return the code, if it is right and was never used."""
        code = super().clean_code()
        data = {"secret": FactorAdapter().encrypt(self.secret)}
        app = Authenticator(user=self.user, type=Authenticator.Type.TOTP, data=data)
        if not app.wrap().validate_code(code):
            raise _wrong()
        return code


class _StandingHolder:
    """Takes no passkey of a suspended person."""

    def clean_credential(self) -> Authenticator:
        try:
            authenticator: Authenticator = super().clean_credential()  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # What a browser would never send; allauth reads it as if one had.
            raise _wrong() from error
        if not is_standing(authenticator.user):
            raise _wrong()
        return authenticator


class PasskeyForm(_StandingHolder, LoginWebAuthnForm):  # type: ignore[misc]
    """Signing in by a passkey alone."""


class PasskeySecondForm(_StandingHolder, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second step of signing in, by a passkey."""


class PasskeyAgainForm(_StandingHolder, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more, before something that matters."""


def _wrong(**_: Any) -> ValidationError:
    return FactorAdapter().validation_error("incorrect_code")  # type: ignore[no-any-return]
