"""The hashes of the tree, kept in a table: what the engine reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from django.db.models import Q

from tidegate.desks.ledger.models import Hash
from tidegate.engines.transparency.nodes import Node

_NODES_A_QUERY: Final = 500


class KeptHashes:
    """The engine's `HashSource` over `Hash`."""

    def read(self, nodes: Sequence[Node]) -> list[bytes | None]:
        """Return the hash of each subtree; None where it is not kept."""
        found: dict[tuple[int, int], bytes] = {}
        for at in range(0, len(nodes), _NODES_A_QUERY):
            asked = _any_of(nodes[at : at + _NODES_A_QUERY])
            for level, index, value in Hash.objects.filter(asked).values_list(
                "level", "index", "value"
            ):
                found[level, index] = bytes(value)
        return [found.get((node.level, node.index)) for node in nodes]


def _any_of(nodes: Sequence[Node]) -> Q:
    levels: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        levels[node.level].append(node.index)
    asked = Q()
    for level, indexes in levels.items():
        asked |= Q(level=level, index__in=indexes)
    return asked
