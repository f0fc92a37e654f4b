"""A trial of a fix: what is run, what each rung showed, and the signed whole.

The trial keeps its rungs one after the other, sealed: a worker that is killed leaves those that it
has kept, and the next one goes on with the next. What tells of a proof (rungs, receipt) is sealed
with the case's key; the words, the labels and the reasons are columns, for lists.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from tidegate import __version__
from tidegate.desks.access.actors import HOUSE
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.models import Sealed
from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.findings.models import Case, Finding, Reproduction
from tidegate.desks.findings.services import judging
from tidegate.desks.findings.services.attempts import TRIES, KillsItsWorkerError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.models import Fix, Look, Trial
from tidegate.desks.publications.queries.trials import Kept, kept_of, purpose_of
from tidegate.engines.formats import finding as native
from tidegate.engines.reproduction.fixes import ladder, receipt, values
from tidegate.engines.reproduction.fixes.reviewing import Reviewer, reviewed
from tidegate.engines.reproduction.verdicts import Word
from tidegate.instance.workshop import instance_key

MOST_PROOFS: Final = 20
"""Of a case, that a fix is tried with: the earliest that were proven."""

_PROVEN: Final = tuple(word.value for word in Word if word.affected)


@dataclass(frozen=True, slots=True)
class Material:
    """What a trial is made with."""

    fix: values.Fix
    findings: tuple[native.Finding, ...]
    keys: tuple[str, ...]
    """Of the findings, in the same order."""


def reproduced_on(case: Case) -> str:
    """Return the version that the case's first proof was run on.

    Raises:
        NotPossibleError: none was run.
    """
    rows = Reproduction.objects.filter(finding__case=case, finding__verdict__in=_PROVEN)
    version = rows.order_by("finding").values_list("version", flat=True).first()
    if not version:
        raise NotPossibleError(
            f"no proof of {case.key} was run, so no fix can be tried for it; have one proven first"
        )
    return version


def begin(fix_key: str, number: int, *, at: datetime) -> bool:
    """Note that a trial is being made; False where it has ended, or its fix is withdrawn."""
    with transaction.atomic():
        trial = _locked(fix_key, number)
        if trial.state in (Trial.State.DONE, Trial.State.FAILED):
            return False
        if trial.fix.withdrawn_at is not None:
            _end(trial, Trial.State.FAILED, at, reason="the fix was withdrawn before it was tried")
            return False
        if trial.state == Trial.State.WAITING:
            trial.state, trial.began_at = Trial.State.RUNNING, at
            trial.save(update_fields=["state", "began_at"])
        return True


@contextmanager
def attempt(fix_key: str, number: int, *, tries: int = TRIES) -> Iterator[None]:
    """Count one try of a trial's next step; what raises is counted like what kills.

    Raises:
        KillsItsWorkerError: it was tried often enough.
    """
    with transaction.atomic():
        trial = _locked(fix_key, number)
        if trial.tries >= tries:
            raise KillsItsWorkerError(
                f"its next step was begun {trial.tries} times and never came to its end"
            )
        trial.tries += 1
        trial.save(update_fields=["tries"])
    yield
    forget(fix_key, number)


def tries_of(fix_key: str, number: int) -> int:
    """Return how often a trial's next step was begun without ending."""
    found = Trial.objects.filter(fix__key=fix_key, number=number).values_list("tries", flat=True)
    return found.first() or 0


def forget(fix_key: str, number: int) -> None:
    """Take back the tries of a step: it has ended, or they say nothing of the fix."""
    Trial.objects.filter(fix__key=fix_key, number=number).update(tries=0)


def material(fix_key: str, number: int) -> Material:
    """Return what a trial is made with: the fix, and the proofs of the case.

    Raises:
        NotPossibleError: the case has no proof that can be run.
        SealError: what is kept was changed.
    """
    trial = _trial(fix_key, number)
    return _material(trial, kept_of(trial))


