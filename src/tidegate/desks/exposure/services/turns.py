"""Whoever compares, or computes deadlines, takes a turn: one at a time, to the transaction's end.

An inventory and an advisory that come at once would miss each other, for neither sees what the
other has not committed yet; two computations of one deadline would have the same number.

Rows that exposures refer to, assets and organisations, may be locked before the turn is taken, and
then without their keys (`no_key`): else whoever has the turn and opens an exposure there would wait
for one who waits for the turn. Exposures are locked after it, or without it in the order of their
ids; the ledger comes last.
"""

from __future__ import annotations

from tidegate.desks.exposure.models import Turn


def take_turn() -> None:
    """Wait for whoever has the turn now, inside the caller's transaction; it may be taken twice."""
    Turn.objects.get_or_create(pk=1)
    Turn.objects.select_for_update().get(pk=1)
