"""Texts as they are kept here: names on one line, reasons, addresses in lower case."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tidegate.desks.parties.services.refusals import NotPossibleError

LONGEST_NAME: Final = 200
_LONGEST_REASON: Final = 2000
_LONGEST_EMAIL: Final = 254


def kept_name(text: str, of: str) -> str:
    """Return a name, without what surrounds it; `of` says in errors whose name it is.

    Raises:
        NotPossibleError: it is empty, too long, or holds what cannot be printed.
    """
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NotPossibleError(
            f"the name of {of} needs 1 to {LONGEST_NAME} printable characters on one line"
        )
    return name


def kept_email(text: str) -> str:
    """Return an e-mail address as it is kept.

    Raises:
        NotPossibleError: it is none.
    """
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise NotPossibleError(
            f"{text[:_LONGEST_EMAIL]!r} is not an e-mail address; write it as name@example.org"
        ) from error
    if len(email) > _LONGEST_EMAIL:
        raise NotPossibleError(f"an e-mail address has at most {_LONGEST_EMAIL} characters")
    return email


def kept_reason(text: str) -> str:
    """Return a reason.

    Raises:
        NotPossibleError: it is missing or too long.
    """
    reason = text.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise NotPossibleError(f"give a reason of 1 to {_LONGEST_REASON} characters")
    return reason


@cache
def time_zones() -> tuple[str, ...]:
    """Return the names of all time zones: those of places, and UTC."""
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if "/" in name))


def kept_time_zone(text: str) -> str:
    """Return the name of a time zone.

    Raises:
        NotPossibleError: there is none of that name.
    """
    if text not in time_zones():
        raise NotPossibleError(
            f"there is no time zone {text[:64]!r}; write one as Europe/Berlin, or UTC"
        )
    return text
