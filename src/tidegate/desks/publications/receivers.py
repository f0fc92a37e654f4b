"""What this desk does when findings' cases are merged or parted: in the same transaction.

The services are imported when they are needed: every command would wait for them otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidegate.desks.access.actors import Actor
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.signals import case_merged, case_parted


def connect() -> None:
    """Listen; once for each process, after the desk of cases does."""
    case_merged.connect(_merged, dispatch_uid="tidegate.desks.publications.merged")
    case_parted.connect(_parted, dispatch_uid="tidegate.desks.publications.parted")


def _merged(*, case: Case, into: Case, at: datetime, actor: Actor, **_: Any) -> None:
    from tidegate.desks.publications.services import following

    following.merged(case, into, at=at, actor=actor)


def _parted(*, case: Case, parted: Case, at: datetime, actor: Actor, **_: Any) -> None:
    from tidegate.desks.publications.services import following

    following.parted(case, parted, at=at, actor=actor)
