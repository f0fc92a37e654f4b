"""A finding's proof cut down: what `minimise` does to texts, asked of real runs.

A candidate is kept when it still shows the effect with the same signature (the target's top
frames) on the version that was judged.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from tidegate.engines.formats.finding import Effect, Finding, Proof
from tidegate.engines.reproduction.judgements import Judgement
from tidegate.engines.reproduction.judging import Judge
from tidegate.engines.reproduction.minimise import RUNS, Files, MinimiseError, minimise
from tidegate.engines.reproduction.packages import Release
from tidegate.engines.reproduction.proof_digests import proof_digest
from tidegate.engines.reproduction.trials import Run

_LEAST_SECONDS = 2.0
_TIMES_AS_LONG = 5
"""How much longer than the longest run of the whole proof a candidate may take."""


@dataclass(frozen=True, slots=True)
class SmallProof:
    """A finding whose proof was cut down."""

    document: Mapping[str, Any]
    """The finding with the small proof, in the contract's format."""
    shown: Mapping[str, str]
    """The files as text, for people."""
    lines_before: int
    lines_after: int
    runs: int
    complete: bool
    """Whether nothing more can go."""
    proof_sha256: str
    """Digest of the small proof, whatever its files are called."""

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)


def smallest_proof(
    judge: Judge, finding: Finding, known: Judgement, budget: int = RUNS
) -> SmallProof:
    """Cut down the program that fires; variants that do not decide the verdict go.

    `known` is the judgement on the version that it is tried on; `budget` bounds the runs.

    Raises:
        MinimiseError: the finding does not reproduce, so there is nothing to keep.
        SandboxError: nothing can be run here at all.
    """
    proof = judge.proof
    fired = next((one for one in known.shown if one.program == known.program), None)
    if not known.word.affected or fired is None:
        raise MinimiseError(
            f"{finding.id} is {known.word.value} ({known.reason}); "
            "only a proof that reproduces can be cut down"
        )
    attempt = judge.attempt(Release(finding.target.package, known.version), known)
    program = fired.program
    hurried = replace(proof, timeout=_patience(finding, known))

    def keeps(files: Files) -> bool:
        run = attempt(_with_files(hurried, program, files), program)
        return _shows(run) and run.sighting.signature == fired.frames

    kept = {name for name in (program, proof.benign) if name}
    start = {name: content for name, content in proof.files.items() if name != proof.benign}
    start = {n: c for n, c in start.items() if n == program or n not in _programs(proof)}
    found = minimise(start, keeps, protected=kept, budget=budget)
    return SmallProof(
        document=_document(finding, proof, program, found.files),
        shown={name: content.decode("utf-8", "replace") for name, content in found.files.items()},
        lines_before=_lines(start),
        lines_after=_lines(found.files),
        runs=found.runs,
        complete=found.complete,
        proof_sha256=proof_digest(_with_files(proof, program, found.files), names=False),
    )


def _patience(finding: Finding, known: Judgement) -> float:
    """Return for how many seconds a candidate may run: one that waits for nothing shows nothing.

    A denial of service keeps its time, because running out of it is part of the effect.
    """
    proof = finding.proof
    assert proof is not None  # it fired
    if finding.effect is Effect.DENIAL_OF_SERVICE:
        return proof.timeout
    longest = max(run["wall_milliseconds"] for run in known.runs) / 1000
    return float(min(proof.timeout, _LEAST_SECONDS + _TIMES_AS_LONG * longest))


def _shows(run: Run) -> bool:
    sighting = run.sighting
    return (sighting.attributed or sighting.fired) and run.tampered is None


def _programs(proof: Proof) -> set[str]:
    return {proof.entry, *proof.variants}


def _with_files(proof: Proof, program: str, files: Files) -> Proof:
    return replace(proof, entry=program, variants=(), files=dict(files))


def _document(finding: Finding, proof: Proof, program: str, files: Files) -> dict[str, Any]:
    kept = dict(files)
    if proof.benign is not None:
        kept[proof.benign] = proof.files[proof.benign]
    document = dict(finding.document)
    pov = {key: value for key, value in document["pov"].items() if key != "variants"}
    document["pov"] = {**pov, "entry": program, "files": {n: _text(c) for n, c in kept.items()}}
    return document


def _text(content: bytes) -> Any:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}


def _lines(files: Mapping[str, bytes]) -> int:
    return sum(len(content.splitlines()) for content in files.values())
