"""Entries that somebody may read, each with the proof that it is in the tree."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.ledger.models import Checkpoint, Entry
from tidegate.desks.ledger.queries.hashes import KeptHashes
from tidegate.desks.ledger.queries.heads import present_head
from tidegate.engines.transparency.nodes import MemoryHashes, Node
from tidegate.engines.transparency.proof_files import EntryProof
from tidegate.engines.transparency.tree import inclusion_proof

MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry: what it says, what the log shows of it, and its proof."""

    index: int
    """Its number in the log, from 0."""
    at: datetime
    kind: str
    actor: str
    person: str
    """Key of who did it; empty for what the house does."""
    case: str
    organisation: str
    engagement: str
    said: Mapping[str, Any] = field(repr=False)
    """What else it says."""
    leaf: str
    """What the public log shows."""
    proof: tuple[str, ...]
    """Inclusion proof against `Entries.checkpoint`: RFC 9162, 2.1.3, each hash in base64."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Some entries, the newest first, and the signed tree that their proofs lead to."""

    rows: tuple[EntryRow, ...]
    checkpoint: str
    """The head, as a signed note; empty while there are no entries."""
    older: int | None
    """The number before which the next page goes on; None at the end."""


_COLUMNS: Final = ("kind", "actor", "person", "case", "organisation", "engagement")
"""What the text says and the row holds as well."""


def list_entries(
    actor: Actor,
    *,
    case: str = "",
    organisation: str = "",
    person: str = "",
    engagement: str = "",
    before: int | None = None,
    limit: int = 50,
) -> Entries:
    """Return entries that `actor` may read, the newest first.

    Args:
        actor: who asks.
        case: key of the case that they are about; empty for any.
        organisation: key of the organisation that they are about; empty for any.
        person: key of the person who did it; empty for any.
        engagement: key of the engagement that they are about; empty for any.
        before: only entries with smaller numbers.
        limit: how many, 1 to `MOST_ROWS`.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise ValueError(f"{limit} entries cannot be asked for; ask for 1 to {MOST_ROWS}")
    asked = {
        "case": case,
        "organisation": organisation,
        "person": person,
        "engagement": engagement,
    }
    rows = Entry.objects.filter(**{name: as_written(key) for name, key in asked.items() if key})
    if before is not None:
        rows = rows.filter(index__lt=before)
    found = list(narrowed(actor, rows).order_by("-index")[: limit + 1])
    shown = found[:limit]
    # Read after the entries, so that it covers all of them.
    head = present_head()
    proofs = inclusion_proofs([entry.index for entry in shown], head.size)
    return Entries(
        tuple(_row(entry, proof) for entry, proof in zip(shown, proofs, strict=True)),
        head.note,
        shown[-1].index if len(found) > limit else None,
    )


def _row(entry: Entry, proof: Sequence[bytes]) -> EntryRow:
    return EntryRow(
        index=entry.index,
        at=entry.at,
        kind=entry.kind,
        actor=entry.actor,
        person=entry.person,
        case=entry.case,
        organisation=entry.organisation,
        engagement=entry.engagement,
        said={name: told for name, told in entry.said.items() if name not in _COLUMNS},
        leaf=bytes(entry.leaf).decode(),
        proof=tuple(base64.b64encode(one).decode("ascii") for one in proof),
    )


def proof_file(actor: Actor, index: int, *, case: str = "") -> bytes:
    """Return all that proves one entry, with its text and salt, as a file that can be kept.

    It is proven against the newest checkpoint that a witness has cosigned, else against the head.
    `case` is the key of the case that it has to be about.

    Raises:
        NotFoundError: there is no such entry, or not for them.
    """
    asked = {"index": index, "case": as_written(case)} if case else {"index": index}
    entry = find(actor, Entry.objects.all(), **asked)
    size, note = _best_checkpoint(entry.index)
    return EntryProof(
        index=entry.index,
        leaf=bytes(entry.leaf),
        proof=inclusion_proof(KeptHashes(), entry.index, size),
        checkpoint=note.encode(),
        text=entry.text.encode(),
        salt=bytes(entry.salt),
    ).to_json()


def _best_checkpoint(index: int) -> tuple[int, str]:
    cosigned = Checkpoint.objects.filter(size__gt=index, cosigned_at__isnull=False)
    best = cosigned.order_by("-size").first() or present_head()
    return best.size, best.note


def inclusion_proofs(indexes: Sequence[int], size: int) -> list[tuple[bytes, ...]]:
    """Return the proof of each of some entries in the tree of a size; all hashes are read at once.

    Raises:
        MissingHashError: a hash is not kept.
        ValueError: an entry is not in that tree.
    """
    asked = _Asked()
    for index in indexes:
        inclusion_proof(asked, index, size)
    nodes = list(asked.nodes)
    known = MemoryHashes()
    known.write(
        [
            (node, one)
            for node, one in zip(nodes, KeptHashes().read(nodes), strict=True)
            if one is not None
        ]
    )
    return [inclusion_proof(known, index, size) for index in indexes]


class _Asked:
    """A `HashSource` that knows no hash, and remembers which were asked for."""

    def __init__(self) -> None:
        self.nodes: dict[Node, None] = {}

    def read(self, nodes: Sequence[Node]) -> Sequence[bytes | None]:
        self.nodes.update(dict.fromkeys(nodes))
        return [b""] * len(nodes)
