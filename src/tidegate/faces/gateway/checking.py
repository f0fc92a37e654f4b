"""All that is asked before a call is made, in one go, by a thread that may wait for the tables."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.core.cache import cache
from django.db import DatabaseError, connection, connections

from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.models import Grant
from tidegate.desks.reviews.queries.usable import (
    Asked,
    Reason,
    Unusable,
    Usable,
    has_answered,
    holder_of,
    known_grant,
    names_of_endpoints,
    usable,
)
from tidegate.desks.reviews.sealing import CREDENTIAL, opened_text
from tidegate.desks.reviews.services import calls
from tidegate.desks.reviews.services.instants import ClockWentBackError, sound_now
from tidegate.desks.reviews.services.transcripts import recipients_of
from tidegate.faces.gateway.proofs import check_proof

_ASKED_SECONDS: Final = 1.0
_CREDENTIALS: Final = 256
"""Unsealed credentials that are kept in memory; they are found by their sealed form alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of itself."""

    secret: str = field(repr=False)
    proof: str | None = field(repr=False)
    method: str
    address: str
    """Of the request, for its proof."""
    asked: Asked
    previous: str | None = None
    """The answer that it goes on from."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A call may be made."""

    usable: Usable
    credential: str = field(repr=False)
    """The endpoint's; empty where no model is called."""
    is_kept: bool
    """Whether its content is kept."""
    has_previous: bool
    """Whether the answer that it goes on from was given to the same person."""
    names: tuple[str, ...] = ()
    """Of the grant's endpoints, where no model is called."""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A call may not be made."""

    grant: Grant
    why: Unusable


def check_head(secret: str, asked: Asked) -> Grant | TurnedAway | None:
    """Say whether a grant may be used now, before its request is read.

    Returns:
        the grant, why not, or None if the secret is nobody's. Its proof and its model are checked
        with the rest.
    """
    with_connection()
    grant = known_grant(secret)
    if grant is None:
        return None
    found = _usable(grant, asked)
    return TurnedAway(grant, found) if isinstance(found, Unusable) else grant


def check(shown: Shown) -> Checked | TurnedAway | None:
    """Say whether a call may be made; None if the secret is nobody's."""
    with_connection()
    grant = known_grant(shown.secret)
    if grant is None:
        return None
    why = _check(grant, shown)
    return TurnedAway(grant, why) if isinstance(why, Unusable) else why


def refusal_of(secret: str, why: Unusable, asked: Asked) -> calls.Refused | None:
    """Return what is put on record of a refusal; None if the secret is nobody's."""
    with_connection()
    grant = known_grant(secret)
    return None if grant is None else refused_with(grant, why, asked)


def refused_with(grant: Grant, why: Unusable, asked: Asked) -> calls.Refused:
    """Return what is put on record of a refusal."""
    return calls.Refused(
        grant, holder_of(grant), why.reason, asked.address, asked.at, asked.operation
    )


def with_connection() -> None:
    """Drop this thread's connection to the database if it has become old or broken."""
    if connection.vendor != "sqlite":
        connection.close_if_unusable_or_obsolete()


def drop_connection(error: BaseException) -> None:
    """Drop this thread's connection to the database after it has failed."""
    if isinstance(error, DatabaseError):
        connections.close_all()


def _check(grant: Grant, shown: Shown) -> Checked | Unusable:
    asked = shown.asked
    found = _usable(grant, asked)
    if isinstance(found, Unusable):
        return found
    settings = found.held.terms.settings
    if grant.thumbprint or settings.proven_calls:
        wrong = check_proof(
            shown.proof,
            thumbprint=grant.thumbprint,
            secret=shown.secret,
            method=shown.method,
            address=shown.address,
            at=asked.at,
            remember=_remember,
        )
        if wrong:
            return wrong
    if found.endpoint is None:
        return Checked(found, "", False, False, tuple(names_of_endpoints(grant)))
    is_kept = settings.content is not Kept.NONE
    if is_kept and (why := _no_recipient(grant)):
        return why
    has_previous = shown.previous is not None and has_answered(grant, shown.previous)
    return Checked(found, _credential(found.endpoint.credential), is_kept, has_previous)


def _usable(grant: Grant, asked: Asked) -> Usable | Unusable:
    try:
        _CLOCK.require_sound(asked.at)
    except ClockWentBackError as error:
        return Unusable(Reason.CLOCK, str(error))
    return usable(grant, asked)


def _no_recipient(grant: Grant) -> Unusable | None:
    try:
        recipients: Collection[str] = recipients_of(grant)
    except NotPossibleError as error:
        return Unusable(Reason.RECIPIENT, f"The terms keep what is said, encrypted, and {error}")
    if recipients:
        return None
    return Unusable(
        Reason.RECIPIENT, "The terms keep what is said, and nobody is named to encrypt it to."
    )


def _remember(word: str, seconds: float) -> bool:
    return bool(cache.add(word, 1, seconds))


@lru_cache(maxsize=_CREDENTIALS)
def _credential(sealed: str) -> str:
    return opened_text(sealed, CREDENTIAL)


class _Clock:
    """Asks whether the clock is sound, and for a second takes it to go on so if it goes on."""

    def __init__(self) -> None:
        self._asked: tuple[float, datetime] | None = None

    def require_sound(self, at: datetime) -> None:
        """Refuse an instant that stands before what is on record.

        Raises:
            ClockWentBackError: it does.
        """
        tick, asked = time.monotonic(), self._asked
        if asked is not None and tick - asked[0] < _ASKED_SECONDS and at >= asked[1]:
            return
        self._asked = None
        self._asked = (tick, sound_now(at))


_CLOCK: Final = _Clock()
