"""From a finding to a verdict and a range: the order in which everything is run.

1. The release that the finding names is fetched and made to work (`preparation`).
2. Each program of the proof is run against an empty package of the same name, once.
3. Each program is run `RUNS` times on the release; the rules (`verdicts`) say what that means.
4. An assertion, the weakest effect, also needs a released version on which it stays quiet.
5. If it reproduced and a range is asked for, every release that the search (`ranges`) wants is run,
   and the releases on either side of each boundary `RUNS` times.

A proof is hostile and a package may be: nothing here executes either outside of a sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

from tidegate.engines.formats.finding import Finding, Proof
from tidegate.engines.reproduction.effects import Effect, effect_named
from tidegate.engines.reproduction.intervals import AffectedRange, affected_range
from tidegate.engines.reproduction.lines import Candidate
from tidegate.engines.reproduction.packages import Ecosystem, PackageError, Release
from tidegate.engines.reproduction.preparation import Prepared, Unprepared, as_control, prepare
from tidegate.engines.reproduction.ranges import BUDGET_SECONDS, RangeResult, search
from tidegate.engines.reproduction.trials import Laboratory, Purpose, Run, Subject
from tidegate.engines.reproduction.verdicts import (
    ASSERTION,
    RUNS,
    Control,
    Trust,
    Verdict,
    Word,
    judge,
)

_QUIET_PROBES = 12
_THREADS_A_SANDBOX = 3
"""Threads wait for registries more than for sandboxes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One version: its verdict and the runs behind it."""

    version: str
    verdict: Verdict
    runs: tuple[Run, ...] = ()
    prepared: Prepared | None = None

    @property
    def word(self) -> Word:
        """The verdict's word."""
        return self.verdict.word

    @property
    def runtime(self) -> str:
        """The interpreter that it was run on, as a verdict names it."""
        return self.prepared.subject.runtime.name if self.prepared else ""

    @property
    def reason(self) -> str:
        """Why the word is what it is."""
        return self.verdict.reason


@dataclass(frozen=True, slots=True)
class Range:
    """What running the released versions showed."""

    search: RangeResult
    affected: AffectedRange
    judged: Mapping[str, Judged]
    """Every version that was run."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Everything that was found out about one finding."""

    finding: Finding
    version: str
    judged: Judged
    range: Range | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict on the version that the finding names."""
        return self.judged.verdict


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for beyond the verdict on one version."""

    version: str | None = None
    """Another version than the finding names."""
    range: bool = False
    exhaustive: bool = False
    thrifty: bool = False
    budget_seconds: float = BUDGET_SECONDS


Progress = Callable[[str, int, int], None]
"""Told what is done (a version), how many are, and how many are expected."""


