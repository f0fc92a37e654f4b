"""After the instance's key was rotated, the newest one wraps the keys of all cases."""

from __future__ import annotations

from collections.abc import Iterable

from tidegate.desks.cases.models import CaseKey
from tidegate.desks.cases.queries.unsealing import wrapped_as
from tidegate.desks.findings.services.rewrapping import rewrap


def rewrap_case_keys() -> int:
    """Wrap the keys of all cases by the newest generation; return how many had another.

    Raises:
        SealError: a key was changed.
        KeyringError: a generation is missing that still wraps some; the others may be done.
    """
    return rewrap(CaseKey.objects.all(), wrapped_as)


def wrapped_by() -> Iterable[str]:
    """Return which of the instance's keys wraps each key of a case."""
    return CaseKey.objects.values_list("wrapped_by", flat=True).iterator()
