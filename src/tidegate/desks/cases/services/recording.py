"""Writing down what mattered: in the ledger, in the case's history, and to whoever listens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.cases.signals import recorded
from tidegate.desks.findings.services.history import note
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.services.appending import append


def record(
    kind: str,
    coordination: Coordination,
    *,
    at: datetime,
    actor: Actor,
    party: Participant | None = None,
    **text: Any,
) -> Entry:
    """Write down something that happened in a case, and return its entry in the ledger.

    It belongs in the transaction in which it happens.

    Whoever reads the case as a party reads this, too: `text` holds nothing that only coordinators
    may know. Last in a transaction, for nobody else appends to the ledger until it ends.

    Args:
        kind: a short word with dashes; it is public.
        coordination: of the case.
        at: when it happened.
        actor: who did it.
        party: whose part in the case it is about, if it is about one.
        text: what else there is to say, as JSON data.
    """
    organisation = party.organisation.key if party else ""
    about: dict[str, Any] = {"organisation": organisation} if party else {}
    note(kind, at=at, actor=actor, case=coordination.case, **about, **text)
    recorded.send(
        Coordination,
        kind=kind,
        coordination=coordination,
        at=at,
        actor=actor,
        party=party,
        text=text,
    )
    return append(
        kind,
        at=at,
        actor=actor,
        case=coordination.case.key,
        organisation=organisation,
        **text,
    )
