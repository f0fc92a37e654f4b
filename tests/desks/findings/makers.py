"""Rows for tests: each function makes one, every column is an argument, and all have a default.

Times count up from `START`, a minute for each row, so that what was made later is later.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tidegate.desks.findings.models import (
    Case,
    Delivery,
    DeliveryPiece,
    Document,
    Event,
    Finder,
    Finding,
    Judgement,
    Link,
    LinkKind,
    Nomination,
    Outbox,
    Package,
    RefusedRecord,
    Reproduction,
)
from tidegate.desks.findings.priority import Severity, priority_of
from tidegate.desks.findings.sealing import Part, add_key, seals_of
from tidegate.desks.findings.states import Stage

START: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)

_numbers = itertools.count(1)


def later(minutes: float = 1) -> datetime:
    """Return a moment that many minutes after `START`."""
    return START + timedelta(minutes=minutes)


def _next(at: datetime | None) -> tuple[int, datetime]:
    number = next(_numbers)
    return number, at or later(number)


def make_finder(name: str | None = None, *, created_at: datetime | None = None) -> Finder:
    """Make a finder, or return the one of that name."""
    number, at = _next(created_at)
    finder, _ = Finder.objects.get_or_create(
        name=name or f"finder {number}", defaults={"created_at": at}
    )
    return finder


def make_delivery(
    finder: Finder | str | None = None,
    *,
    content: bytes | Sequence[bytes] | None = b"{}\n",
    channel: str = "api",
    name: str = "findings.jsonl",
    format: str = "finding-1",  # noqa: A002
    target: str = "",
    sha256: str | None = None,
    size: int | None = None,
    state: str = Delivery.State.READ,
    received_at: datetime | None = None,
    read_at: datetime | None = None,
    alive_at: datetime | None = None,
    accepted: int = 0,
    repeated: int = 0,
    refused: int = 0,
    **more: Any,
) -> Delivery:
    """Make a delivery with its document, in one piece or in several; `content` None makes none."""
    number, at = _next(received_at)
    done = state == Delivery.State.READ
    pieces = [content] if isinstance(content, bytes) else list(content or ())
    delivery = Delivery.objects.create(
        finder=_finder(finder),
        channel=channel,
        name=name,
        format=format,
        target=target,
        sha256=hashlib.sha256(b"%d" % number).hexdigest() if sha256 is None else sha256,
        size=sum(map(len, pieces)) if size is None else size,
        state=state,
        received_at=at,
        read_at=(read_at or at) if done else None,
        alive_at=alive_at or at,
        accepted=accepted,
        repeated=repeated,
        refused=refused,
        **more,
    )
    add_key(delivery, 1, at)
    if content is not None:
        sealed = seals_of(delivery.pk).seal_document(pieces, delivery)
        for place, piece in enumerate(sealed):
            DeliveryPiece.objects.create(delivery=delivery, number=place, content=piece)
    return delivery


def make_refusal(
    delivery: Delivery,
    *,
    number: int | None = None,
    line: int | None = 1,
    field: str = "target.purl",
    reason: str = "'minimist' is not a package URL; write pkg:npm/minimist@1.2.0",
) -> RefusedRecord:
    """Make a refused record of a delivery."""
    return RefusedRecord.objects.create(
        delivery=delivery,
        number=next(_numbers) if number is None else number,
        line=line,
        field=field,
        reason=reason,
    )


def make_finding(
    finder: Finder | str | None = None,
    *,
    delivery: Delivery | None = None,
    line: int | None = 1,
    place: str = "",
    format: str = "finding-1",  # noqa: A002
    reference: str | None = None,
    digest: str | None = None,
    received_at: datetime | None = None,
    title: str = "Prototype pollution in minimist",
    purl: str | None = None,
    package_type: str = "npm",
    package: str = "minimist",
    version: str = "1.2.0",
    effect: str = "prototype-pollution",
    severity: int = Severity.HIGH,
    tlp: str = "AMBER",
    embargo_until: datetime | None = None,
    stage: str = Stage.WAITING,
    verdict: str = "",
    trust: str = "",
    reason: str = "",
    judged_at: datetime | None = None,
    proof_digest: str = "",
    small_proof_digest: str = "",
    signature: str = "",
    case: Case | None = None,
    document: bool = True,
    description: str = "Keys named __proto__ reach Object.prototype.",
    weaknesses: Sequence[str] = ("CWE-1321",),
    aliases: Sequence[str] = (),
    places: Sequence[Sequence[Any]] = (("index.js", 69, "setKey"),),
    references: Sequence[Any] = (),
    vectors: Sequence[str] = (),
    record: bytes = b'{"id":"made"}',
    native: bytes | None = None,
    features: str = "",
    **more: Any,
) -> Finding:
    """Make a finding and, unless `document` is False, its document; with a verdict it is judged."""
    number, at = _next(received_at)
    if delivery is None:
        delivery = make_delivery(finder, received_at=at)
    if verdict and stage == Stage.WAITING:
        stage = Stage.JUDGED
    finding = Finding.objects.create(
        finder=delivery.finder if finder is None else _finder(finder),
        delivery=delivery,
        line=line,
        place=place,
        format=format,
        reference=f"ref-{number}" if reference is None else reference,
        digest=hashlib.sha256(b"%d" % number).hexdigest() if digest is None else digest,
        received_at=at,
        title=title,
        purl=f"pkg:{package_type}/{package}@{version}" if purl is None else purl,
        package_type=package_type,
        package=package,
        version=version,
        effect=effect,
        severity=severity,
        tlp=tlp,
        embargo_until=embargo_until,
        stage=stage,
        verdict=verdict,
        trust=trust,
        reason=reason,
        judged_at=judged_at or (at if stage == Stage.JUDGED else None),
        proof_digest=proof_digest,
        small_proof_digest=small_proof_digest,
        signature=signature,
        case=case,
        **more,
    )
    if document:
        seals = seals_of(delivery.pk)
        Document.objects.create(
            finding=finding,
            record=seals.seal(record, Part.RECORD.of(finding.key)),
            native=native and seals.seal(native, Part.NATIVE.of(finding.key)),
            description=description,
            weaknesses=list(weaknesses),
            aliases=list(aliases),
            places=list(places),
            references=list(references),
            vectors=list(vectors),
            features=features,
        )
    return finding


def make_case(
    *findings: Finding,
    founder: Finding | None = None,
    title: str = "Prototype pollution in minimist",
    package_type: str = "npm",
    package: str = "minimist",
    effect: str = "prototype-pollution",
    opened_at: datetime | None = None,
    merged_into: Case | None = None,
    found_at: datetime | None = None,
    findings_count: int | None = None,
    finders_count: int | None = None,
    severity: int = Severity.HIGH,
    verdict: str = "reproduced",
    vers: str = "vers:npm/<1.2.6",
    priority: int | None = None,
    **more: Any,
) -> Case:
    """Make a case of these findings, counted from them where nothing else is said."""
    _, at = _next(opened_at)
    finders = len({one.finder_id for one in findings}) or 1
    finders = finders if finders_count is None else finders_count
    if priority is None:
        proven = verdict == "reproduced"
        priority = priority_of(Severity(severity), finders, proven=proven).score
    case = Case.objects.create(
        founder=founder or (findings[0] if findings else None),
        title=title,
        package_type=package_type,
        package=package,
        effect=effect,
        opened_at=at,
        merged_into=merged_into,
        found_at=found_at or min((one.received_at for one in findings), default=at),
        findings_count=(len(findings) or 1) if findings_count is None else findings_count,
        finders_count=finders,
        severity=severity,
        verdict=verdict,
        vers=vers,
        priority=priority,
        **more,
    )
    for finding in findings:
        finding.case = case
        finding.save(update_fields=["case"])
    return case


def make_link(
    source: Finding,
    target: Finding,
    *,
    kind: str = LinkKind.DUPLICATE,
    basis: str = Link.Basis.EXACT,
    reason: str = "the same proof, byte for byte",
    evidence: Mapping[str, Any] | None = None,
    made_by: str = "tidegate",
    made_at: datetime | None = None,
    undone_by: str = "",
    undone_at: datetime | None = None,
    undone_reason: str = "",
) -> Link:
    """Make a link: `source` is a duplicate (a variant, an incomplete fix) of `target`."""
    return Link.objects.create(
        source=source,
        target=target,
        kind=kind,
        basis=basis,
        reason=reason,
        evidence=dict(evidence or {}),
        made_by=made_by,
        made_at=_next(made_at)[1],
        undone_by=undone_by,
        undone_at=undone_at,
        undone_reason=undone_reason,
    )


def make_nomination(
    one: Finding,
    other: Finding,
    *,
    score: float = 0.8,
    reasons: Sequence[Any] = ("the titles are alike",),
    suggestion: str = LinkKind.DUPLICATE,
    state: str = Nomination.State.OPEN,
    made_at: datetime | None = None,
    decided_by: str = "",
    decided_at: datetime | None = None,
    decided_reason: str = "",
) -> Nomination:
    """Make a nomination of two findings, in either order."""
    earlier, later_one = sorted((one, other), key=lambda finding: finding.pk)
    return Nomination.objects.create(
        earlier=earlier,
        later=later_one,
        score=score,
        reasons=list(reasons),
        suggestion=suggestion,
        state=state,
        made_at=_next(made_at)[1],
        decided_by=decided_by,
        decided_at=decided_at,
        decided_reason=decided_reason,
    )


def make_event(
    verb: str = "judged",
    *,
    actor: str = "tidegate",
    case: Case | None = None,
    finding: Finding | None = None,
    at: datetime | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Event:
    """Make an event of a case, a finding, both or neither."""
    return Event.objects.create(
        at=_next(at)[1],
        actor=actor,
        verb=verb,
        case=case,
        finding=finding,
        detail=dict(detail or {}),
    )


def run_row(
    version: str,
    verdict: str,
    *,
    inferred: bool = False,
    line: str = "1",
    runtime: str | None = "node-24",
    prerelease: bool = False,
    yanked: bool = False,
    reason: str = "",
) -> dict[str, Any]:
    """Return one release in a reproduction's range, as `tidegate reproduce --json` prints it."""
    return {
        "version": version,
        "verdict": verdict,
        "inferred": inferred,
        "line": line,
        "runtime": runtime,
        "prerelease": prerelease,
        "yanked": yanked,
        "reason": reason,
    }


