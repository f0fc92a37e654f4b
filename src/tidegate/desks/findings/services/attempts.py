"""How often a step of a finding's work was begun without ending: what kills its worker, shows.

A count is written before the step runs and removed after it ended, each in a transaction of its
own. What is still there when the step begins again was left by a worker that died.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.utils import timezone

from tidegate.desks.findings.models import Attempt, Finding
from tidegate.desks.findings.services.history import note

TRIES: Final = 3
"""A step that has ended its worker this often is not begun again."""


class KillsItsWorkerError(Exception):
    """A step has ended its worker too often; the message is the reason to set the finding aside."""


@contextmanager
def attempt(finding: Finding, step: str, *, tries: int = TRIES) -> Iterator[None]:
    """Count one try of a step; what raises is counted like what kills.

    Raises:
        KillsItsWorkerError: it was tried often enough.
    """
    at = timezone.now()
    with transaction.atomic():
        tried, _ = Attempt.objects.select_for_update().get_or_create(
            finding=finding, step=step, defaults={"last_at": at}
        )
        if tried.begun >= tries:
            raise KillsItsWorkerError(
                f"{step} was tried {tried.begun} times and never came to its end; the last try"
                f" began at {tried.last_at:%Y-%m-%dT%H:%M:%SZ}"
            )
        if tried.begun:
            note("retried", at=at, finding=finding, step=step, tries=tried.begun)
        tried.begun += 1
        tried.last_at = at
        tried.save()
    yield
    Attempt.objects.filter(pk=tried.pk).delete()


def tries_of(finding: Finding, step: str) -> int:
    """Return how often a step was begun without ending."""
    begun = Attempt.objects.filter(finding=finding, step=step).values_list("begun", flat=True)
    return begun.first() or 0


def forget(finding: Finding, step: str) -> None:
    """Take back a try that says nothing of the finding: the machine could run nothing."""
    Attempt.objects.filter(finding=finding, step=step).delete()
