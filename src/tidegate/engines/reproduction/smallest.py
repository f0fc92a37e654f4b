"""A finding's proof cut down: what `minimise` does to texts, asked of real runs.

A candidate is kept when it still shows the effect with the same signature (the target's top
frames) on the version that the finding names, and shows nothing against an empty package.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tidegate.engines.formats.finding import Finding, Proof
from tidegate.engines.reproduction.minimise import Files, MinimiseError, minimise
from tidegate.engines.reproduction.reproduce import Reproducer, Wishes
from tidegate.engines.reproduction.trials import Purpose, Run


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


def smallest_proof(reproducer: Reproducer, finding: Finding) -> SmallProof:
    """Cut down the program that fires; variants that do not decide the verdict go.

    Raises:
        MinimiseError: the finding does not reproduce, so there is nothing to keep.
        SandboxError: nothing can be run here at all.
    """
    judged = reproducer.reproduce(finding, Wishes()).judged
    prepared, proof = judged.prepared, finding.proof
    fired = next((run for run in judged.runs if _shows(run)), None)
    if not judged.word.affected or prepared is None or proof is None or fired is None:
        raise MinimiseError(
            f"{finding.id} is {judged.word.value} ({judged.reason}); "
            "only a proof that reproduces can be cut down"
        )
    program = fired.program

    def keeps(files: Files) -> bool:
        candidate = _with_files(proof, program, files)
        run = reproducer.laboratory.try_program(
            prepared.subject, candidate, program, Purpose.PROOF, prepared.harmless
        )
        return _shows(run) and run.sighting.signature == fired.sighting.signature

    kept = {name for name in (program, proof.benign) if name}
    start = {name: content for name, content in proof.files.items() if name != proof.benign}
    start = {n: c for n, c in start.items() if n == program or n not in _programs(proof)}
    found = minimise(start, keeps, protected=kept)
    return SmallProof(
        document=_document(finding, proof, program, found.files),
        shown={name: content.decode("utf-8", "replace") for name, content in found.files.items()},
        lines_before=_lines(start),
        lines_after=_lines(found.files),
        runs=found.runs,
        complete=found.complete,
    )


def _shows(run: Run) -> bool:
    sighting = run.sighting
    seen = sighting.attributed or (sighting.fired and run.program != "import")
    return run.purpose is Purpose.PROOF and seen and run.tampered is None


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
