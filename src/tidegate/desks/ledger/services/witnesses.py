"""Whose cosignatures are accepted, and accepting them.

A witness keeps the last checkpoint that it has seen of a log, and signs a newer one only if that
extends it. So a log that showed different people different histories would have to win over all of
its witnesses. We pass on what they sign; readers decide whom of them they trust.

From: https://c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.models import Checkpoint, Witness
from tidegate.desks.ledger.queries.heads import witness_keys
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.engines.transparency import checkpoints
from tidegate.engines.transparency.errors import KeyStringError, NoteError
from tidegate.engines.transparency.keys import SignatureKind, VerifierKey
from tidegate.engines.transparency.notes import Note, SignatureLine, cosignature

_CLOCKS_APART: Final = timedelta(minutes=5)
"""How far a witness's clock may be ahead of ours."""
_LONGEST_KEY: Final = 400


def add_witness(actor: Actor, key: str, *, at: datetime) -> Witness:
    """Accept a witness's cosignatures from now on; `key` is its verifier key, as it published it.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: it is no witness's key, or is known already.
    """
    require_with_instance(actor, Act.ADMINISTER)
    try:
        parsed = VerifierKey.parse(key.strip())
    except KeyStringError as error:
        raise NotPossibleError(str(error)) from error
    if parsed.kind is not SignatureKind.COSIGNATURE or len(str(parsed)) > _LONGEST_KEY:
        raise NotPossibleError(
            f"the key of {parsed.name} signs logs, not as a witness; a witness's key is of the kind"
            " cosignature/v1"
        )
    with transaction.atomic():
        found, is_new = Witness.objects.select_for_update().get_or_create(
            key=str(parsed), defaults={"name": parsed.name, "since": at}
        )
        if not is_new and found.until is None:
            raise NotPossibleError(f"the witness {parsed.name} is accepted already")
        if not is_new:
            found.since, found.until = at, None
            found.save()
        append("witness-added", at=at, actor=actor, witness=str(parsed))
    return found


def remove_witness(actor: Actor, name: str, *, at: datetime) -> None:
    """Accept a witness's cosignatures no more; those that were accepted stay.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: there is none of that name.
    """
    require_with_instance(actor, Act.ADMINISTER)
    with transaction.atomic():
        found = list(Witness.objects.select_for_update().filter(name=name.strip(), until=None))
        if not found:
            raise NotPossibleError(f"there is no witness named {name}; {_known()}")
        for witness in found:
            witness.until = at
            witness.save()
            append("witness-removed", at=at, actor=actor, witness=witness.key)


def accept(actor: Actor, cosigned: bytes, *, at: datetime) -> list[str]:
    """Add cosignatures to the checkpoint that they are of; return the names of the witnesses.

    `cosigned` is a checkpoint of this ledger with one or more cosignatures under it. Lines of keys
    that are not known here are left out; of one witness the newest cosignature is kept.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: the document is no checkpoint that was published here, no witness who is
            known has signed it, a signature does not fit, or it is dated in the future.
    """
    require_with_instance(actor, Act.ADMINISTER)
    try:
        note = Note.parse(cosigned)
        size = checkpoints.Checkpoint.parse(note.text).head.size
        signed = note.verified(witness_keys())
        stated = [cosignature(key, line) for key, line in signed.items()]
    except NoteError as error:
        raise NotPossibleError(f"this cosignature is not accepted: {error}") from error
    if not stated:
        raise NotPossibleError(f"no witness that is known here has signed it; {_known()}")
    for one in stated:
        if one.at > at + _CLOCKS_APART:
            raise NotPossibleError(
                f"the cosignature by {one.key.name} is of {one.at:%Y-%m-%d %H:%M:%S} UTC, which is"
                " yet to come; one of the two clocks is wrong"
            )
    with transaction.atomic():
        kept = Checkpoint.objects.select_for_update().filter(size=size).first()
        if kept is None:
            raise NotPossibleError(
                f"no checkpoint of {size} entries was published here; have the witness sign the one"
                " at /ledger/checkpoint"
            )
        standing = Note.parse(kept.note.encode())
        if standing.text != note.text:
            raise NotPossibleError(
                f"the checkpoint of {size} entries that was published here is another one. If our"
                " key signed both, two histories were shown: keep this document, and run"
                " `tidegate ledger verify --from` on it"
            )
        lines = (*standing.signatures, *note.signatures)
        others = [line for line in standing.signatures if not any(map(line.is_of, signed))]
        newest = [_newest_of(key, lines) for key in signed]
        kept.note = bytes(replace(standing, signatures=(*others, *newest))).decode()
        kept.cosigned_at = at
        kept.save()
    return [one.key.name for one in stated]


def _newest_of(key: VerifierKey, lines: Iterable[SignatureLine]) -> SignatureLine:
    own = [line for line in lines if line.is_of(key)]
    return max(own, key=lambda line: cosignature(key, line).at)


def _known() -> str:
    names = ", ".join(key.name for key in witness_keys())
    told = f"known are {names}" if names else "none is known yet"
    return f"{told}; add one with `tidegate ledger witness add KEY`"
