"""Writing down what mattered to an operator: in the ledger, for that operator alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidegate.desks.access.actors import Actor
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation


def record(
    kind: str, organisation: Organisation, *, at: datetime, actor: Actor, **text: Any
) -> Entry:
    """Write down something about what an organisation runs, and return its entry in the ledger.

    It belongs in the transaction in which it happens, as its last step. It holds keys, digests and
    counts, and never what is installed: the ledger is kept for good.

    Args:
        kind: a short word with dashes.
        organisation: whose; nobody else reads the entry.
        at: when it happened.
        actor: who did it.
        text: what else there is to say, as JSON data.
    """
    key = organisation.key
    return append(kind, at=at, actor=actor, organisation=key, only_for=key, **text)
