"""The judgement on one version: a verdict with everything that stands behind it, as a plain value.

It can be written down as JSON and read again, so that whoever works in steps can stop after any of
them and go on in another process. What a later step needs to judge the version again (the runs'
records, the controls, how the release was laid out) is part of it; what only lives in a process
(an installation, an outcome with all its bytes) is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tidegate.engines.reproduction.run_records import RunRecord
from tidegate.engines.reproduction.signatures import BehaviourSignature, agreed
from tidegate.engines.reproduction.verdicts import Control, Trust, Verdict, Word


@dataclass(frozen=True, slots=True)
class Shown:
    """One run of the proof in which the effect came."""

    program: str
    frames: tuple[str, ...]
    """The target's top frames, without line numbers: what must stay when the proof is cut down."""
    behaviour: BehaviourSignature
    """What tells this bug from others."""

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "program": self.program,
            "frames": list(self.frames),
            "behaviour": self.behaviour.to_data(),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Shown:
        """Read what `to_data` made."""
        behaviour = BehaviourSignature.from_data(data["behaviour"])
        return cls(data["program"], tuple(data["frames"]), behaviour)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One version: its verdict and the runs behind it."""

    version: str
    verdict: Verdict
    required: int = 0
    """How often each program had to be run for it; 0 if nothing of the proof was run."""
    runtime: Mapping[str, str] | None = None
    """The interpreter, `name` and `executable_sha256`; None if the version could not be used."""
    runs: tuple[RunRecord, ...] = ()
    """The harmless control first, then those against the empty package, then the proof's."""
    archives: tuple[Mapping[str, str], ...] = ()
    """What was installed: `name`, `version`, `filename` and `sha256` of each file."""
    built: bool = False
    """Whether it was built from its sources, in the sandbox."""
    sandbox: Mapping[str, Any] | None = None
    """`tier`, `layers` and `policy_sha256`; None if nothing was run."""
    controls: tuple[Control, ...] = ()
    """The controls that say something of the proof, whatever the version."""
    shown: tuple[Shown, ...] = ()
    """The runs in which the effect came and nothing was tampered with."""

    @property
    def word(self) -> Word:
        """The verdict's word."""
        return self.verdict.word

    @property
    def trust(self) -> Trust:
        """What stands behind the word."""
        return self.verdict.trust

    @property
    def reason(self) -> str:
        """Why the word is what it is."""
        return self.verdict.reason

    @property
    def program(self) -> str | None:
        """The program that decided."""
        return self.verdict.program

    @property
    def fired(self) -> int:
        """In how many of that program's runs the effect came, attributed to the target."""
        return self.verdict.fired

    @property
    def runtime_name(self) -> str:
        """The interpreter as a verdict names it; empty if there was none."""
        return self.runtime["name"] if self.runtime else ""

    @property
    def signature(self) -> BehaviourSignature:
        """What tells the bug from others, if it reproduced; of the program that decided."""
        if self.word is not Word.REPRODUCED:
            return BehaviourSignature(problem=f"the version is {self.word.value}")
        return agreed([one.behaviour for one in self.shown if one.program == self.program])

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data: dictionaries, lists, texts, numbers, booleans and None."""
        verdict = self.verdict
        return {
            "version": self.version,
            "word": verdict.word.value,
            "trust": verdict.trust.value,
            "reason": verdict.reason,
            "program": verdict.program,
            "fired": verdict.fired,
            "counted": verdict.runs,
            "required": self.required,
            "runtime": dict(self.runtime) if self.runtime is not None else None,
            "runs": [dict(run) for run in self.runs],
            "archives": [dict(archive) for archive in self.archives],
            "built": self.built,
            "sandbox": dict(self.sandbox) if self.sandbox is not None else None,
            "controls": [asdict(control) for control in self.controls],
            "shown": [one.to_data() for one in self.shown],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Judgement:
        """Read what `to_data` made; `KeyError` or `ValueError` for anything else."""
        return cls(
            version=data["version"],
            verdict=Verdict(
                Word(data["word"]),
                Trust(data["trust"]),
                data["reason"],
                data["program"],
                data["fired"],
                data["counted"],
            ),
            required=data["required"],
            runtime=data["runtime"],
            runs=tuple(data["runs"]),
            archives=tuple(data["archives"]),
            built=data["built"],
            sandbox=data["sandbox"],
            controls=tuple(Control(**control) for control in data["controls"]),
            shown=tuple(Shown.from_data(one) for one in data["shown"]),
        )


def nothing_known(version: str, reason: str) -> Judgement:
    """Return the judgement on a version of which nothing can be said, and why."""
    return Judgement(version, Verdict(Word.INCONCLUSIVE, Trust.L0, reason))
