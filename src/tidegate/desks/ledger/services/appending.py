"""The one way into the ledger: an entry, in the transaction of what it tells of."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.ledger.models import Entry, Head
from tidegate.desks.ledger.queries.heads import signed_head
from tidegate.desks.ledger.services.hashes import GrowingHashes
from tidegate.desks.ledger.signals import appended
from tidegate.desks.ledger.signing import signer
from tidegate.engines.formats.documents import Fault, parse
from tidegate.engines.transparency import entries
from tidegate.engines.transparency.checkpoints import sign_checkpoint
from tidegate.engines.transparency.errors import EntryError
from tidegate.engines.transparency.hashing import leaf_hash
from tidegate.engines.transparency.tree import append as grow

PUBLIC_KIND: Final = "entry"
"""What the public log says of every entry. Were it the kind, anybody could count the embargoes, and
see on which day one was agreed on, and on which it ended."""
LONGEST_TEXT: Final = 1 << 19
"""Bytes of an entry's text: its proof, in which the text is quoted, has to stay readable."""

_KIND: Final = re.compile("[a-z][a-z0-9-]{0,63}")


def append(
    kind: str,
    *,
    at: datetime,
    actor: Actor,
    case: str = "",
    organisation: str = "",
    engagement: str = "",
    only_for: str = "",
    **text: Any,
) -> Entry:
    """Append an entry, and sign the tree that ends with it.

    Call it last in a transaction: from here to its end nobody else can append.

    Args:
        kind: what happened, in a short word with dashes.
        at: when it happened.
        actor: who did it.
        case: key of the case that it is about, if it is; decides who may read the text.
        organisation: key of the organisation that it is about, if it is.
        engagement: key of the engagement that it is about, if it is; decides who may read the text.
        only_for: key of the only party of that engagement that may read the text, or the word of
            several (`access.engagements`); without an engagement, of the only organisation.
        text: what else there is to say, as JSON data; `person` is who did it, and is not free.

    Raises:
        TransactionManagementError: there is no transaction.
        EntryError: the text is too long or holds what JSON cannot say, or the kind is no word.
        BrokenTreeError: the head or the kept hashes are not what was signed; nothing is appended
            before that is looked at.
        HomeError: the ledger's key cannot be used.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an entry belongs in a transaction")
    if "person" in text:
        raise EntryError("an entry's `person` is who did it; name somebody else by another word")
    said = _canonical(
        {
            "kind": _word(kind),
            "actor": actor.name,
            "person": actor.key,
            "case": case,
            "organisation": organisation,
            **({"engagement": engagement} if engagement else {}),
            **text,
        }
    )
    head = Head.objects.select_for_update().get_or_create(pk=1)[0]
    by = signer(head.note)
    before = signed_head(head, by.key)
    moment, salt = at.astimezone(UTC), secrets.token_bytes(entries.SALT_BYTES)
    made = entries.Entry(before.size, moment, PUBLIC_KIND, said.encode(), salt)
    entry = Entry.objects.create(
        index=made.sequence,
        at=made.at,
        kind=kind,
        actor=actor.name,
        person=actor.key,
        case=case,
        organisation=organisation,
        engagement=engagement,
        only_for=only_for,
        text=said,
        salt=made.salt,
        leaf=made.commitment.leaf,
    )
    after = grow(GrowingHashes(), before, [leaf_hash(made.commitment.leaf)])
    head.size, head.root = after.size, after.root
    head.note = sign_checkpoint(after, by).decode("utf-8")
    head.signed_at = made.at
    head.save()
    appended.send(Entry, entry=entry, actor=actor)
    return entry


def _word(kind: str) -> str:
    if not _KIND.fullmatch(kind):
        raise EntryError(f"{kind!r:.80} is not a kind of entry; write a word such as case-state")
    return kind


def _canonical(said: dict[str, Any]) -> str:
    try:
        text = entries.canonical_text(json.loads(json.dumps(said)))
    except ValueError as error:
        raise EntryError(f"an entry's text cannot be written as JSON: {error}") from error
    if len(text) > LONGEST_TEXT:
        raise EntryError(
            f"an entry's text has {len(text):,} bytes, at most {LONGEST_TEXT:,} are possible;"
            " append the digest of what is long"
        )
    if isinstance(fault := parse(text), Fault):
        # Another reader might understand it otherwise.
        raise EntryError(f"an entry's text cannot be written as JSON: {fault.field} {fault.reason}")
    return text.decode()
