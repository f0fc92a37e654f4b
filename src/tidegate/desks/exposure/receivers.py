"""What this desk hears from cases: that a secret has ended. It follows in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.signals import recorded

_MAY_FREE: Final = frozenset({"embargo-ended", "label-set", "fact-recorded"})
"""Kinds of entries after which a case may be everybody's to know."""


def connect() -> None:
    """Listen; once for each process."""
    recorded.connect(_recorded, dispatch_uid="tidegate.desks.exposure.recorded")


def _recorded(*, kind: str, coordination: Coordination, at: datetime, **_: Any) -> None:
    if kind in _MAY_FREE:
        from tidegate.desks.exposure.services import change_notices, proven

        proven.follow(coordination, at=at)
        change_notices.follow(coordination, at=at)
