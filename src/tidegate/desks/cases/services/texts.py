"""Texts and instants, as they came from outside and as they are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text

LONGEST_REASON: Final = 2000
LONGEST_WORDS: Final = 10_000


def reasoned(text: str) -> str:
    """Return a reason.

    Raises:
        NotPossibleError: it is missing or too long.
    """
    reason = text.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise NotPossibleError(f"give a reason of 1 to {LONGEST_REASON} characters")
    return kept_text(reason)


def worded(text: str, what: str) -> str:
    """Return a text that may be empty; `what` names it in the error.

    Raises:
        NotPossibleError: it is too long.
    """
    words = text.strip()
    if len(words) > LONGEST_WORDS:
        raise NotPossibleError(f"{what} has at most {LONGEST_WORDS} characters; attach the rest")
    return kept_text(words)


def needed(text: str, what: str) -> str:
    """Return a text that may not be empty; `what` names it in the error.

    Raises:
        NotPossibleError: it is missing or too long.
    """
    words = worded(text, what)
    if not words:
        raise NotPossibleError(f"{what} is missing; say it in words")
    return words


def instant(moment: datetime, what: str) -> datetime:
    """Return a date and time in UTC; `what` names it in the error.

    Raises:
        NotPossibleError: it has no zone, or no calendar has its day in UTC.
    """
    if moment.utcoffset() is None:
        raise NotPossibleError(
            f"{what}, {moment.isoformat()}, has no zone; add one, such as Z for UTC"
        )
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise NotPossibleError(
            f"{what}, {moment.isoformat()}, is in no year from 1 to 9999 in UTC; write another one"
        ) from None