_RELEASES: Final = (
    run_row("1.1.3", "reproduced", inferred=True),
    run_row("1.2.0", "reproduced"),
    run_row("1.2.5", "reproduced"),
    run_row("1.2.6", "not-reproduced"),
    run_row("1.2.8", "not-reproduced"),
)


def make_reproduction(
    finding: Finding,
    *,
    version: str = "1.2.0",
    signature: Mapping[str, Any] | None = None,
    releases: Sequence[Any] = (),
    range_runs: Sequence[Mapping[str, Any]] | None = _RELEASES,
    runs: Sequence[Mapping[str, Any]] | None = None,
    document: Mapping[str, Any] | None = None,
    receipt: bytes = b'{"payload":"e30=","payloadType":"x","signatures":[]}',
    small_proof: Any = None,
    started_at: datetime | None = None,
    finished_at: datetime | None = None,
) -> Reproduction:
    """Make a finding's reproduction; `range_runs` None leaves the range out of its document."""
    if document is None:
        document = reproduced_document(finding, version, range_runs, runs)
    seals, key = seals_of(finding.delivery_id), finding.key
    return Reproduction.objects.create(
        finding=finding,
        version=version,
        signature=dict(signature or {}),
        releases=list(releases),
        document=seals.seal_data(dict(document), Part.REPRODUCTION.of(key)),
        receipt=seals.seal(receipt, Part.RECEIPT.of(key)),
        small_proof=small_proof and seals.seal_data(small_proof, Part.SMALL_PROOF.of(key)),
        started_at=_next(started_at)[1],
        finished_at=_next(finished_at)[1],
    )


