"""What our own runs show of a finding is kept, version by version, and then as a signed whole."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.findings.keys import as_written
from tidegate.desks.findings.models import Attempt, Finding, Judgement, Outbox, Reproduction
from tidegate.desks.findings.sealing import Part, seals_of, seals_of_finding
from tidegate.desks.findings.services import cases
from tidegate.desks.findings.services.history import note
from tidegate.desks.findings.services.linking import lock_packages
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.states import Stage, Verb, WrongStageError, after
from tidegate.engines.formats import finding as native
from tidegate.engines.reproduction import judgements
from tidegate.engines.reproduction.signatures import BehaviourSignature
from tidegate.engines.reproduction.verdicts import Word


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole result of a finding, as the engine puts it together."""

    version: str
    releases: list[dict[str, Any]]
    document: dict[str, Any]
    receipt: bytes
    signature: BehaviourSignature
    started_at: datetime
    finished_at: datetime


def begin(key: str) -> Finding:
    """Note that a finding's proof is being run."""
    with transaction.atomic():
        finding = _locked(key)
        _move(finding, Verb.BEGIN)
        return finding


def runnable(finding: Finding) -> native.Finding:
    """Return what the sandbox is given for a finding."""
    document, seals = finding.document, seals_of(finding.delivery_id)
    if document.native is None:
        raw = seals.unseal(document.record, Part.RECORD.of(finding.key))
    else:
        raw = seals.unseal(document.native, Part.NATIVE.of(finding.key))
    read = native.parse_finding(raw, finding.key)
    if isinstance(read, native.Refusal):
        raise NotPossibleError(f"{finding.key} has nothing that can be run: {read}")
    return read


def keep(
    key: str,
    judgement: judgements.Judgement,
    *,
    seconds: float,
    at: datetime,
    named: bool = False,
) -> None:
    """Keep the judgement on one version; a fuller one replaces an earlier one.

    `named` marks the version that the finding names. The seconds of all tries add up.
    """
    with transaction.atomic():
        finding = _locked(key)
        row, _ = Judgement.objects.get_or_create(
            finding=finding,
            version=judgement.version,
            defaults={"runs": 0, "seconds": 0.0, "data": b"", "made_at": at, "named": named},
        )
        row.verdict, row.runs = judgement.word.value, judgement.required
        purpose = Part.JUDGEMENT.of(key, judgement.version)
        row.data = seals_of(finding.delivery_id).seal_data(judgement.to_data(), purpose)
        row.made_at = at
        row.seconds += seconds
        row.save()


def kept(key: str) -> dict[str, judgements.Judgement]:
    """Return every judgement that is kept of a finding, by version."""
    return _opened(key, Judgement.objects.filter(finding__key=key))


def kept_of(key: str, version: str) -> judgements.Judgement | None:
    """Return what is kept of a finding on one version."""
    return _opened(key, Judgement.objects.filter(finding__key=key, version=version)).get(version)


def kept_named(key: str) -> judgements.Judgement | None:
    """Return what is kept of a finding on the version that it names."""
    named = _opened(key, Judgement.objects.filter(finding__key=key, named=True)[:1])
    return next(iter(named.values()), None)


def spent(key: str) -> float:
    """Return the seconds that searching a finding's range took until now."""
    probed = Judgement.objects.filter(finding__key=key, named=False)
    total = probed.aggregate(seconds=Sum("seconds"))
    return float(total["seconds"] or 0.0)


def conclude(key: str, whole: Whole) -> None:
    """Give a finding its verdict and its receipt; what is proven gets a case."""
    at = whole.finished_at
    with transaction.atomic():
        lock_packages(Finding.objects.filter(key=key))
        finding = _locked(key)
        if Reproduction.objects.filter(finding=finding).exists():
            return
        _move(finding, Verb.JUDGE)
        seals = seals_of(finding.delivery_id)
        Reproduction.objects.create(
            finding=finding,
            version=whole.version,
            signature=whole.signature.to_data(),
            releases=whole.releases,
            document=seals.seal_data(whole.document, Part.REPRODUCTION.of(key)),
            receipt=seals.seal(whole.receipt, Part.RECEIPT.of(key)),
            started_at=whole.started_at,
            finished_at=at,
        )
        finding.verdict = whole.document["verdict"]
        finding.trust = whole.document["trust"]
        finding.reason = whole.document["reason"]
        finding.signature = whole.signature.key() or ""
        finding.judged_at = at
        if Word(finding.verdict).affected:
            finding.case = cases.open_for(finding, at=at)
        finding.save()
        if finding.case:
            cases.recount(finding.case)
        Attempt.objects.filter(finding=finding).delete()
        note(
            "judged",
            at=at,
            finding=finding,
            case=finding.case,
            verdict=finding.verdict,
            trust=finding.trust,
            reason=finding.reason,
        )


