"""Durable work: a fix climbs the ladder, a rung a step, on the worker that reproduces findings.

It is promised in the outbox of the desk of findings, under a topic of its own, and a worker is told
of it by whoever starts one (`KINDS`). A worker that is killed goes on with the next rung; one rung
that has killed its worker as often as is allowed ends the trial as failed.

A step hands over words alone: what the engine remembers of a step is not sealed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from dbos import DBOS
from django.db import close_old_connections
from django.utils import timezone

from tidegate.desks.findings.jobs import steps
from tidegate.desks.findings.jobs.bench import bench, stop_working
from tidegate.desks.findings.jobs.company import COMPANY
from tidegate.desks.findings.jobs.outbox import Kind
from tidegate.desks.findings.models import Outbox
from tidegate.desks.findings.services.attempts import KillsItsWorkerError
from tidegate.desks.publications.services import trying
from tidegate.desks.publications.services.fixes import TOPIC
from tidegate.engines.reproduction.fixes import ladder
from tidegate.engines.reproduction.fixes.climbing import Budget, Climber
from tidegate.engines.reproduction.fixes.values import RungName
from tidegate.engines.sandbox import SandboxError
from tidegate.instance.home import HomeError

BUDGET: Final = Budget()
"""For the search for variants that get through, of one trial."""

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 0.2

Said = dict[str, Any]
"""What a step says: `value`; or `failed`, the reason to give the trial up."""


@DBOS.workflow(name="try-fix", max_recovery_attempts=None)
def try_fix(fix_key: str, row: int) -> str:
    """Take one fix up the ladder; returns how the trial ended."""
    number = trial_number(row)
    word = _climb(fix_key, number) if begin(fix_key, number) else "ended"
    steps.finish(row)
    return word


def _climb(fix_key: str, number: int) -> str:
    said = lay_out(fix_key, number)
    for name in ladder.ORDER:
        if "failed" not in said:
            said = rung(fix_key, number, name.value)
    if "failed" not in said:
        said = conclude(fix_key, number)
    if "failed" in said:
        fail(fix_key, number, said["failed"])
        return "failed"
    return "done"


@DBOS.step(name="trial-number")
def trial_number(row: int) -> int:
    """Return the number of the trial that a row of the outbox promises."""
    close_old_connections()
    return Outbox.objects.values_list("round", flat=True).get(pk=row)


@DBOS.step(name="trial-begin")
def begin(fix_key: str, number: int) -> bool:
    """Note that the trial is being made; False if there is nothing left to do."""
    close_old_connections()
    return trying.begin(fix_key, number, at=_now())


@DBOS.step(name="trial-lay-out")
def lay_out(fix_key: str, number: int) -> Said:
    """Lay both versions out, on one runtime."""

    def work() -> str:
        if trying.kept(fix_key, number).state is None:
            made = trying.material(fix_key, number)
            state = _climber().begin(made.fix, made.findings)
            tier = bench().stepwise.laboratory.tier
            trying.keep_state(fix_key, number, state, made, tier=tier, at=_now())
        return "laid out"

    return _tried(fix_key, number, work)


@DBOS.step(name="trial-rung")
def rung(fix_key: str, number: int, name: str) -> Said:
    """Try one rung, unless it is kept already; says its word."""

    def work() -> str:
        kept, which = trying.kept(fix_key, number), RungName(name)
        known = next((one for one in kept.rungs if one.name is which), None)
        if known is None:
            made = trying.material(fix_key, number)
            assert kept.state is not None  # it was laid out before
            known = _climber().rung(which, made.fix, made.findings, kept.state, kept.rungs, BUDGET)
            trying.keep_rung(fix_key, number, known, at=_now())
        return known.word.value

    return _tried(fix_key, number, work)


@DBOS.step(name="trial-conclude")
def conclude(fix_key: str, number: int) -> Said:
    """Put the rungs together and sign them."""

    def work() -> str:
        trying.conclude(fix_key, number, at=_now())
        return "done"

    return _tried(fix_key, number, work)


@DBOS.step(name="trial-fail")
def fail(fix_key: str, number: int, reason: str) -> None:
    """Give the trial up."""
    give_up(fix_key, number, reason)


def give_up(fix_key: str, number: int, reason: str) -> None:
    """Give a trial up, and say why; the queue goes on without it."""
    close_old_connections()
    trying.fail(fix_key, number, reason, at=_now())


def _tried(fix_key: str, number: int, work: Callable[[], str]) -> Said:
    """Do a step's work, and count: what fails or kills as often as is allowed fails the trial.

    As `findings.jobs.steps` does it for findings.
    """
    close_old_connections()
    error = ""
    while True:
        if bench().stop.is_set():
            stop_working("it was told to")
        try:
            # What has failed before runs alone, so that it takes nothing down but itself.
            company = COMPANY.alone() if trying.tries_of(fix_key, number) else COMPANY.together()
            with company, trying.attempt(fix_key, number, tries=bench().tries):
                return {"value": work()}
        except KillsItsWorkerError as reason:
            return {"failed": f"{reason}; {error}" if error else str(reason)}
        except SandboxError as reason:
            if bench().stop.is_set():
                continue
            if cannot := bench().stepwise.laboratory.cannot_run:
                trying.forget(fix_key, number)
                stop_working(cannot)
            error = f"it said {reason}"
        except HomeError as reason:
            # The installation's keys are not to be had: that says nothing of the fix.
            trying.forget(fix_key, number)
            stop_working(str(reason))
        except Exception as reason:  # noqa: BLE001 - whatever it is, it is this trial's alone
            _LOG.warning("a trial of %s failed", fix_key, exc_info=True)
            error = f"it said {type(reason).__name__}: {reason}"
            time.sleep(_PAUSE_SECONDS)


def _climber() -> Climber:
    stepwise = bench().stepwise
    return Climber(stepwise.laboratory, stepwise.ecosystem_for)


def _now() -> datetime:
    return timezone.now().astimezone(UTC)


KINDS: Final[Mapping[str, Kind]] = MappingProxyType({TOPIC: Kind(try_fix, give_up)})
"""For `findings.jobs.worker.work`."""