def reproduced_document(
    finding: Finding,
    version: str,
    range_runs: Sequence[Mapping[str, Any]] | None,
    runs: Sequence[Mapping[str, Any]] | None,
) -> dict[str, Any]:
    """Return what `tidegate reproduce --json` might print of a finding."""
    run = {
        "version": version,
        "program": "proof.js",
        "purpose": "proof",
        "runtime": "node-24",
        "fired": True,
        "attributed": True,
        "reason": "",
        "ending": "exited",
        "exit_code": 0,
        "signal": None,
        "target_used": True,
        "tampered": None,
        "wall_milliseconds": 84,
        "cpu_milliseconds": 60,
        "memory_bytes": 41_000_000,
        "scales": [],
        "frames": ["minimist/index.js:69:16 setKey", "proof.js:2:1"],
        "stdout": "polluted\n",
        "stderr": "",
        "evidence_sha256": "ab" * 32,
    }
    document: dict[str, Any] = {
        "finding": finding.reference,
        "finding_sha256": finding.digest,
        "title": finding.title,
        "package": finding.purl,
        "version": version,
        "effect": finding.effect,
        "verdict": finding.verdict or "reproduced",
        "trust": finding.trust or "L2",
        "reason": "the effect came with the target's code on the stack in 3 of 3 runs of proof.js",
        "runtime": "node-24",
        "runs": [dict(one) for one in runs] if runs is not None else [run] * 3,
    }
    if range_runs is not None:
        affected = [one["version"] for one in range_runs if one["verdict"] == "reproduced"]
        document["range"] = {
            "events": [{"introduced": "0"}, {"fixed": "1.2.6"}],
            "vers": "vers:npm/<1.2.6",
            "affected": affected,
            "strategy": "adaptive",
            "complete": True,
            "notes": [],
            "surprises": [],
            "runs": [dict(one) for one in range_runs],
        }
    return document