@dataclass(slots=True)
class Reproducer:
    """Reproduces findings; one at a time, with the sandboxes of one laboratory."""

    laboratory: Laboratory
    ecosystem_for: Callable[[str], Ecosystem]
    """Returns the ecosystem of a package URL type; `KeyError` if it isn't covered."""
    clock: Callable[[], float]

    def reproduce(
        self, finding: Finding, wishes: Wishes, progress: Progress | None = None
    ) -> Reproduction:
        """Run a finding's proof and, if asked, search its range.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        asked = wishes.version or finding.target.version
        proof = finding.proof
        if proof is None:
            return _unrun(finding, asked, "the finding has no proof, so nothing could be run")
        effect = effect_named(finding.effect)
        try:
            ecosystem = self.ecosystem_for(finding.target.type)
        except KeyError:
            return _unrun(finding, asked, f"packages of type {finding.target.type} are not covered")
        if proof.language != ecosystem.language or proof.language not in effect.languages:
            return _unrun(
                finding,
                asked,
                f"{effect.name} of a {finding.target.type} package cannot be "
                f"watched in a {proof.language} program",
            )
        try:
            releases = ecosystem.releases(finding.target.package)
            release = _named(ecosystem, releases, finding.target.package, asked)
        except PackageError as error:
            return _unrun(finding, asked, str(error))
        threads = _THREADS_A_SANDBOX * len(self.laboratory.sandboxes)
        with ThreadPoolExecutor(threads) as pool:
            work = _Work(self, finding, proof, effect, ecosystem, releases, pool)
            try:
                judged = work.judge_named(release)
                found = None
                if wishes.range and judged.word.affected:
                    found = work.search_range(judged, wishes, progress)
                return Reproduction(finding, release.version, judged, found)
            except BaseException:
                # Ctrl-C too: what waits is not begun, and what runs is ended, not waited for.
                pool.shutdown(wait=False, cancel_futures=True)
                self.laboratory.close()
                raise


@dataclass(slots=True)
class _Work:
    """One finding being worked on."""

    reproducer: Reproducer
    finding: Finding
    proof: Proof
    effect: Effect
    ecosystem: Ecosystem
    releases: Sequence[Release]
    pool: ThreadPoolExecutor
    empty: tuple[Control, ...] = ()
    quiet: tuple[Control, ...] = ()

    @property
    def programs(self) -> tuple[str, ...]:
        """The entry and the variants, in the finding's order."""
        return (self.proof.entry, *self.proof.variants)

    def judge_named(self, release: Release) -> Judged:
        """Judge the version that the finding names, with every control."""
        prepared = self._prepare(release)
        if isinstance(prepared, Unprepared):
            return _not_prepared(release, prepared)
        empty_runs = self._run_empty(prepared)
        self.empty = tuple(as_control(run) for run in empty_runs)
        judged = self._judge(release, prepared, RUNS)
        if self.effect.name == ASSERTION and any(run.sighting.fired for run in judged.runs):
            self.quiet = self._find_quiet(release)
            judged = self._verdict(release, prepared, judged.runs, RUNS)
        return replace(judged, runs=(prepared.control, *empty_runs, *judged.runs))

    def search_range(self, named: Judged, wishes: Wishes, progress: Progress | None) -> Range:
        """Run the released versions that the search asks for."""
        by_version = {release.version: release for release in self.releases}
        judged = {named.version: named}
        begun: dict[str, Future[Judged]] = {}

        def announce(versions: Sequence[str]) -> None:
            for version in versions:
                begun[version] = self.pool.submit(self._judge_once, by_version[version])

        def probe(version: str) -> Judged:
            if version not in begun:
                announce([version])
            judged[version] = begun[version].result()
            return judged[version]

        found = search(
            [
                Candidate(r.version, self.ecosystem.line(r.version), r.prerelease, r.yanked)
                for r in self.releases
            ],
            probe,
            clock=self.reproducer.clock,
            budget=wishes.budget_seconds,
            exhaustive=wishes.exhaustive,
            thrifty=wishes.thrifty,
            known={named.version: named},
            named=named.version,
            progress=progress,
            announce=announce,
        )
        for waiting in begun.values():
            waiting.cancel()
        found = self._confirm(found, by_version, judged)
        scheme = self.ecosystem.type
        return Range(
            found, affected_range(found.runs, order=self.ecosystem.order, scheme=scheme), judged
        )

    def _prepare(self, release: Release) -> Prepared | Unprepared:
        laboratory = self.reproducer.laboratory
        return prepare(laboratory, self.ecosystem, self.effect, self.proof, release)

    def _run_empty(self, prepared: Prepared) -> list[Run]:
        subject = replace(
            prepared.subject, installation=self.ecosystem.empty(prepared.subject.installation)
        )
        return self._run_all(subject, self.programs, Purpose.EMPTY, prepared)

    def _judge_once(self, release: Release) -> Judged:
        prepared = self._prepare(release)
        if isinstance(prepared, Unprepared):
            return _not_prepared(release, prepared)
        judged = self._judge(release, prepared, 1)
        return replace(judged, runs=(prepared.control, *judged.runs))

    def _judge(self, release: Release, prepared: Prepared, times: int) -> Judged:
        """Run every program `times` times; a search stops at the first that fires."""
        if times > 1:
            programs = [program for program in self.programs for _ in range(times)]
            runs = self._run_all(prepared.subject, programs, Purpose.PROOF, prepared)
            return self._verdict(release, prepared, runs, times)
        runs = []
        for program in self.programs:
            runs.append(self._run(prepared.subject, program, Purpose.PROOF, prepared))
            if runs[-1].result.attributed and runs[-1].tampered is None:
                break
        return self._verdict(release, prepared, runs, times)

    def _judge_again(self, release: Release, known: Judged) -> Judged:
        """Add to the one run of each program what `RUNS` asks for; only what fired, if it did."""
        prepared = known.prepared
        assert prepared is not None  # something was run
        programs = [str(known.verdict.program)] if known.word.affected else self.programs
        first = [run for run in known.runs if run.purpose is Purpose.PROOF]
        missing = [program for program in programs for _ in range(RUNS - 1)]
        more = self._run_all(prepared.subject, missing, Purpose.PROOF, prepared)
        runs = [run for run in (*first, *more) if run.program in programs]
        again = self._verdict(release, prepared, runs, RUNS)
        return replace(again, runs=(prepared.control, *runs))

    def _run_all(
        self, subject: Subject, programs: Sequence[str], purpose: Purpose, prepared: Prepared
    ) -> list[Run]:
        """Run programs beside each other, as many as there are sandboxes."""
        return list(
            self.pool.map(lambda name: self._run(subject, name, purpose, prepared), programs)
        )

    def _run(self, subject: Subject, program: str, purpose: Purpose, prepared: Prepared) -> Run:
        return self.reproducer.laboratory.try_program(
            subject, self.proof, program, purpose, prepared.harmless
        )

    def _verdict(
        self, release: Release, prepared: Prepared, runs: Sequence[Run], times: int
    ) -> Judged:
        programs = {
            program: [run.result for run in runs if run.program == program]
            for program in self.programs
        }
        verdict = judge(
            effect=self.effect.name,
            programs={name: results for name, results in programs.items() if results},
            controls=(*prepared.controls, *self.empty, *self.quiet),
            required=times,
        )
        return Judged(release.version, verdict, tuple(runs), prepared)

    def _find_quiet(self, named: Release) -> tuple[Control, ...]:
        """Look for a release on which the assertion stays quiet, the likeliest first."""
        for release in _likely_quiet(self.releases, named):
            prepared = self._prepare(release)
            if isinstance(prepared, Unprepared):
                continue
            judged = self._judge(release, prepared, 1)
            if judged.word.unaffected:
                return (Control("quiet-release", ok=True, reason=release.version),)
        return ()

    def _confirm(
        self,
        found: RangeResult,
        by_version: Mapping[str, Release],
        judged: dict[str, Judged],
    ) -> RangeResult:
        """Run the releases on either side of each boundary as often as the named one."""
        for before, after in pairwise(found.runs):
            if not (before.run and after.run and before.word and after.word):
                continue
            if before.word.affected == after.word.affected or not after.word.definite:
                continue
            for version in (before.version, after.version):
                if judged[version].verdict.runs < RUNS and judged[version].prepared is not None:
                    judged[version] = self._judge_again(by_version[version], judged[version])
        return replace(
            found,
            runs=tuple(
                replace(run, word=judged[run.version].word, reason=judged[run.version].reason)
                if run.run
                else run
                for run in found.runs
            ),
        )


