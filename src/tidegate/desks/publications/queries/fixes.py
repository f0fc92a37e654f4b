"""The fixes of a case and how they were tried, as far as one may read them.

Whoever reads a case reads each rung's name and word. What a rung saw names findings and shows
proofs, so it is for whoever reads the proof of every finding of the case: a finder reads its own
alone, and is given the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.publications.models import Fix, Look, Trial
from tidegate.desks.publications.queries.trials import RungShown, kept_of, purpose_of, rung_shown


@dataclass(frozen=True, slots=True)
class LookShown:
    """What a person thinks of a fix."""

    by: str
    is_maintainer: bool
    accepts: bool
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrialShown:
    """One climb."""

    number: int
    state: str
    asked_by: str
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    reason: str
    """Why it failed; that says nothing of the fix."""
    words: tuple[tuple[str, str], ...]
    """Each rung's name and its word, in order."""
    labels: tuple[str, ...]
    why_not: str
    """Which rungs forbid that it is published as fixed; empty if none does, or none is known yet.
    Their reasons are with the rungs."""
    may_publish: bool
    receipt_sha256: str
    rungs: tuple[RungShown, ...] | None
    """With what was seen; None for whoever may not read every proof of the case."""


@dataclass(frozen=True, slots=True)
class FixShown:
    """A fix, with its trials and what people think of it."""

    key: str
    case: str
    kind: str
    purl: str
    version: str
    sha256: str
    words: str
    organisation: str | None
    """Name of whose it is."""
    offered_by: str
    offered_at: datetime
    withdrawn_at: datetime | None
    trials: tuple[TrialShown, ...]
    """The newest first."""
    looks: tuple[LookShown, ...]
    can_respond: bool
    """Whether who asks may have it tried, and say what they think."""
    can_withdraw: bool
    can_read_diff: bool


def fixes_of(actor: Actor, case_key: str, *, at: datetime) -> tuple[FixShown, ...]:
    """Return the fixes that were offered for a case, the newest first; without what rungs saw.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    case = find(actor, Case.objects.all(), at=at, key=as_written(case_key))
    rows = narrowed(actor, _rows().filter(case=case), at=at).order_by("-pk")
    return tuple(_shown(actor, row, at, with_rungs=False) for row in rows)


def fix(actor: Actor, fix_key: str, *, at: datetime) -> FixShown:
    """Return one fix, with what its rungs saw for whoever may know.

    Raises:
        NotFoundError: there is no such fix, or not for them.
        SealError: what is kept was changed.
    """
    row = find(actor, _rows(), at=at, key=as_written(fix_key))
    return _shown(actor, row, at, with_rungs=reads_every_proof(actor, row.case, at=at))


def diff_of(actor: Actor, fix_key: str, *, at: datetime) -> bytes:
    """Return a fix's diff, as it was offered.

    Raises:
        NotFoundError: there is no such fix, it is a release, or its diff is not for them.
        SealError: it was changed.
    """
    key = as_written(fix_key)
    row = find(actor, Fix.objects.select_related("diff__key"), Act.READ_PROOF, at=at, key=key)
    if row.diff is None:
        raise NotFoundError("diff", key)
    return opened(row.diff, f"fix:{row.key}")


def receipt_of(actor: Actor, fix_key: str, number: int, *, at: datetime) -> bytes:
    """Return the signed receipt of a trial: an envelope, to be checked without this instance.

    Raises:
        NotFoundError: there is no such trial, it has no receipt, or it is not for them.
        SealError: it was changed.
    """
    row = find(actor, _rows(), Act.READ_PROOF, at=at, key=as_written(fix_key))
    trials = row.trials.select_related("receipt__key", "fix").filter(number=number)
    trial = trials.exclude(receipt=None).first()
    if trial is None or trial.receipt is None or not reads_every_proof(actor, row.case, at=at):
        raise NotFoundError("receipt", f"{row.key}, trial {number}")
    return opened(trial.receipt, purpose_of("receipt", trial))


def reads_every_proof(actor: Actor, case: Case, *, at: datetime) -> bool:
    """Say whether somebody may read the proof of every finding of a case."""
    members = Finding.objects.filter(case=case)
    theirs = narrowed(actor, members, Act.READ_PROOF, at=at)
    return not members.exclude(pk__in=theirs.values("pk")).exists()


def _rows() -> QuerySet[Fix]:
    return Fix.objects.select_related("case", "organisation").prefetch_related(
        "trials__rungs__key", "looks__person"
    )


def _shown(actor: Actor, row: Fix, at: datetime, *, with_rungs: bool) -> FixShown:
    coordinates = may(actor, Act.COORDINATE, row, at=at)
    responds = coordinates or may(actor, Act.RESPOND, row, at=at)
    is_own = row.organisation_id is not None and row.organisation_id in actor.organisations
    trials = sorted(row.trials.all(), key=lambda one: -one.number)
    looks = sorted(row.looks.all(), key=lambda one: one.pk)
    return FixShown(
        key=row.key,
        case=row.case.key,
        kind=row.kind,
        purl=row.purl,
        version=row.version,
        sha256=row.sha256,
        words=row.words,
        organisation=row.organisation.name if row.organisation else None,
        offered_by=row.offered_by,
        offered_at=row.offered_at,
        withdrawn_at=row.withdrawn_at,
        trials=tuple(_trial(one, with_rungs=with_rungs) for one in trials),
        looks=tuple(_look(one) for one in looks),
        can_respond=responds and row.withdrawn_at is None,
        can_withdraw=row.withdrawn_at is None and (coordinates or (responds and is_own)),
        can_read_diff=row.diff_id is not None and may(actor, Act.READ_PROOF, row, at=at),
    )


def _trial(row: Trial, *, with_rungs: bool) -> TrialShown:
    return TrialShown(
        number=row.number,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
        reason=row.reason,
        words=tuple((name, word) for name, word in row.words),
        labels=tuple(row.labels),
        why_not=row.why_not,
        may_publish=row.state == Trial.State.DONE and not row.why_not,
        receipt_sha256=row.receipt_sha256,
        rungs=tuple(map(rung_shown, kept_of(row).rungs)) if with_rungs else None,
    )


def _look(row: Look) -> LookShown:
    return LookShown(row.person.name, row.is_maintainer, row.accepts, row.words, row.at)
