"""What is kept of calls, encrypted to those whom the terms name; this instance cannot read it.

From: https://age-encryption.org/v1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyrage
from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.cases.instants import shown
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.frameworks.framework import Action, Kept
from tidegate.desks.reviews.models import Call, Grant, Party, Transcript
from tidegate.desks.reviews.services import two_persons
from tidegate.desks.reviews.services.issuing import require_terms
from tidegate.desks.reviews.services.recording import record


def recipients_of(grant: Grant) -> tuple[str, ...]:
    """Return the age public keys to which a grant's calls are encrypted; none are kept without.

    A call is refused before it is made where this raises.

    Raises:
        NotPossibleError: no terms are in force, or a party has not said its public key.
    """
    return tuple(reader.recipient for reader in _readers(grant))


def keep(call: Call, content: bytes, *, whole: bool, at: datetime) -> Transcript | None:
    """Keep what was said in a call, encrypted; nothing, where the terms keep nothing.

    Args:
        call: with its grant.
        content: request and response, as the gateway writes them down.
        whole: whether it is all that was said.
        at: now.

    Raises:
        NotPossibleError: as for `recipients_of`.
    """
    readers = _readers(call.grant)
    if not readers:
        return None
    return Transcript.objects.create(
        call=call,
        content=pyrage.encrypt(
            content, [pyrage.x25519.Recipient.from_str(reader.recipient) for reader in readers]
        ),
        kept_for=[reader.organisation for reader in readers],
        for_holder=any(reader.is_holder for reader in readers),
        whole=whole,
        kept_at=at,
    )


def hand_out(actor: Actor, call_key: str, *, at: datetime) -> bytes:
    """Return the transcript of a call as an age file, and put on record who has it.

    Where the terms let two persons read together alone, that holds for everybody but the
    developer, whose content it is.

    Raises:
        NotFoundError: there is no such call, nothing is kept of it, or not for them.
        NotPossibleError: it was destroyed, or takes a second person.
    """
    with transaction.atomic():
        rows = Transcript.objects.select_related(
            "call__engagement__developer", "call__grant__named__party__organisation"
        )
        found = find(actor, rows, at=at, call__key=as_written(call_key))
        call, party = found.call, found.call.grant.named.party
        if found.destroyed_at is not None:
            raise NotPossibleError(
                f"the transcript of {call.key} was destroyed at {shown(found.destroyed_at)}, as the"
                " terms say"
            )
        # Whoever stands on both sides is held to what binds the one that asks for more.
        is_holder = party.organisation_id in actor.organisations
        if is_holder and actor.person is not None:
            settings = require_terms(call.engagement, party).terms.settings
            if Action.READ_TRANSCRIPTS in settings.two_persons:
                two_persons.spend(
                    call.engagement,
                    Action.READ_TRANSCRIPTS,
                    call.key,
                    person_id=actor.person,
                    at=at,
                )
        record(
            "transcript-read",
            call.engagement,
            at=at,
            actor=actor,
            about=party.organisation if is_holder else call.engagement.developer,
            call=call.key,
            grant=call.grant.key,
        )
        return bytes(found.content)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who can decrypt a transcript."""

    organisation: str
    """Key."""
    recipient: str
    is_holder: bool


def _readers(grant: Grant) -> Sequence[_Reader]:
    party = grant.named.party
    content = require_terms(grant.engagement, party).terms.settings.content
    if content is Kept.NONE:
        return ()
    developer = Party.objects.select_related("organisation").get(
        engagement=grant.engagement, part=Party.Part.DEVELOPER, ended_at=None
    )
    return [
        _reader(developer, is_holder=False),
        *([_reader(party, is_holder=True)] if content is Kept.BOTH else []),
    ]


def _reader(party: Party, *, is_holder: bool) -> _Reader:
    if not party.recipient:
        raise NotPossibleError(
            f"the terms have what is said kept for {party.organisation.name}, which has not named"
            " its age public key yet; who leads for it sets it"
        )
    return _Reader(party.organisation.key, party.recipient, is_holder)
