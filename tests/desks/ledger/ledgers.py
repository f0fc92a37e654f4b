"""A small ledger, and what somebody who can write to its tables could do to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.db.models import F

from tidegate.desks.access.actors import HOUSE, OWNER, Actor
from tidegate.desks.ledger.models import Checkpoint, Entry, Hash, Head
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.desks.ledger.queries.tiles import leaves_from
from tidegate.desks.ledger.services.appending import PUBLIC_KIND, append
from tidegate.desks.ledger.services.hashes import GrowingHashes
from tidegate.desks.ledger.services.publishing import publish
from tidegate.desks.ledger.signing import signer
from tidegate.engines.transparency import (
    EMPTY_HEAD,
    LogFolder,
    NoteSigner,
    SignatureKind,
    TreeHead,
    leaf_hash,
    sign_checkpoint,
)
from tidegate.engines.transparency import append as grow
from tidegate.engines.transparency import entries as engine
from tidegate.engines.transparency.tiles import bundle

START: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
CASE: Final = "C-00000-00001"
SECRET: Final = "the bug is in parse_header"

WITNESS: Final = NoteSigner(
    "witness.example/w1",
    Ed25519PrivateKey.from_private_bytes(b"W" * 32),
    SignatureKind.COSIGNATURE,
)
STRANGERS_KEY: Final = Ed25519PrivateKey.from_private_bytes(b"S" * 32)


def later(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def add(count: int = 1, *, actor: Actor = HOUSE, kind: str = "case-state", **about: Any) -> Entry:
    """Append entries, a minute apart; return the last one."""
    size = Entry.objects.count()
    with transaction.atomic():
        for number in range(size, size + count):
            text = {"case": CASE, "note": f"{SECRET}, step {number}"} | about
            entry = append(kind, at=later(number), actor=actor, **text)
    return entry


def fill(count: int) -> None:
    """Append so many entries at once, where what is appended does not matter."""
    head = Head.objects.get_or_create(pk=1)[0]
    by = signer(head.note)
    made = [
        engine.Entry(number, later(number), PUBLIC_KIND, b"{}", bytes(32))
        for number in range(head.size, head.size + count)
    ]
    columns = {"actor": "tidegate", "text": "{}", "salt": bytes(32)}
    Entry.objects.bulk_create(
        Entry(index=one.sequence, at=one.at, kind="case-state", leaf=one.commitment.leaf, **columns)
        for one in made
    )
    before = TreeHead(head.size, bytes(head.root)) if head.size else EMPTY_HEAD
    after = grow(GrowingHashes(), before, [leaf_hash(one.commitment.leaf) for one in made])
    head.size, head.root, head.note = after.size, after.root, sign_checkpoint(after, by).decode()
    head.save()


def checkpoint() -> bytes:
    """Return the head as it is signed now."""
    return Head.objects.get().note.encode()


def published(folder: Path) -> LogFolder:
    publish(OWNER, folder, at=later(1000))
    return LogFolder(folder)


def show_entries(folder: Path) -> None:
    """Write what the table of entries says now into a folder that was published to before."""
    (written,) = (folder / "tile" / "entries").rglob("000.p/*")
    written.write_bytes(bundle(leaves_from(0)))


# What can be done to the entries of a ledger; each leaves the numbers without a gap.


def flip(index: int) -> None:
    leaf = bytearray(Entry.objects.get(index=index).leaf)
    leaf[40] = ord("0") if leaf[40] != ord("0") else ord("1")
    Entry.objects.filter(index=index).update(leaf=bytes(leaf))


def drop(index: int) -> None:
    Entry.objects.filter(index=index).delete()
    _move(index + 1, -1)


def reorder(index: int) -> None:
    """Exchange an entry and the one after it."""
    Entry.objects.filter(index=index).update(index=-1)
    Entry.objects.filter(index=index + 1).update(index=index)
    Entry.objects.filter(index=-1).update(index=index + 1)


def insert(index: int) -> None:
    _move(index, 1)
    forge(index, "nobody said so")


def truncate(index: int) -> None:
    Entry.objects.filter(index__gte=index).delete()


def forge(index: int, note: str) -> None:
    """Put an entry of one's own there, with a text, a salt and a leaf that go together."""
    said = {"actor": "tidegate", "case": CASE, "kind": "case-state", "note": note}
    said |= {"organisation": "", "person": ""}
    text = engine.canonical_text(said)
    made = engine.Entry(index, later(index), PUBLIC_KIND, text, secrets.token_bytes(32))
    Entry.objects.filter(index=index).delete()
    Entry.objects.create(
        index=index,
        at=made.at,
        kind="case-state",
        actor="tidegate",
        case=CASE,
        text=text.decode(),
        salt=made.salt,
        leaf=made.commitment.leaf,
    )


def _move(start: int, by: int) -> None:
    indexes = Entry.objects.filter(index__gte=start).order_by("-index" if by > 0 else "index")
    for index in list(indexes.values_list("index", flat=True)):
        Entry.objects.filter(index=index).update(index=F("index") + by)


def recompute() -> None:
    """Make hashes and head fit the entries again, and sign with a key of one's own."""
    Hash.objects.all().delete()
    head = grow(GrowingHashes(), EMPTY_HEAD, map(leaf_hash, leaves_from(0)))
    note = sign_checkpoint(head, NoteSigner(log_key().name, STRANGERS_KEY)).decode()
    Head.objects.update(size=head.size, root=head.root, note=note)


def set_back(size: int) -> None:
    """Bring all tables to where they were when a checkpoint of that size was published."""
    row = Checkpoint.objects.get(size=size)
    truncate(size)
    for hash_ in Hash.objects.all():
        if (hash_.index + 1) << hash_.level > size:
            hash_.delete()
    root = grow(_Nowhere(), EMPTY_HEAD, map(leaf_hash, leaves_from(0))).root
    Head.objects.update(size=size, root=root, note=row.note)
    Checkpoint.objects.filter(size__gt=size).delete()


class _Nowhere:
    def read(self, nodes):
        return [None] * len(nodes)

    def write(self, hashes):
        pass


ATTACKS: Final[dict[str, Callable[[int], None]]] = {
    "flip": flip,
    "drop": drop,
    "reorder": reorder,
    "insert": insert,
    "truncate": truncate,
    "forge": lambda index: forge(index, "something else"),
}
