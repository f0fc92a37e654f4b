"""The steps of a finding's way to a verdict: each small enough to be run again, none run twice.

A step says what came of it as data: `{"value": ...}`, or `{"set_aside": "the reason"}` when it has
ended its worker, or failed, as often as is allowed. Before it works it looks at what is kept: the
engine remembers a finished step only a moment after the step has kept its result, and a worker can
be killed in that moment.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from dbos import DBOS
from django.db import close_old_connections
from django.utils import timezone

from tidegate import __version__
from tidegate.desks.findings.jobs import outbox
from tidegate.desks.findings.jobs.bench import bench, stop_working
from tidegate.desks.findings.jobs.company import COMPANY
from tidegate.desks.findings.models import Finding
from tidegate.desks.findings.services import crossing, judging, matching
from tidegate.desks.findings.services.attempts import (
    KillsItsWorkerError,
    attempt,
    forget,
    tries_of,
)
from tidegate.engines.reproduction.judgements import Judgement as Judged
from tidegate.engines.reproduction.verdicts import RUNS
from tidegate.engines.sandbox import SandboxError
from tidegate.instance.home import HomeError

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 0.2

Said = dict[str, Any]
"""What a step says: `value` or `set_aside`."""

Releases = dict[str, Any]
"""A package's released versions, as the registry listed them when the work began."""


@DBOS.step(name="begin")
def begin(key: str) -> None:
    """Note that the finding is being worked on."""
    close_old_connections()
    judging.begin(key)


@DBOS.step(name="judge-named")
def judge_named(key: str) -> Said:
    """Run the version that the finding names, with every control."""

    def work(finding: Finding) -> dict[str, Any]:
        named = judging.kept_named(key)
        if named is None:
            began = time.monotonic()
            named = bench().stepwise.judge_named(judging.runnable(finding))
            judging.keep(key, named, seconds=time.monotonic() - began, named=True, at=_now())
        return {
            "version": named.version,
            "word": named.word.value,
            "affected": named.word.affected,
        }

    return _tried(key, "judge-named", work)


@DBOS.step(name="releases")
def releases(key: str) -> Said:
    """List the package's releases; what follows goes by this list, whatever comes out meanwhile."""
    return _tried(
        key, "releases", lambda finding: bench().stepwise.releases(judging.runnable(finding))
    )


@DBOS.step(name="plan")
def plan(key: str, listed: Releases) -> Said:
    """Say which versions to run next; none when the range is settled or the budget spent."""

    def work(finding: Finding) -> list[str]:
        named = _named(key)
        elapsed = judging.spent(key)
        budget = bench().budget_seconds
        if elapsed >= budget:
            return []
        return list(
            bench().stepwise.plan(
                judging.runnable(finding),
                listed,
                judging.kept(key),
                named,
                budget=budget,
                elapsed=elapsed,
            )
        )

    return _tried(key, "plan", work)


@DBOS.step(name="probe")
def probe(key: str, version: str) -> Said:
    """Run one version of the range, each program once."""

    def work(finding: Finding) -> str:
        known = judging.kept_of(key, version)
        if known is None:
            if judging.spent(key) >= bench().budget_seconds:
                return ""
            controls = _named(key).controls
            began = time.monotonic()
            known = bench().stepwise.probe(judging.runnable(finding), version, controls)
            judging.keep(key, known, seconds=time.monotonic() - began, at=_now())
        return known.word.value

    return _tried(key, f"probe {version}", work)


@DBOS.step(name="to-confirm")
def to_confirm(key: str, listed: Releases) -> Said:
    """Say which versions beside a boundary have to be run more often."""

    def work(finding: Finding) -> list[str]:
        stepwise = bench().stepwise
        return list(stepwise.confirm(judging.runnable(finding), listed, judging.kept(key)))

    return _tried(key, "to-confirm", work)


@DBOS.step(name="probe-again")
def probe_again(key: str, version: str) -> Said:
    """Run a version as often as the named one was."""

    def work(finding: Finding) -> str:
        known = judging.kept_of(key, version)
        assert known is not None  # it was probed before
        if known.required < RUNS:
            began = time.monotonic()
            known = bench().stepwise.probe_again(judging.runnable(finding), version, known)
            judging.keep(key, known, seconds=time.monotonic() - began, at=_now())
        return known.word.value

    return _tried(key, f"probe-again {version}", work)


