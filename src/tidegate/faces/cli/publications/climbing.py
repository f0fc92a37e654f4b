"""Waiting for a trial of a fix: which rung is tried now, until there is an end."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from tidegate.faces.cli.screens import ERRORS, safe

if TYPE_CHECKING:
    from rich.status import Status

    from tidegate.desks.access.actors import Actor
    from tidegate.desks.publications.queries.fixes import FixShown, TrialShown

ENDED: Final = ("done", "failed")
"""States of a trial after which nothing more comes."""

_PAUSE_SECONDS: Final = 1.0


def wait_for(who: Actor, key: str, *, quiet: bool) -> FixShown:
    """Return a fix as soon as its newest trial has ended; each rung is told of as it is known.

    It waits as long as it takes: whoever is tired of it interrupts, and the trial goes on.
    """
    from tidegate.desks.publications.queries import fixes

    told = 0
    with nullcontext() if quiet else ERRORS.status(f"{key} waits to be tried") as status:
        while True:
            found = fixes.fix(who, key, at=timezone.now())
            newest = found.trials[0]
            if status is not None:
                told = _tell(newest, told, status)
            if newest.state in ENDED or found.withdrawn_at is not None:
                return found
            time.sleep(_PAUSE_SECONDS)


def _tell(trial: TrialShown, told: int, status: Status) -> int:
    """Tell of the rungs that are new; returns of how many was told."""
    for name, word in trial.words[told:]:
        ERRORS.print(f"  {safe(name)}: {safe(word)}", highlight=False)
    if trial.state == "running":
        status.update(f"trial {trial.number}: the rung after {len(trial.words)} is tried")
    return len(trial.words)
