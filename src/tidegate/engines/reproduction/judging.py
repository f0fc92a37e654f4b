"""Judging one version of a package by running a proof on it, with its controls.

- The version that a finding names is run with every control: each program once against an empty
  package of the same name, then `RUNS` times on the release. An assertion, the weakest effect, also
  needs a released version on which it stays quiet.
- Every other version takes those controls over and needs only its own: that it works here at all.
  Each program is run once, until one fires.
- What a claim rests on is run again, up to `RUNS` times.

A proof is hostile and a package may be: nothing here executes either outside of a sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.effects import Effect
from tidegate.engines.reproduction.judgements import Judgement, Shown, nothing_known
from tidegate.engines.reproduction.packages import Ecosystem, PackageError, Release
from tidegate.engines.reproduction.preparation import (
    Prepared,
    Unprepared,
    laid_out_again,
    prepare,
)
from tidegate.engines.reproduction.run_records import (
    RunRecord,
    control_of,
    harmless_of,
    result_of,
    run_record,
)
from tidegate.engines.reproduction.signatures import behaviour
from tidegate.engines.reproduction.target_code import InstalledCode
from tidegate.engines.reproduction.trials import Laboratory, Purpose, Run, Subject
from tidegate.engines.reproduction.verdicts import (
    ASSERTION,
    HARMLESS,
    RUNS,
    Control,
    Verdict,
    judge,
)

_QUIET_PROBES = 12
"""How many releases are tried in search of one on which an assertion stays quiet."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges versions of one package by one proof; safe to use from several threads."""

    laboratory: Laboratory
    ecosystem: Ecosystem
    effect: Effect
    proof: Proof

    @property
    def programs(self) -> tuple[str, ...]:
        """The entry and the variants, in the finding's order."""
        return (self.proof.entry, *self.proof.variants)

    def named(self, release: Release, releases: Sequence[Release]) -> Judgement:
        """Judge the version that the finding names, with every control; `releases` are all.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        prepared = self._prepare(release)
        if isinstance(prepared, Unprepared):
            return _not_prepared(release, prepared)
        subject, harmless = prepared.subject, run_record(prepared.control)
        empty = replace(subject, installation=self.ecosystem.empty(subject.installation))
        against_empty = [
            run_record(run) for run in self._run_all(empty, self.programs, Purpose.EMPTY, harmless)
        ]
        controls = tuple(control_of(run) for run in against_empty)
        runs = self._run_all(subject, _each(self.programs, RUNS), Purpose.PROOF, harmless)
        if self.effect.name == ASSERTION and any(run.sighting.fired for run in runs):
            controls += self._quiet(release, releases, controls)
        judged = self._judgement(prepared, runs, controls, RUNS)
        return replace(judged, runs=(harmless, *against_empty, *judged.runs[1:]))

    def other(self, release: Release, controls: Sequence[Control], times: int = 1) -> Judgement:
        """Judge another version, with the controls that the named one already has.

        Each program is run `times` times; where that is once, the first that fires ends it.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        prepared = self._prepare(release)
        if isinstance(prepared, Unprepared):
            return _not_prepared(release, prepared)
        subject, harmless = prepared.subject, run_record(prepared.control)
        if times > 1:
            runs = self._run_all(subject, _each(self.programs, times), Purpose.PROOF, harmless)
            return self._judgement(prepared, runs, controls, times)
        runs = []
        for program in self.programs:
            runs.append(self._run(subject, program, Purpose.PROOF, harmless))
            if runs[-1].sighting.attributed and runs[-1].tampered is None:
                break
        return self._judgement(prepared, runs, controls, times)

    def again(self, release: Release, known: Judgement) -> Judgement:
        """Add to the one run of each program what `RUNS` asks for; only what fired, if it did.

        The release is laid out as it was before. Where it cannot be, because an interpreter or an
        archive is gone, everything is run anew.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        subject = self._as_before(release, known)
        if subject is None:
            return self.other(release, known.controls, RUNS)
        harmless = _harmless(known)
        programs = (str(known.program),) if known.word.affected else self.programs
        first = [
            run
            for run in known.runs
            if run["purpose"] == Purpose.PROOF and run["program"] in programs
        ]
        more = self._run_all(subject, _each(programs, RUNS - 1), Purpose.PROOF, harmless)
        runs = [*first, *map(run_record, more)]
        return replace(
            known,
            verdict=self._verdict(harmless, runs, known.controls, RUNS),
            required=RUNS,
            runs=(harmless, *runs),
            sandbox=_sandbox(more[-1]),
            shown=(
                *(one for one in known.shown if one.program in programs),
                *self._shown(subject, more),
            ),
        )

    def attempt(self, release: Release, known: Judgement) -> Callable[[Proof, str], Run]:
        """Return a function that runs a program of another proof once, where `known` was found.

        Raises:
            PackageError: the release cannot be laid out here any more.
        """
        subject = self._as_before(release, known)
        if subject is None:
            raise PackageError(
                f"{release.package} {release.version} cannot be laid out here as it was before; "
                "judge it again"
            )
        harmless = harmless_of(_harmless(known))
        return lambda proof, program: self.laboratory.try_program(
            subject, proof, program, Purpose.PROOF, harmless
        )

    def _quiet(
        self, named: Release, releases: Sequence[Release], controls: Sequence[Control]
    ) -> tuple[Control, ...]:
        """Look for a release on which the assertion stays quiet, the likeliest first."""
        for release in _likely_quiet(releases, named):
            if self.other(release, controls).word.unaffected:
                return (Control("quiet-release", ok=True, reason=release.version),)
        return ()

    def _prepare(self, release: Release) -> Prepared | Unprepared:
        return prepare(self.laboratory, self.ecosystem, self.effect, self.proof, release)

    def _as_before(self, release: Release, known: Judgement) -> Subject | None:
        if known.runtime is None:
            return None
        return laid_out_again(
            self.ecosystem,
            self.effect,
            self.proof,
            release,
            runtime_digest=known.runtime["executable_sha256"],
            archives=[archive["sha256"] for archive in known.archives],
            built=known.built,
        )

    def _run_all(
        self, subject: Subject, programs: Sequence[str], purpose: Purpose, harmless: RunRecord
    ) -> list[Run]:
        """Run programs beside each other, as many as there are sandboxes."""
        pool = ThreadPoolExecutor(len(self.laboratory.sandboxes))
        try:
            return list(
                pool.map(lambda name: self._run(subject, name, purpose, harmless), programs)
            )
        finally:
            # After an error or Ctrl-C, what waits is not begun; what runs is not waited for.
            pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, subject: Subject, program: str, purpose: Purpose, harmless: RunRecord) -> Run:
        return self.laboratory.try_program(
            subject, self.proof, program, purpose, harmless_of(harmless)
        )

    def _judgement(
        self, prepared: Prepared, runs: Sequence[Run], controls: Sequence[Control], times: int
    ) -> Judgement:
        installation, runtime = prepared.subject.installation, prepared.subject.runtime
        harmless, records = run_record(prepared.control), [run_record(run) for run in runs]
        return Judgement(
            version=installation.release.version,
            verdict=self._verdict(harmless, records, controls, times),
            required=times,
            runtime={"name": runtime.name, "executable_sha256": runtime.digest},
            runs=(harmless, *records),
            archives=tuple(asdict(archive) for archive in installation.archives),
            built=prepared.built,
            sandbox=_sandbox(runs[-1]),
            controls=tuple(controls),
            shown=self._shown(prepared.subject, runs),
        )

    def _shown(self, subject: Subject, runs: Sequence[Run]) -> tuple[Shown, ...]:
        package = f"pkg:{self.ecosystem.type}/{subject.installation.release.package}"
        code = InstalledCode(subject.installation, subject.runtime)
        return tuple(
            Shown(
                run.program,
                sighting.signature,
                behaviour(package, self.effect.name, sighting.detail, sighting.frames, code),
            )
            for run in runs
            if (sighting := run.sighting).fired and run.tampered is None
        )

    def _verdict(
        self,
        harmless: RunRecord,
        runs: Sequence[RunRecord],
        controls: Sequence[Control],
        times: int,
    ) -> Verdict:
        programs = {
            program: [result_of(run) for run in runs if run["program"] == program]
            for program in self.programs
        }
        return judge(
            effect=self.effect.name,
            programs={name: results for name, results in programs.items() if results},
            controls=(control_of(harmless), *controls),
            required=times,
        )


def _harmless(known: Judgement) -> RunRecord:
    return next(run for run in known.runs if run["purpose"] in HARMLESS)


def _each(programs: Sequence[str], times: int) -> list[str]:
    return [program for program in programs for _ in range(times)]


def _sandbox(run: Run) -> dict[str, Any]:
    outcome = run.outcome
    return {
        "tier": outcome.tier,
        "layers": list(outcome.layers),
        "policy_sha256": outcome.policy_sha256,
    }


def _likely_quiet(releases: Sequence[Release], named: Release) -> Iterator[Release]:
    """Yield releases in the order in which a mended one is likely: newest, oldest, between."""
    stable = [r for r in releases if not r.prerelease and r.version != named.version]
    step = max(1, len(stable) // _QUIET_PROBES)
    order = [*stable[-1:], *stable[:1], *stable[::-step]]
    yield from list(dict.fromkeys(order))[:_QUIET_PROBES]


def _not_prepared(release: Release, unprepared: Unprepared) -> Judgement:
    control = unprepared.control
    found = nothing_known(release.version, unprepared.reason)
    if control is None:
        return found
    return replace(found, runs=(run_record(control),), sandbox=_sandbox(control))
