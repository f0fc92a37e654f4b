"""Both versions of a package, the base and the mended one, laid out on one runtime.

Which runtime, and how each was installed, is written down when a climb begins (`Ground.to_data`),
so that every later step, in whatever process, runs on the same. Nothing of either is executed
outside of the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from tidegate.engines.formats.finding import Finding, Proof
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.effects import Effect, effect_named
from tidegate.engines.reproduction.fixes.patched_trees import NotReleasedError, patched
from tidegate.engines.reproduction.fixes.patching import PatchError
from tidegate.engines.reproduction.fixes.values import Fix, FixKind
from tidegate.engines.reproduction.packages import (
    Ecosystem,
    PackageError,
    Release,
    Runtime,
)
from tidegate.engines.reproduction.preparation import (
    Prepared,
    Unprepared,
    laid_out_again,
    prepare,
    tries_of,
)
from tidegate.engines.reproduction.run_records import (
    RunRecord,
    control_of,
    harmless_of,
    result_of,
    run_record,
)
from tidegate.engines.reproduction.trials import Laboratory, Purpose, Run, Subject
from tidegate.engines.reproduction.verdicts import Word, counts, judge


class Side(StrEnum):
    """Which of the two versions."""

    BASE = "base"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Ground:
    """One finding's proof, and both versions to run it on."""

    finding: Finding
    proof: Proof
    effect: Effect
    base: Subject
    fixed: Subject
    control: RunRecord
    """The harmless run on the base version that showed that it works here."""

    def on(self, side: Side) -> Subject:
        """Return one of the versions."""
        return self.base if side is Side.BASE else self.fixed

    @property
    def programs(self) -> tuple[str, ...]:
        """The entry and the variants."""
        return (self.proof.entry, *self.proof.variants)

    def fired(self, record: RunRecord) -> bool:
        """Tell whether the effect came in a run, by the target's doing and without tampering."""
        return record["tampered"] is None and counts(result_of(record), self.effect.name)

    def silent(self, program: str, records: Sequence[RunRecord], control: RunRecord) -> str:
        """Return why runs on a version do not show that it is quiet; empty if they do."""
        verdict = judge(
            effect=self.effect.name,
            programs={program: [result_of(record) for record in records]},
            controls=(control_of(control),),
            required=len(records),
        )
        return "" if verdict.word is Word.NOT_REPRODUCED else verdict.reason


@dataclass(frozen=True, slots=True)
class Laid:
    """What was found when a ground was laid out: the ground, or why there is none."""

    ground: Ground | None
    problem: str = ""
    possible: bool = True
    """Whether the fix itself is to blame; otherwise it cannot be told here."""
    built: Mapping[str, bool] | None = None
    notes: tuple[str, ...] = ()
    after: RunRecord | None = None
    """The run that showed whether the mended version can be used at all."""

    @property
    def after_purpose(self) -> str:
        """What that run was: the harmless program, or a mere import."""
        return self.after["purpose"] if self.after else ""


