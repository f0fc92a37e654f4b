"""Both versions of a package, the base and the mended one, laid out on one runtime.

Which runtime, and how each was installed, is written down when a climb begins (`Ground.to_data`),
so that every later step, in whatever process, runs on the same. A patch is applied to a copy of
the base's own files, in memory and then in the cache; nothing of either is executed outside of
the sandbox.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from tidegate.engines.formats.finding import Finding, Proof
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.effects import Effect, effect_named
from tidegate.engines.reproduction.fixes.patching import Change, PatchError, applied
from tidegate.engines.reproduction.fixes.places import in_package, is_aside
from tidegate.engines.reproduction.fixes.reading import changes
from tidegate.engines.reproduction.fixes.values import Fix, FixKind
from tidegate.engines.reproduction.packages import (
    Ecosystem,
    Installation,
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

_LAYOUT = "fixed-1"
_MOST_CHANGED_BYTES = 16 << 20


class Side(StrEnum):
    """Which of the two versions."""

    BASE = "base"
    FIXED = "fixed"


class NotReleasedError(PatchError):
    """A diff changes what a release does not hold in that form: sources that are compiled."""


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


def patched(
    cache: Cache, fix: Fix, installation: Installation
) -> tuple[Installation, tuple[str, ...]]:
    """Return an installation whose target has a patch applied, and notes on how.

    Raises:
        NotReleasedError: it changes only what the release does not hold.
        PatchError: it does not apply.
    """
    target = next(bind for bind in installation.binds if bind.target in installation.target_roots)
    made, notes = _contents(changes(fix), target.source, installation)
    identity = [str(part) for part in target.source.parts[-3:]]
    for path, content in sorted(made.items()):
        identity += [path, hashlib.sha256(content).hexdigest() if content is not None else "-"]
    key = hashlib.sha256("\n".join(identity).encode()).hexdigest()
    tree = cache.tree(_LAYOUT, key, lambda folder: copy_with(target.source, folder, made))
    binds = tuple(
        replace(bind, source=tree) if bind is target else bind for bind in installation.binds
    )
    return replace(installation, binds=binds, note="patched"), notes


def copy_with(source: Path | None, folder: Path, made: Mapping[str, bytes | None]) -> None:
    """Fill a folder with a tree, if there is one, and exchange some files; None is one that goes.

    Nothing is written through a link: what stands in the way of a new file is taken out first.
    """
    if source is not None:
        shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    folder.chmod(0o755)
    for path, content in made.items():
        place = folder
        *above, name = path.split("/")
        for part in above:
            place /= part
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                raise PatchError(f"{path} does not lie in a folder of the package")
            place.mkdir(mode=0o755, exist_ok=True)
        shutil.rmtree(place / "__pycache__", ignore_errors=True)
        file = place / name
        mode = 0o755 if file.is_file() and file.stat().st_mode & 0o100 else 0o644
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
            file.chmod(mode)


def _contents(
    changed: Sequence[Change], root: Path, installation: Installation
) -> tuple[dict[str, bytes | None], tuple[str, ...]]:
    made: dict[str, bytes | None] = {}
    notes: list[str] = []
    total = 0
    for change in changed:
        path = in_package(change, root, installation.modules, python=bool(installation.search_path))
        if path is None:
            if not is_aside(change.path):
                raise NotReleasedError(
                    f"{change.path} is not among what the release installs; give a diff against"
                    " that, or a released version"
                )
            notes.append(f"{change.path} is not installed, so it was left out")
            continue
        if path in made:
            notes.append(f"{change.path} is for another Python, so it was left out")
            continue
        content = None if change.adds else _read(root, path)
        made[path], offset = applied(replace(change, path=path), content)
        total += len(made[path] or b"")
        if total > _MOST_CHANGED_BYTES:
            raise PatchError(f"it changes more than {_MOST_CHANGED_BYTES >> 20} MiB")
        if offset:
            notes.append(f"{change.path} fits {offset} lines from where the diff says")
    if not made:
        raise NotReleasedError("it changes nothing of what the release installs")
    return made, tuple(notes)


def _read(root: Path, path: str) -> bytes | None:
    place = root / path
    if any(above.is_symlink() for above in (place, *place.parents) if root in above.parents):
        raise PatchError(f"{path} is a link, which cannot be patched")
    if not place.is_file():
        return None
    if place.stat().st_size > _MOST_CHANGED_BYTES:
        raise PatchError(f"{path} is larger than {_MOST_CHANGED_BYTES >> 20} MiB")
    return place.read_bytes()


def _proof_of(finding: Finding) -> Proof:
    assert finding.proof is not None  # `Climber.begin` refuses a finding without one
    return finding.proof


def _harmless_purpose(proof: Proof) -> Purpose:
    return Purpose.IMPORT if proof.benign is None else Purpose.BENIGN


def _recorded(run: Run | None) -> RunRecord | None:
    return run_record(run) if run is not None else None