def _named(
    ecosystem: Ecosystem, releases: Sequence[Release], package: str, version: str | None
) -> Release:
    """Find the release that is meant, also if it is written another way: 1.0.0 is PyPI's 1.0."""
    if not releases:
        raise PackageError(f"{package} has no releases")
    if version is None:
        return next((r for r in reversed(releases) if not r.prerelease), releases[-1])
    wanted = ecosystem.order(version)
    same = [release for release in releases if ecosystem.order(release.version) == wanted]
    if same:
        return next((release for release in same if release.version == version), same[0])
    why = ecosystem.refused_releases(package).get(version)
    if why:
        raise PackageError(f"{package} {version} cannot be had: {why}")
    raise PackageError(f"{package} has no release {version}; the newest is {releases[-1].version}")


def _likely_quiet(releases: Sequence[Release], named: Release) -> Iterator[Release]:
    """Yield releases in the order in which a mended one is likely: newest, oldest, between."""
    stable = [r for r in releases if not r.prerelease and r.version != named.version]
    step = max(1, len(stable) // _QUIET_PROBES)
    order = [*stable[-1:], *stable[:1], *stable[::-step]]
    yield from list(dict.fromkeys(order))[:_QUIET_PROBES]


def _unrun(finding: Finding, version: str | None, reason: str) -> Reproduction:
    verdict = Verdict(Word.INCONCLUSIVE, Trust.L0, reason)
    return Reproduction(finding, version or "", Judged(version or "", verdict))


def _not_prepared(release: Release, unprepared: Unprepared) -> Judged:
    verdict = Verdict(Word.INCONCLUSIVE, Trust.L0, unprepared.reason)
    runs = (unprepared.control,) if unprepared.control else ()
    return Judged(release.version, verdict, runs)