def small_proof(key: str) -> dict[str, Any] | None:
    """Return a finding's proof as it was cut down, if it was."""
    found = Reproduction.objects.filter(finding__key=key).values_list("small_proof", flat=True)
    sealed = found.first()
    if sealed is None:
        return None
    small: dict[str, Any] = seals_of_finding(key).unseal_data(sealed, Part.SMALL_PROOF.of(key))
    return small


def keep_small_proof(key: str, small: Mapping[str, Any], digest: str) -> None:
    """Keep a proof that was cut down, beside the one that came.

    `digest` is what it may be found by; empty if it must not be.
    """
    with transaction.atomic():
        finding = _locked(key)
        finding.small_proof_digest = digest
        finding.save(update_fields=["small_proof_digest"])
        sealed = seals_of(finding.delivery_id).seal_data(dict(small), Part.SMALL_PROOF.of(key))
        Reproduction.objects.filter(finding=finding).update(small_proof=sealed)


def set_aside(key: str, reason: str) -> None:
    """Stop working on a finding, and say why; the queue goes on without it.

    A finding that has its verdict keeps it: only what was to follow is left undone.
    """
    at = timezone.now()
    with transaction.atomic():
        finding = _locked(key)
        if finding.stage in (Stage.WAITING, Stage.WORKING):
            _move(finding, Verb.SET_ASIDE)
            finding.reason = reason
            finding.save(update_fields=["reason"])
        note("set-aside", at=at, finding=finding, case=finding.case, reason=reason)


def try_again(actor: Actor, finding_key: str) -> Finding:
    """Run a finding once more that was set aside, or of which nothing could be said.

    What earlier runs showed stays in its history, receipt included.

    Raises:
        NotFoundError: there is no such finding.
        NotPossibleError: it is not one of these.
    """
    at = timezone.now()
    with transaction.atomic():
        find(actor, Finding.objects.all(), Act.COORDINATE, key=as_written(finding_key))
        finding = _locked(as_written(finding_key))
        said_something = finding.verdict not in ("", Word.INCONCLUSIVE)
        if said_something:
            raise NotPossibleError(
                f"{finding.key} is {finding.verdict}; only what was set aside, or is inconclusive,"
                " is run again"
            )
        try:
            _move(finding, Verb.TRY_AGAIN)
        except WrongStageError as error:
            raise NotPossibleError(f"{finding.key}: {error}") from error
        earlier = Reproduction.objects.filter(finding=finding).first()
        sealed = None
        if earlier is not None:
            sealed = _sealed_again(finding, earlier, at)
            earlier.delete()
        note(
            "tried-again",
            at=at,
            actor=actor,
            finding=finding,
            case=finding.case,
            sealed=sealed,
            reason=finding.reason,
        )
        Judgement.objects.filter(finding=finding, verdict=Word.INCONCLUSIVE).delete()
        Attempt.objects.filter(finding=finding).delete()
        finding.verdict = finding.trust = finding.reason = ""
        finding.judged_at = None
        finding.save()
        rounds = Outbox.objects.filter(topic=Outbox.Topic.REPRODUCE, subject=finding.key)
        Outbox.objects.create(
            topic=Outbox.Topic.REPRODUCE,
            subject=finding.key,
            round=rounds.count() + 1,
            made_at=at,
        )
        return finding


def _opened(key: str, rows: QuerySet[Judgement]) -> dict[str, judgements.Judgement]:
    found = list(rows.values_list("version", "data"))
    if not found:
        return {}
    seals = seals_of_finding(key)
    return {
        version: judgements.Judgement.from_data(
            seals.unseal_data(data, Part.JUDGEMENT.of(key, version))
        )
        for version, data in found
    }


def _sealed_again(finding: Finding, earlier: Reproduction, at: datetime) -> bytes:
    """Return what earlier runs showed, sealed for the history."""
    seals, key = seals_of(finding.delivery_id), finding.key
    receipt = seals.unseal(earlier.receipt, Part.RECEIPT.of(key))
    shown = {
        "document": seals.unseal_data(earlier.document, Part.REPRODUCTION.of(key)),
        "receipt": base64.b64encode(receipt).decode("ascii"),
    }
    return seals.seal_data(shown, Part.EARLIER.of(key, at.isoformat()))


def _locked(key: str) -> Finding:
    found = Finding.objects.select_for_update(of=("self",)).select_related("case")
    finding = found.filter(key=key).first()
    if finding is None:
        raise NotFoundError("finding", key)
    return finding


def _move(finding: Finding, verb: Verb) -> None:
    finding.stage = after(Stage(finding.stage), verb)
    finding.save(update_fields=["stage"])
