"""The layer that only nominates: findings of one package whose texts and places look alike.

A nomination merges nothing. It is shown to people, and our own runs may confirm it by crossing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from tidegate.desks.findings.models import Finding


def nominate(findings: Sequence[Finding], *, linked: Collection[int], at: datetime) -> int:
    """Nominate for each finding, but those that are `linked` already; return how many were made."""
    return 0
