"""The log is written into a folder, as tiles that any web server can serve: C2SP tlog-tiles.

A folder is brought from the tree that its own checkpoint was signed over to the newest one. Tiles
come first and the checkpoint last, so a reader never finds a checkpoint without its tiles, and who
is killed in between does it again. Each head that is published is kept in the table of
checkpoints: those are what a later verification compares with, and what witnesses cosign.

The folder is a memory outside of the database, too: where its checkpoint is not one of ours, or
the tree does not extend it, somebody has set the database back, and nothing is published.

From: https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.models import Checkpoint
from tidegate.desks.ledger.queries.hashes import KeptHashes
from tidegate.desks.ledger.queries.heads import log_key, present_head, signed_head
from tidegate.desks.ledger.queries.tiles import leaves_from
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.engines.transparency.checkpoints import open_checkpoint
from tidegate.engines.transparency.errors import BrokenTreeError, NoteError
from tidegate.engines.transparency.folders import LogFolder
from tidegate.engines.transparency.frontier import Frontier
from tidegate.engines.transparency.hashing import leaf_hash
from tidegate.engines.transparency.keys import VerifierKey
from tidegate.engines.transparency.nodes import cover, range_hashes
from tidegate.engines.transparency.tiles import TILE_WIDTH
from tidegate.engines.transparency.tree import EMPTY_HEAD, TreeHead

_LOCK: Final = ".publishing"
_VERIFY: Final = "run `tidegate ledger verify` to learn what is wrong, and what to do"


@dataclass(frozen=True, slots=True)
class Published:
    """What stands in the folder now."""

    size: int
    """Entries of the log that is published; 0 where there was nothing to publish."""
    before: int
    """Entries that stood there before."""


def publish(
    actor: Actor, folder: Path, *, at: datetime, pause: timedelta = timedelta(0)
) -> Published:
    """Bring a folder up to the newest checkpoint; `pause` is the least time between two of them.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: the folder cannot be written, holds another log, or knows more of this
            one than the database does.
        BrokenTreeError, MissingHashError: the tables are not what was signed.
        HomeError: the ledger's key cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    key = log_key()
    try:
        with _alone(folder):
            newest = _newest_checkpoint(key, at, pause)
            return _brought_up(folder, newest, key) if newest else Published(0, 0)
    except OSError as error:
        raise NotPossibleError(
            f"the ledger cannot be published to {folder}: {error.strerror}; make a folder there"
            " that this user can write to, or name another one"
        ) from error


def _brought_up(folder: Path, newest: Checkpoint, key: VerifierKey) -> Published:
    note = newest.note.encode()
    try:
        head = open_checkpoint(note, [key]).head
    except NoteError as error:
        raise BrokenTreeError(
            f"the checkpoint of {newest.size} entries was changed where it is kept: {error};"
            f" {_VERIFY}"
        ) from error
    log = LogFolder(folder)
    standing = log.read_checkpoint()
    before = _head_of(folder, standing, key)
    if standing != note:
        _check_growth(folder, before, head)
        log.publish(before.size, head.size, source=KeptHashes(), rows=leaves_from, checkpoint=note)
    return Published(head.size, before.size)


def _newest_checkpoint(key: VerifierKey, at: datetime, pause: timedelta) -> Checkpoint | None:
    """Return what is to be published: the head, unless the last one is too young; None of none."""
    newest = Checkpoint.objects.order_by("-size").first()
    head = present_head()
    if newest and (newest.size >= head.size or at - newest.at < pause):
        return newest
    if not signed_head(head, key).size:
        return None
    return Checkpoint.objects.get_or_create(size=head.size, defaults={"note": head.note, "at": at})[
        0
    ]


def _head_of(folder: Path, standing: bytes | None, key: VerifierKey) -> TreeHead:
    if standing is None:
        return EMPTY_HEAD
    try:
        return open_checkpoint(standing, [key]).head
    except NoteError as error:
        raise NotPossibleError(
            f"{folder} holds another log, or its checkpoint was changed: {error}; name an empty"
            " folder, or remove the checkpoint there to have everything written anew"
        ) from error


def _check_growth(folder: Path, before: TreeHead, head: TreeHead) -> None:
    """Refuse to publish entries or hashes that do not lead from one signed tree to the other."""
    kept = KeptHashes()
    start = before.size - before.size % TILE_WIDTH
    edge = Frontier(start, range_hashes(kept, [(n.first, n.last + 1) for n in cover(0, start)]))
    leaves = leaves_from(start)
    _grow(edge, kept, islice(leaves, before.size - start))
    if before.size > head.size or (edge.size, edge.root()) != (before.size, before.root):
        raise NotPossibleError(
            f"{folder} holds a checkpoint of {before.size} entries that this ledger does not"
            " extend: the database was set back or changed after they had been published;"
            f" {_VERIFY}"
        )
    _grow(edge, kept, islice(leaves, head.size - before.size))
    if (edge.size, edge.root()) != (head.size, head.root):
        raise BrokenTreeError(
            f"the {head.size} entries do not give the root that was signed, so they are not"
            f" published; {_VERIFY}"
        )


def _grow(edge: Frontier, kept: KeptHashes, leaves: Iterator[bytes]) -> None:
    while some := list(islice(leaves, TILE_WIDTH)):
        completed = [done for leaf in some for done in edge.append(leaf_hash(leaf))]
        if kept.read([node for node, _ in completed]) != [right for _, right in completed]:
            raise BrokenTreeError(
                f"the hashes of the entries up to {edge.size - 1} are not kept as the entries give"
                f" them, so nothing is published; {_VERIFY}"
            )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time publish to a folder: an older checkpoint must not come later."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