@dataclass(frozen=True, slots=True)
class Trier:
    """Lays out and runs; safe to use from several threads."""

    laboratory: Laboratory
    ecosystem: Ecosystem
    cache: Cache

    def lay_out(self, fix: Fix, finding: Finding) -> Laid:
        """Find a runtime on which both versions can be used.

        The one is preferred on which the harmless program passes on both; then one on which the
        mended version can at least be imported.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        proof, effect = _proof_of(finding), effect_named(finding.effect)
        package = finding.target.package
        base, mended = Release(package, fix.base), Release(package, fix.version or fix.base)
        second: Laid | None = None
        failed: Laid | None = None
        nearest = ""
        for runtime, built in tries_of(self.ecosystem, effect):
            found = self._prepare(effect, proof, base, runtime, built=built)
            if isinstance(found, Unprepared):
                nearest = nearest or found.reason
                continue
            laid = (
                self._patched(fix, finding, proof, effect, found)
                if fix.kind is FixKind.PATCH
                else self._released(finding, proof, effect, found, mended)
            )
            if laid.ground is None:
                failed = failed or laid
                if fix.kind is FixKind.PATCH:
                    break  # another runtime does not make a diff fit
            elif fix.kind is FixKind.PATCH or laid.after_purpose == _harmless_purpose(proof):
                return laid
            else:
                second = second or laid
        if second is not None:
            return second
        if failed is not None:
            return failed
        return Laid(None, f"{package} {fix.base} cannot be used here: {nearest}", possible=False)

    def again(self, fix: Fix, finding: Finding, data: Mapping[str, Any]) -> Ground:
        """Return the ground that `ground_data` wrote down, without searching anew.

        Raises:
            PackageError: it cannot be laid out here any more as it was.
        """
        proof, effect = _proof_of(finding), effect_named(finding.effect)
        base = self._again(effect, proof, fix.base, finding, data, Side.BASE)
        if fix.kind is FixKind.PATCH:
            try:
                installation, _ = patched(self.cache, fix, base.installation)
            except PatchError as error:
                raise PackageError(f"the patch does not apply any more: {error}") from error
            fixed = replace(base, installation=installation)
        else:
            fixed = self._again(effect, proof, fix.version, finding, data, Side.FIXED)
        return Ground(finding, proof, effect, base, fixed, data["control"])

    def run_all(
        self, ground: Ground, runs: Sequence[tuple[Side, str | None, Purpose]]
    ) -> list[RunRecord]:
        """Run programs of the proof beside each other, as many as there are sandboxes."""
        harmless = harmless_of(ground.control)
        pool = ThreadPoolExecutor(len(self.laboratory.sandboxes))
        try:
            return list(
                pool.map(
                    lambda one: run_record(
                        self.laboratory.try_program(
                            ground.on(one[0]), ground.proof, one[1], one[2], harmless
                        )
                    ),
                    runs,
                )
            )
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _prepare(
        self, effect: Effect, proof: Proof, release: Release, runtime: Runtime, *, built: bool
    ) -> Prepared | Unprepared:
        tries = [(runtime, built)]
        return prepare(self.laboratory, self.ecosystem, effect, proof, release, tries)

    def _patched(
        self, fix: Fix, finding: Finding, proof: Proof, effect: Effect, found: Prepared
    ) -> Laid:
        try:
            installation, notes = patched(self.cache, fix, found.subject.installation)
        except NotReleasedError as error:
            return Laid(None, str(error), possible=False)
        except PatchError as error:
            return Laid(None, f"it does not apply: {error}")
        fixed = replace(found.subject, installation=installation)
        run = self.laboratory.try_program(fixed, proof, None, Purpose.IMPORT)
        if not run.worked:
            told = f"it applies, and what comes of it cannot be used: {run.complaint}"
            return Laid(None, told, after=run_record(run))
        built = {"base": found.built, "fixed": found.built}
        return Laid(
            Ground(finding, proof, effect, found.subject, fixed, run_record(found.control)),
            built=built,
            notes=notes,
            after=run_record(run),
        )

    def _released(
        self, finding: Finding, proof: Proof, effect: Effect, found: Prepared, mended: Release
    ) -> Laid:
        runtime = found.subject.runtime
        tries = [(runtime, False), (runtime, True)]
        tried = prepare(self.laboratory, self.ecosystem, effect, proof, mended, tries)
        if isinstance(tried, Unprepared) and proof.benign is not None:
            imported = replace(proof, benign=None)
            tried = prepare(self.laboratory, self.ecosystem, effect, imported, mended, tries)
        if isinstance(tried, Unprepared):
            where = f"on {runtime.name}, on which {found.subject.installation.release.version} is"
            told = f"{mended.version} cannot be used {where}: {tried.reason}"
            return Laid(
                None, told, possible=tried.control is not None, after=_recorded(tried.control)
            )
        return Laid(
            Ground(finding, proof, effect, found.subject, tried.subject, run_record(found.control)),
            built={"base": found.built, "fixed": tried.built},
            after=run_record(tried.control),
        )

    def _again(
        self,
        effect: Effect,
        proof: Proof,
        version: str,
        finding: Finding,
        data: Mapping[str, Any],
        side: Side,
    ) -> Subject:
        subject = laid_out_again(
            self.ecosystem,
            effect,
            proof,
            Release(finding.target.package, version),
            runtime_digest=data["runtime"]["executable_sha256"],
            archives=[archive["sha256"] for archive in data["archives"][side]],
            built=data["built"][side],
        )
        if subject is None:
            raise PackageError(
                f"{finding.target.package} {version} cannot be laid out here as it was before;"
                " begin the climb anew"
            )
        return subject


def ground_data(laid: Laid) -> dict[str, Any]:
    """Return as JSON data how a ground was laid out."""
    ground = laid.ground
    assert ground is not None  # the caller looked
    runtime = ground.base.runtime
    return {
        "finding": ground.finding.id,
        "sha256": ground.finding.digest,
        "runtime": {"name": runtime.name, "executable_sha256": runtime.digest},
        "built": dict(laid.built or {}),
        "archives": {
            side.value: [asdict(archive) for archive in ground.on(side).installation.archives]
            for side in Side
        },
        "control": dict(ground.control),
        "after": dict(laid.after) if laid.after else None,
        "notes": list(laid.notes),
    }


def _proof_of(finding: Finding) -> Proof:
    assert finding.proof is not None  # `Climber.begin` refuses a finding without one
    return finding.proof


def _harmless_purpose(proof: Proof) -> Purpose:
    return Purpose.IMPORT if proof.benign is None else Purpose.BENIGN


def _recorded(run: Run | None) -> RunRecord | None:
    return run_record(run) if run is not None else None
