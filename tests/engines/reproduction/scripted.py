"""A laboratory that runs nothing: what each program shows on each version is written down."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.effects.model import NOTHING, Sighting
from tidegate.engines.reproduction.frames import Frame, Owner
from tidegate.engines.reproduction.trials import Laboratory, Purpose, Run, Subject
from tidegate.engines.sandbox.model import Ending, Outcome, Program

Shows = Callable[[str, str, int], bool]
"""Version, program, and how often it was run before: whether the effect comes."""


class _Nowhere:
    """A sandbox that nothing must reach."""

    tier = "scripted"

    def run(self, program: Program) -> Outcome:
        raise AssertionError("a scripted laboratory runs nothing")

    def close(self) -> None:
        pass


class ScriptedLaboratory(Laboratory):
    """Answers as the script says, in records that are always the same.

    `broken` are the versions on which the harmless program fails.
    """

    def __init__(self, shows: Shows, *, broken: frozenset[str] = frozenset()) -> None:
        super().__init__([_Nowhere()])
        self.shows = shows
        self.broken = broken
        self.runs: Counter[tuple[str, str, Purpose]] = Counter()

    def __hash__(self) -> int:
        return id(self)

    def try_program(
        self,
        subject: Subject,
        proof: Proof,
        program: str | None,
        purpose: Purpose,
        harmless: Mapping[int, float] | None = None,
    ) -> Run:
        version, name = subject.installation.release.version, program or "import"
        number = self.runs[version, name, purpose]
        self.runs[version, name, purpose] += 1
        fires = purpose is Purpose.PROOF and self.shows(version, name, number)
        fails = purpose in (Purpose.BENIGN, Purpose.IMPORT) and version in self.broken
        identity = f"{version} {name} {purpose} {number}"
        outcome = _outcome(1 if fails else 0)
        return Run(
            version=version,
            program=name,
            purpose=purpose,
            runtime=subject.runtime.name,
            sighting=_sighting(subject) if fires else NOTHING,
            ending=outcome.ending,
            exit_code=outcome.exit_code,
            signal=None,
            wall_seconds=0.25,
            cpu_seconds=0.125,
            target_used=True,
            tampered=None,
            stdout="",
            stderr="",
            evidence_sha256=hashlib.sha256(identity.encode()).hexdigest(),
            outcome=outcome,
        )


def _sighting(subject: Subject) -> Sighting:
    root = subject.installation.target_roots[0]
    return Sighting(
        fired=True,
        attributed=True,
        reason="every object got the property",
        signature=("index.js:assign",),
        frames=(Frame(Owner.TARGET, f"{root}/index.js", 2, "assign"),),
    )


def _outcome(code: int) -> Outcome:
    return Outcome(
        ending=Ending.EXITED,
        exit_code=code,
        signal=None,
        wall_seconds=0.25,
        cpu_seconds=0.125,
        peak_memory_bytes=1 << 20,
        stdout=b"",
        stderr=b"",
        stdout_bytes=0,
        stderr_bytes=0,
        messages=(),
        samples=b"",
        samples_sent=0,
        connections=0,
        witnesses={},
        faults=(),
        tier="scripted",
        layers=("none",),
        policy_sha256="0" * 64,
    )
