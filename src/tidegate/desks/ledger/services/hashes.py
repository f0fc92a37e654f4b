"""The hashes of the tree, kept in a table: what the engine writes as it grows."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.desks.ledger.models import Hash
from tidegate.desks.ledger.queries.hashes import KeptHashes
from tidegate.engines.transparency.nodes import Node


class GrowingHashes(KeptHashes):
    """The engine's `HashStore` over `Hash`."""

    def write(self, hashes: Sequence[tuple[Node, bytes]]) -> None:
        """Keep the hashes of subtrees that are complete now."""
        Hash.objects.bulk_create(
            Hash(level=node.level, index=node.index, value=value) for node, value in hashes
        )
