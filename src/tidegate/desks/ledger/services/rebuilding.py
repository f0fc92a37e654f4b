"""The hashes are made anew from the entries, where the entries are right and the hashes are not."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.models import Hash, Head
from tidegate.desks.ledger.queries.tiles import leaves_from
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.ledger.services.hashes import GrowingHashes
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.desks.ledger.signing import signer
from tidegate.engines.transparency.checkpoints import open_checkpoint
from tidegate.engines.transparency.errors import NoteError
from tidegate.engines.transparency.frontier import Frontier
from tidegate.engines.transparency.hashing import leaf_hash
from tidegate.engines.transparency.tiles import TILE_WIDTH
from tidegate.engines.transparency.tree import TreeHead


def rebuild(actor: Actor, *, at: datetime) -> TreeHead:
    """Make all hashes anew; return the signed tree that the entries were seen to give.

    Nobody can append meanwhile. The head's size and root are taken from its signed checkpoint.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: nothing was signed, or the entries give another root; nothing is changed.
        HomeError: the ledger's key cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    with transaction.atomic():
        head = Head.objects.select_for_update().get_or_create(pk=1)[0]
        try:
            signed = open_checkpoint(head.note.encode(), [signer(head.note).key]).head
        except NoteError as error:
            raise NotPossibleError(
                f"the head is not signed, so nothing tells which entries are right: {error};"
                " restore the database from a backup"
            ) from error
        Hash.objects.all().delete()
        edge, store, leaves = Frontier(), GrowingHashes(), leaves_from(0)
        while some := list(islice(leaves, TILE_WIDTH)):
            store.write([done for leaf in some for done in edge.append(leaf_hash(leaf))])
        if (edge.size, edge.root()) != (signed.size, signed.root):
            raise NotPossibleError(
                f"the {edge.size} entries do not give the root that was signed over {signed.size},"
                " so it is not the hashes that are wrong; run `tidegate ledger verify`"
            )
        head.size, head.root = signed.size, signed.root
        head.save()
        append("hashes-rebuilt", at=at, actor=actor)
    return signed