def _material(trial: Trial, now: Kept) -> Material:
    row, chosen = trial.fix, now.keys
    found: dict[str, native.Finding] = {}
    for finding in _findings(row.case, chosen):
        runnable = judging.runnable(finding)
        if runnable.proof is not None and _is_of(runnable, row):
            found[finding.key] = runnable
    if not found:
        raise NotPossibleError(f"{row.case.key} has no proof that can be run with a fix of its own")
    keys = tuple(chosen or found)
    # Once both versions are laid out they stay the same ones, whatever becomes of the case.
    read = read_of(row, base=now.state["base"] if now.state else "")
    return Material(read, tuple(found[key] for key in keys), keys)


def read_of(row: Fix, *, base: str = "") -> values.Fix:
    """Return a fix as it was offered, with its diff and its tests.

    `base` is the version that a release is held against; the one that the case's proof was run on,
    if nothing is said.
    """
    diff = opened(row.diff, f"fix:{row.key}") if row.diff else b""
    tests: dict[str, str] = (
        json.loads(opened(row.tests, f"fix-tests:{row.key}")) if row.tests else {}
    )
    is_patch = row.kind == Fix.Kind.PATCH
    return values.Fix(
        kind=values.FixKind(row.kind),
        package=row.purl,
        base=row.version if is_patch else base or reproduced_on(row.case),
        version="" if is_patch else row.version,
        diff=diff,
        tests={name: base64.b64decode(text) for name, text in tests.items()},
    )


def kept(fix_key: str, number: int) -> Kept:
    """Return what a trial has kept until now."""
    return kept_of(_trial(fix_key, number))


def keep_state(
    fix_key: str,
    number: int,
    state: Mapping[str, Any],
    made: Material,
    *,
    tier: str,
    at: datetime,
) -> None:
    """Keep how both versions were laid out, with what, and in which `tier` of sandboxes."""
    with transaction.atomic():
        trial = _locked(fix_key, number)
        if trial.rungs is None:
            more = {"tier": tier, "base": made.fix.base}
            _keep(trial, Kept({**state, **more}, made.keys, ()), at)


def keep_rung(fix_key: str, number: int, rung: values.Rung, *, at: datetime) -> None:
    """Keep what a rung showed; one that is kept already stays as it is."""
    with transaction.atomic():
        trial = _locked(fix_key, number)
        before = kept_of(trial)
        if all(one.name is not rung.name for one in before.rungs):
            _keep(trial, Kept(before.state, before.keys, (*before.rungs, rung)), at)


def conclude(fix_key: str, number: int, *, at: datetime) -> None:
    """Put the rungs together, sign them, and say what may be called what."""
    with transaction.atomic():
        trial = _locked(fix_key, number)
        if trial.state != Trial.State.RUNNING:
            return
        trial.ended_at = at
        _follow(trial, at)
        _end(trial, Trial.State.DONE, at)


def fail(fix_key: str, number: int, reason: str, *, at: datetime) -> None:
    """Give a trial up, and say why. That says nothing about the fix."""
    with transaction.atomic():
        trial = _locked(fix_key, number)
        if trial.state in (Trial.State.WAITING, Trial.State.RUNNING):
            _end(trial, Trial.State.FAILED, at, reason=reason)


def follow_looks(row: Fix, *, at: datetime) -> None:
    """Let the last trial that has come to its end follow what people say; inside a transaction."""
    trials = Trial.objects.select_for_update(of=("self",)).filter(fix=row, state=Trial.State.DONE)
    trial = trials.order_by("number").last()
    if trial is None:
        return
    _follow(trial, at)


def _trial(fix_key: str, number: int) -> Trial:
    rows = Trial.objects.select_related(
        "fix__case", "fix__coordination__case", "fix__diff__key", "fix__tests__key", "rungs__key"
    )
    found = rows.filter(fix__key=fix_key, number=number).first()
    if found is None:
        raise NotFoundError("fix", fix_key)
    return found


def _locked(fix_key: str, number: int) -> Trial:
    Trial.objects.select_for_update().filter(fix__key=fix_key, number=number).first()
    return _trial(fix_key, number)


def _findings(case: Case, chosen: Sequence[str]) -> list[Finding]:
    """Return the findings of these keys, wherever they are by now; or those to choose from."""
    which = Q(key__in=chosen) if chosen else Q(case=case, verdict__in=_PROVEN)
    rows = Finding.objects.filter(which).select_related("document")
    return [*rows.order_by("pk")[:MOST_PROOFS]]


