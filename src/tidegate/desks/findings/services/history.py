"""Writing down what happened, in the transaction in which it happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tidegate.desks.findings.models import Case, Event, Finding

HOUSE: Final = "tidegate"
"""The actor of what our own runs and rules decide."""


def note(
    verb: str,
    *,
    at: datetime,
    actor: str = HOUSE,
    case: Case | None = None,
    finding: Finding | None = None,
    **detail: Any,
) -> None:
    """Append one event."""
    Event.objects.create(at=at, actor=actor, verb=verb, case=case, finding=finding, detail=detail)
