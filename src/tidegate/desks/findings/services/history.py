"""Writing down what happened, in the transaction in which it happens.

The history is what people read on a page; what matters of it goes into the ledger as well, so that
nobody can change it unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.findings.models import Case, Event, Finding
from tidegate.desks.ledger.services.appending import append

_IN_THE_LEDGER: Final[Mapping[str, str]] = {
    "judged": "verdict",
    "opened": "case-opened",
    "merged": "merge",
    "parted": "split",
    "declined": "nomination-declined",
    "tried-again": "verdict-withdrawn",
}
"""What is appended to the ledger, and under which of its words."""


def note(
    verb: str,
    *,
    at: datetime,
    actor: Actor = HOUSE,
    case: Case | None = None,
    finding: Finding | None = None,
    sealed: bytes | None = None,
    **detail: Any,
) -> None:
    """Append one event; `sealed` is what only the history holds of a proof's earlier runs."""
    Event.objects.create(
        at=at, actor=actor.name, verb=verb, case=case, finding=finding, detail=detail, sealed=sealed
    )
    if kind := _IN_THE_LEDGER.get(verb):
        append(
            kind,
            at=at,
            actor=actor,
            case=case.key if case else "",
            finding=finding.key if finding else "",
            **detail,
        )