def _is_of(finding: native.Finding, row: Fix) -> bool:
    target, case = finding.target, row.case
    return (target.type, target.package) == (case.package_type, case.package)


def _keep(trial: Trial, now: Kept, at: datetime) -> None:
    data = {
        "state": now.state,
        "findings": list(now.keys),
        "rungs": [rung.to_data() for rung in now.rungs],
    }
    before = trial.rungs_id
    trial.rungs = _sealed(trial, "rungs", json.dumps(data).encode(), at)
    trial.words = [[rung.name.value, rung.word.value] for rung in now.rungs]
    trial.save(update_fields=["rungs", "words"])
    _forget(before)


def _sealed(trial: Trial, what: str, content: bytes, at: datetime) -> Sealed:
    return seal(trial.fix.coordination, purpose_of(what, trial), content, at)


def _forget(sealed: int | None) -> None:
    """Take away what was replaced; nothing refers to it any more."""
    if sealed is not None:
        Sealed.objects.filter(pk=sealed).delete()


def _follow(trial: Trial, at: datetime) -> None:
    """Let the rungs, the columns and the receipt say what was seen and what people think."""
    before = kept_of(trial)
    rungs = [rung for rung in before.rungs if rung.name is not values.RungName.REVIEWED]
    rungs.append(_review(trial.fix) or _nobody(before))
    now = Kept(before.state, before.keys, tuple(rungs))
    _keep(trial, now, at)
    may = ladder.may_publish(rungs)
    trial.labels = [label.value for label in ladder.labels(rungs)]
    # The reasons may quote what a proof said; they stay with the rungs.
    trial.why_not = "; ".join(map(_rung_alone, may.reasons))
    envelope = _signed(trial, now)
    replaced = trial.receipt_id
    trial.receipt = _sealed(trial, "receipt", envelope, at)
    trial.receipt_sha256 = hashlib.sha256(envelope).hexdigest()
    trial.save()
    _forget(replaced)


def _signed(trial: Trial, now: Kept) -> bytes:
    made, state = _material(trial, now), now.state
    began, ended = trial.began_at, trial.ended_at
    assert state is not None and began is not None and ended is not None  # noqa: PT018
    said = receipt.statement(
        made.fix,
        made.findings,
        state,
        now.rungs,
        started=began,
        finished=ended,
        tidegate=__version__,
        tier=state["tier"],
    )
    return receipt.sign(instance_key(), said)


def _rung_alone(reason: str) -> str:
    head, _, rest = reason.partition(": ")
    return reason if rest == "it was not tried" else head


def _review(row: Fix) -> values.Rung | None:
    """Return what people think: a maintainer's word before others', a refusal before the rest."""
    newest: dict[int, Look] = {}
    for look in row.looks.select_related("person").order_by("pk"):
        newest[look.person_id] = look
    if not newest:
        return None
    counted = min(newest.values(), key=lambda one: (not one.is_maintainer, one.accepts, one.pk))
    role = Reviewer.MAINTAINER if counted.is_maintainer else Reviewer.OTHER
    return reviewed(
        counted.person.name, counted.at, counted.words, role=role, accepts=counted.accepts
    )


def _nobody(now: Kept) -> values.Rung:
    name = values.RungName.REVIEWED
    known = next((rung for rung in now.rungs if rung.name is name), None)
    return known or values.Rung(name, values.RungWord.SKIPPED, "nobody has looked yet")


def _end(trial: Trial, state: str, at: datetime, *, reason: str = "") -> None:
    trial.state, trial.ended_at, trial.reason, trial.tries = state, at, reason, 0
    trial.save(update_fields=["state", "ended_at", "reason", "tries"])
    record(
        "fix-tried",
        trial.fix.coordination,
        at=at,
        actor=HOUSE,
        fix=trial.fix.key,
        trial=trial.number,
        state=state,
        labels=trial.labels,
        publishable=state == Trial.State.DONE and not trial.why_not,
        receipt_sha256=trial.receipt_sha256,
    )
