"""What allauth tells of: kept in the ledger, and what follows from it done.

A person whose address was only believed, and who now has shown that it is theirs, loses what
somebody else may have set up in their name before: second factors, passkeys, tokens.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as factors
from django.http import HttpRequest
from django.utils import timezone

from tidegate.desks.parties.models import Person
from tidegate.desks.parties.services.proving import address_proved, note
from tidegate.engines.transparency.errors import TransparencyError

_log: Final = logging.getLogger(__name__)


def listen() -> None:
    """Connect what is below to what allauth tells of."""
    account.user_logged_in.connect(_signed_in)
    account.password_changed.connect(_password_changed)
    account.password_set.connect(_password_changed)
    account.password_reset.connect(_password_reset)
    account.email_confirmed.connect(_address_confirmed)
    factors.authenticator_added.connect(_factor_added)
    factors.authenticator_removed.connect(_factor_removed)
    factors.authenticator_reset.connect(_factor_reset)


def _signed_in(request: HttpRequest, user: Person, **_: Any) -> None:
    records = get_authentication_records(request, user)
    by = [str(record.get("type") or record.get("method")) for record in records]
    try:
        note("signed-in", user, at=timezone.now(), by=by)
    except TransparencyError:
        # Whoever mends a ledger that was changed has to get in first.
        _log.exception("the ledger does not say that %s signed in", user.key)


def _password_changed(user: Person, **_: Any) -> None:
    note("password-changed", user, at=timezone.now())


def _password_reset(user: Person, **_: Any) -> None:
    address_proved(user, at=timezone.now())
    note("password-reset", user, at=timezone.now())


def _address_confirmed(email_address: Any, **_: Any) -> None:
    address_proved(email_address.user, at=timezone.now(), confirmed=True)


def _factor_added(user: Person, authenticator: Any, **_: Any) -> None:
    note("factor-added", user, at=timezone.now(), factor=authenticator.type)


def _factor_removed(user: Person, authenticator: Any, **_: Any) -> None:
    note("factor-removed", user, at=timezone.now(), factor=authenticator.type)


def _factor_reset(user: Person, authenticator: Any, **_: Any) -> None:
    note("factor-reset", user, at=timezone.now(), factor=authenticator.type)
