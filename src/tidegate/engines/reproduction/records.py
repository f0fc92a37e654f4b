"""A reproduction as plain data: what `--json` prints, and what a receipt signs.

The names are the contract of `tidegate reproduce --json`; they may gain fields and lose none.
Everything is made from a finding and from plain data (judgements, the range), so that whoever
keeps those can make the same document, to the byte, at any later time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import rfc8785

from tidegate.engines.formats.finding import Finding
from tidegate.engines.formats.instants import written_to_seconds
from tidegate.engines.reproduction.conclusions import Judgements, Range
from tidegate.engines.reproduction.judgements import Judgement
from tidegate.engines.reproduction.receipts import statement as in_toto_statement

if TYPE_CHECKING:
    from tidegate.engines.reproduction.reproduce import Reproduction

RangeData = Mapping[str, Any]
"""The `range` of a document, as `range_data` makes it."""


def as_document(reproduction: Reproduction) -> dict[str, Any]:
    """Return what `--json` prints of one finding; `range` only where one was asked for."""
    return document(reproduction.finding, reproduction.judged, _range_of(reproduction))


def as_statement(
    reproduction: Reproduction, *, started: datetime, finished: datetime, tidegate: str
) -> dict[str, Any]:
    """Return the in-toto statement over everything that was run for one finding."""
    found = reproduction.range
    return statement(
        reproduction.finding,
        reproduction.judged,
        _range_of(reproduction),
        found.judged if found else {},
        started=started,
        finished=finished,
        tidegate=tidegate,
    )


def document(finding: Finding, named: Judgement, found: RangeData | None = None) -> dict[str, Any]:
    """Return what `--json` prints of a finding, from the judgement on the version it names."""
    made: dict[str, Any] = {
        "finding": finding.id,
        "finding_sha256": finding.digest,
        "title": finding.title,
        "package": finding.target.purl,
        "version": named.version,
        "effect": finding.effect.value,
        "verdict": named.word.value,
        "trust": named.trust.value,
        "reason": named.reason,
        "runtime": named.runtime_name,
        "runs": [dict(run) for run in named.runs],
    }
    if found is not None:
        made["range"] = dict(found)
    return made


def statement(
    finding: Finding,
    named: Judgement,
    found: RangeData | None,
    answers: Judgements,
    *,
    started: datetime,
    finished: datetime,
    tidegate: str,
) -> dict[str, Any]:
    """Return the in-toto statement over everything that was run for a finding.

    Its subjects are the finding and every archive that was installed. The range's evidence is
    carried by digest for each version, so that a receipt stays small.
    """
    judged = [named, *_in_order(found, answers)]
    archives = {archive["sha256"]: dict(archive) for one in judged for archive in one.archives}
    runtimes = {
        one.runtime["executable_sha256"]: dict(one.runtime) for one in judged if one.runtime
    }
    subjects = [(finding.id, finding.digest)]
    subjects += [(archive["filename"], archive["sha256"]) for archive in archives.values()]
    predicate = {
        "finding": {"id": finding.id, "sha256": finding.digest},
        "package": finding.target.purl,
        "version": named.version,
        "effect": finding.effect.value,
        "proof": _proof(finding),
        "verdict": named.word.value,
        "trust": named.trust.value,
        "reason": named.reason,
        "sandbox": dict(named.sandbox) if named.sandbox else None,
        "runtime": dict(named.runtime) if named.runtime else None,
        "runtimes": list(runtimes.values()),
        "archives": list(archives.values()),
        "runs": [dict(run) for run in named.runs],
        "started": written_to_seconds(started),
        "finished": written_to_seconds(finished),
        "tidegate": tidegate,
    }
    if found is not None:
        predicate["range"] = _signed_range(found, answers)
    return in_toto_statement(_unique(subjects), predicate)


def range_data(found: Range) -> dict[str, Any]:
    """Return a range as JSON data."""
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


def _range_of(reproduction: Reproduction) -> RangeData | None:
    return None if reproduction.range is None else range_data(reproduction.range)


def _in_order(found: RangeData | None, answers: Judgements) -> list[Judgement]:
    """Return the judgements in version order: the mapping's own order depends on who was faster."""
    rows = found["runs"] if found is not None else ()
    return [answers[row["version"]] for row in rows if row["version"] in answers]


def _signed_range(found: RangeData, answers: Judgements) -> dict[str, Any]:
    rows = []
    for row in found["runs"]:
        judged = answers.get(row["version"])
        runs = [dict(run) for run in judged.runs] if judged else []
        digest = hashlib.sha256(rfc8785.dumps(runs)).hexdigest() if runs else None
        rows.append({**row, "evidence_sha256": digest})
    return {**found, "runs": rows}


def _proof(finding: Finding) -> dict[str, str]:
    files = finding.proof.files if finding.proof else {}
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _unique(subjects: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return list({digest: (name, digest) for name, digest in subjects}.values())