def make_judgement(
    finding: Finding,
    *,
    version: str = "1.2.0",
    verdict: str = "reproduced",
    runs: int = 3,
    seconds: float = 0.5,
    data: Mapping[str, Any] | None = None,
    made_at: datetime | None = None,
) -> Judgement:
    """Make the judgement of one version."""
    return Judgement.objects.create(
        finding=finding,
        version=version,
        verdict=verdict,
        runs=runs,
        seconds=seconds,
        data=seals_of(finding.delivery_id).seal_data(
            dict(data or {}), Part.JUDGEMENT.of(finding.key, version)
        ),
        made_at=_next(made_at)[1],
    )


def make_outbox(
    subject: str,
    *,
    topic: str = Outbox.Topic.REPRODUCE,
    round: int = 1,  # noqa: A002
    state: str = Outbox.State.WAITING,
    made_at: datetime | None = None,
    started_at: datetime | None = None,
    done_at: datetime | None = None,
) -> Outbox:
    """Make a piece of promised work."""
    return Outbox.objects.create(
        topic=topic,
        subject=subject,
        round=round,
        state=state,
        made_at=_next(made_at)[1],
        started_at=started_at,
        done_at=done_at,
    )


def make_package(type: str = "npm", name: str = "minimist") -> Package:  # noqa: A002
    """Make a package, or return it."""
    return Package.objects.get_or_create(type=type, name=name)[0]


def _finder(finder: Finder | str | None) -> Finder:
    return finder if isinstance(finder, Finder) else make_finder(finder)
