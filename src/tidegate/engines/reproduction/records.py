"""A reproduction as plain data: what `--json` prints, and what a receipt signs.

The names are the contract of `tidegate reproduce --json`; they may gain fields and lose none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785

from tidegate.engines.reproduction.packages import Archive
from tidegate.engines.reproduction.preparation import Prepared
from tidegate.engines.reproduction.receipts import statement
from tidegate.engines.reproduction.reproduce import Judged, Range, Reproduction
from tidegate.engines.reproduction.trials import Run

_TEXT_SHOWN = 1000


def as_document(reproduction: Reproduction) -> dict[str, Any]:
    """Return what `--json` prints of one finding; `range` only where one was asked for."""
    finding, verdict = reproduction.finding, reproduction.verdict
    document: dict[str, Any] = {
        "finding": finding.id,
        "finding_sha256": finding.digest,
        "title": finding.title,
        "package": finding.target.purl,
        "version": reproduction.version,
        "effect": finding.effect.value,
        "verdict": verdict.word.value,
        "trust": verdict.trust.value,
        "reason": verdict.reason,
        "runtime": reproduction.judged.runtime,
        "runs": [_run(run) for run in reproduction.judged.runs],
    }
    if reproduction.range is not None:
        document["range"] = _range(reproduction.range)
    return document


def as_statement(
    reproduction: Reproduction, *, started: datetime, finished: datetime, tidegate: str
) -> dict[str, Any]:
    """Return the in-toto statement over everything that was run for one finding.

    Its subjects are the finding and every archive that was installed. The range's evidence is
    carried by digest for each version, so that a receipt stays small.
    """
    finding, judged = reproduction.finding, reproduction.judged
    archives = _archives(reproduction)
    subjects = [(finding.id, finding.digest)]
    subjects += [(archive.filename, archive.sha256) for archive in archives]
    predicate = {
        "finding": {"id": finding.id, "sha256": finding.digest},
        "package": finding.target.purl,
        "version": reproduction.version,
        "effect": finding.effect.value,
        "proof": _proof(reproduction),
        "verdict": judged.verdict.word.value,
        "trust": judged.verdict.trust.value,
        "reason": judged.verdict.reason,
        "sandbox": _sandbox(judged),
        "runtime": _runtime(judged),
        "runtimes": _runtimes(reproduction),
        "archives": [_archive(archive) for archive in archives],
        "runs": [_run(run) for run in judged.runs],
        "started": _instant(started),
        "finished": _instant(finished),
        "tidegate": tidegate,
    }
    if reproduction.range is not None:
        predicate["range"] = _signed_range(reproduction.range)
    return statement(_unique(subjects), predicate)


def _run(run: Run) -> dict[str, Any]:
    return {
        "version": run.version,
        "program": run.program,
        "purpose": run.purpose.value,
        "runtime": run.runtime,
        "fired": run.sighting.fired,
        "attributed": run.sighting.attributed,
        "reason": run.sighting.reason or run.complaint,
        "ending": run.ending.value,
        "exit_code": run.exit_code,
        "signal": run.signal,
        "target_used": run.target_used,
        "tampered": run.tampered,
        "wall_milliseconds": round(run.wall_seconds * 1000),
        "cpu_milliseconds": round(run.cpu_seconds * 1000),
        "memory_bytes": run.outcome.peak_memory_bytes,
        "scales": [[scale, round(seconds * 1000)] for scale, seconds in run.scales],
        "frames": list(run.frames),
        "stdout": run.stdout[:_TEXT_SHOWN],
        "stderr": run.stderr[:_TEXT_SHOWN],
        "evidence_sha256": run.evidence_sha256,
    }


def _range(found: Range) -> dict[str, Any]:
    return {
        "events": found.affected.events,
        "vers": found.affected.vers,
        "affected": list(found.affected.affected),
        "strategy": found.search.strategy,
        "complete": found.search.complete,
        "notes": list(found.affected.notes),
        "surprises": list(found.search.surprises),
        "runs": [
            {
                "version": run.version,
                "verdict": run.verdict,
                "inferred": run.inferred,
                "line": run.line,
                "runtime": run.runtime,
                "prerelease": run.prerelease,
                "yanked": run.yanked,
                "reason": run.reason,
            }
            for run in found.search.runs
        ],
    }


def _signed_range(found: Range) -> dict[str, Any]:
    document = _range(found)
    for row in document["runs"]:
        judged = found.judged.get(row["version"])
        runs = [_run(run) for run in judged.runs] if judged else []
        row["evidence_sha256"] = hashlib.sha256(rfc8785.dumps(runs)).hexdigest() if runs else None
    return document


def _archives(reproduction: Reproduction) -> list[Archive]:
    """Return every archive that was installed, once."""
    found = {
        archive.sha256: archive
        for prepared in _prepared(reproduction)
        for archive in prepared.subject.installation.archives
    }
    return list(found.values())


def _runtimes(reproduction: Reproduction) -> list[dict[str, str]]:
    """Return every interpreter that a version was judged on, once."""
    found = {p.subject.runtime.digest: p.subject.runtime for p in _prepared(reproduction)}
    return [{"name": r.name, "executable_sha256": r.digest} for r in found.values()]


def _prepared(reproduction: Reproduction) -> Iterator[Prepared]:
    judged = [reproduction.judged]
    if reproduction.range is not None:
        judged += reproduction.range.judged.values()
    return (one.prepared for one in judged if one.prepared)


def _archive(archive: Archive) -> dict[str, str]:
    return {
        "name": archive.name,
        "version": archive.version,
        "filename": archive.filename,
        "sha256": archive.sha256,
    }


def _proof(reproduction: Reproduction) -> dict[str, str]:
    proof = reproduction.finding.proof
    files: Mapping[str, bytes] = proof.files if proof else {}
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _sandbox(judged: Judged) -> dict[str, Any] | None:
    if not judged.runs:
        return None
    outcome = judged.runs[-1].outcome
    return {
        "tier": outcome.tier,
        "layers": list(outcome.layers),
        "policy_sha256": outcome.policy_sha256,
    }


def _runtime(judged: Judged) -> dict[str, str] | None:
    if judged.prepared is None:
        return None
    runtime = judged.prepared.subject.runtime
    return {"name": runtime.name, "executable_sha256": runtime.digest}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unique(subjects: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return list({digest: (name, digest) for name, digest in subjects}.values())