@DBOS.step(name="conclude")
def conclude(key: str, listed: Releases | None, started: str) -> Said:
    """Put verdict, range and receipt together, and give what is proven its case."""

    def work(finding: Finding) -> str:
        runnable, named, answers = judging.runnable(finding), _named(key), judging.kept(key)
        stepwise = bench().stepwise
        budget = bench().budget_seconds
        found = None
        if listed is not None:
            found = stepwise.conclude(runnable, listed, answers, budget)
        began, finished = datetime.fromisoformat(started), _now()
        statement = stepwise.statement(
            runnable,
            named,
            found,
            answers,
            started=began,
            finished=finished,
            tidegate=__version__,
        )
        judging.conclude(
            key,
            judging.Whole(
                version=named.version,
                releases=list(listed["releases"]) if listed is not None else [],
                document=stepwise.document(runnable, named, found),
                receipt=bench().key.sign(statement),
                signature=named.signature,
                started_at=began,
                finished_at=finished,
            ),
        )
        return named.word.value

    return _tried(key, "conclude", work)


@DBOS.step(name="minimise")
def minimise(key: str) -> Said:
    """Cut the proof down; a proof that cannot be cut stays as it is."""

    def work(finding: Finding) -> str:
        if known := judging.small_proof(key):
            return str(known["proof_sha256"])
        named = _named(key)
        runs = bench().minimise_runs
        small = bench().stepwise.minimise(judging.runnable(finding), named, runs)
        # Without frames nothing held the cutting to the bug: exit(42) is left of any assertion.
        digest = small.proof_sha256 if named.signature.key() else ""
        judging.keep_small_proof(key, small.to_data(), digest)
        return small.proof_sha256

    return _tried(key, "minimise", work)


@DBOS.step(name="candidates")
def candidates(key: str) -> Said:
    """Say which findings should be crossed with this one."""
    return _tried(key, "candidates", crossing.candidates)


@DBOS.step(name="to-cross")
def to_cross(key: str, other: str) -> Said:
    """Say which proofs still have to be run on which of the other's releases."""
    return _tried(key, f"to-cross {other}", lambda finding: crossing.missing(finding, other))


@DBOS.step(name="cross")
def cross(key: str, whose: str, version: str) -> Said:
    """Run a proof on a release that the other finding points to."""

    def work(_: Finding) -> str:
        known = judging.kept_of(whose, version)
        if known is None or known.required < RUNS:
            theirs = Finding.objects.get(key=whose)
            began = time.monotonic()
            known = bench().stepwise.cross(
                judging.runnable(theirs), version, _named(whose).controls
            )
            judging.keep(whose, known, seconds=time.monotonic() - began, at=_now())
        return known.word.value

    return _tried(key, f"cross {whose} {version}", work)


@DBOS.step(name="settle")
def settle(key: str, other: str) -> Said:
    """Link, or nominate, two findings by what crossing showed."""
    return _tried(
        key, f"settle {other}", lambda finding: crossing.settle(finding, other, at=_now())
    )


@DBOS.step(name="set-aside")
def set_aside(key: str, reason: str) -> None:
    """Give the finding up until a person says to try again."""
    close_old_connections()
    judging.set_aside(key, reason)


@DBOS.step(name="match-batch")
def match_batch(delivery: str, after: list[Any]) -> dict[str, Any]:
    """Link and nominate for one batch of a delivery's findings; says where the next one begins."""
    close_old_connections()
    return asdict(matching.match_batch(delivery, after, at=_now()))


@DBOS.step(name="now")
def now() -> str:
    """Return the time, once: a workflow that is taken up again keeps it."""
    return _now().isoformat()


@DBOS.step(name="finish")
def finish(row: int) -> None:
    """Note that the promise of the outbox is kept."""
    close_old_connections()
    outbox.finish(row)


def _tried(key: str, step: str, work: Callable[[Finding], Any]) -> Said:
    """Do a step's work, and count: what fails or kills as often as is allowed is set aside."""
    close_old_connections()
    finding = Finding.objects.get(key=key)
    error = ""
    while True:
        if bench().stop.is_set():
            stop_working("it was told to")
        try:
            # What has failed before runs alone, so that it takes nothing down but itself.
            company = COMPANY.alone() if tries_of(finding, step) else COMPANY.together()
            with company, attempt(finding, step, tries=bench().tries):
                return {"value": work(finding)}
        except KillsItsWorkerError as reason:
            return {"set_aside": f"{reason}; {error}" if error else str(reason)}
        except SandboxError as reason:
            if bench().stop.is_set():
                continue
            if cannot := bench().stepwise.laboratory.cannot_run:
                forget(finding, step)
                stop_working(cannot)
            error = f"it said {reason}"
        except HomeError as reason:
            # The installation's keys are not to be had: that says nothing of the finding.
            forget(finding, step)
            stop_working(str(reason))
        except Exception as reason:  # noqa: BLE001 - whatever it is, it is this finding's alone
            _LOG.warning("%s: %s failed", key, step, exc_info=True)
            error = f"it said {type(reason).__name__}: {reason}"
            time.sleep(_PAUSE_SECONDS)


def _named(key: str) -> Judged:
    """Return the judgement on the version that the finding names; it was kept before."""
    named = judging.kept_named(key)
    assert named is not None
    return named


def _now() -> datetime:
    return timezone.now().astimezone(UTC)
