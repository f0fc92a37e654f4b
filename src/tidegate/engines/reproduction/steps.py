"""A reproduction in small steps, each of which may be the last one that a process does.

Every step takes and returns plain values that can be written down as JSON (a `Judgement` by
`to_data` and `from_data`), so that a durable workflow records what is done and, after a crash, goes
on with the next step:

    named = steps.judge_named(finding)              # a judgement, with every control
    if named.word.affected:
        listed = steps.releases(finding)            # data: stays what it was when the search began
        answers = {named.version: named}
        while True:
            if wave := steps.plan(finding, listed, answers, named, elapsed=...):
                for version in wave:                # in any order, in any number of processes
                    answers[version] = steps.probe(finding, version, named.controls)
            elif again := steps.confirm(finding, listed, answers):
                for version in again:
                    answers[version] = steps.probe_again(finding, version, answers[version])
            else:
                break
        found = steps.conclude(finding, listed, answers)
    steps.document(finding, named, found)

What runs a program takes seconds and is never the same twice: `judge_named`, `probe`,
`probe_again`, `cross`, `minimise`. `releases` reads a registry. All the others are pure, for the
same values give the same answer, and none looks at a clock: `elapsed` is the sum of what the
recorded probes took. A caller that keeps a budget looks at it within a wave, too.

A caller must not mix the answers of two listings or of two findings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidegate.engines.formats.finding import Finding
from tidegate.engines.reproduction import conclusions, records
from tidegate.engines.reproduction.conclusions import Judgements, Listing, Range
from tidegate.engines.reproduction.effects import effect_named
from tidegate.engines.reproduction.judgements import Judgement, nothing_known
from tidegate.engines.reproduction.judging import Judge
from tidegate.engines.reproduction.minimise import RUNS as MINIMISE_RUNS
from tidegate.engines.reproduction.minimise import MinimiseError
from tidegate.engines.reproduction.packages import Ecosystem, PackageError, Release
from tidegate.engines.reproduction.ranges import BUDGET_SECONDS
from tidegate.engines.reproduction.records import RangeData
from tidegate.engines.reproduction.smallest import SmallProof, smallest_proof
from tidegate.engines.reproduction.trials import Laboratory
from tidegate.engines.reproduction.verdicts import RUNS, Control

__all__ = ["Judgement", "Stepwise", "UnrunnableError"]


class UnrunnableError(Exception):
    """Nothing can be run for a finding, whatever the version; the message says why."""


@dataclass(frozen=True, slots=True)
class Stepwise:
    """The steps, in one laboratory; safe to use from several threads."""

    laboratory: Laboratory
    ecosystem_for: Callable[[str], Ecosystem]
    """Returns the ecosystem of a package URL type; `KeyError` if it isn't covered."""

    def judge_named(self, finding: Finding, version: str | None = None) -> Judgement:
        """Judge the version that the finding names, or another, with every control.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        asked = version or finding.target.version
        try:
            judge = self._judge(finding)
            releases = judge.ecosystem.releases(finding.target.package)
            release = _meant(judge.ecosystem, releases, finding.target.package, asked)
        except (UnrunnableError, PackageError) as error:
            return nothing_known(asked or "", str(error))
        return judge.named(release, releases)

    def releases(self, finding: Finding) -> dict[str, Any]:
        """List the releases of the finding's package, as JSON data for the steps that follow.

        Raises:
            UnrunnableError: packages of this type are not covered.
            PackageError: the registry does not tell.
        """
        ecosystem = self._ecosystem(finding)
        return conclusions.listing(ecosystem, ecosystem.releases(finding.target.package))

    def plan(
        self,
        finding: Finding,  # noqa: ARG002  every step is told what it is about
        releases: Listing,
        answers: Judgements,
        named: Judgement,
        *,
        exhaustive: bool = False,
        thrifty: bool = False,
        budget: float = BUDGET_SECONDS,
        elapsed: float = 0.0,
    ) -> Sequence[str]:
        """Return the versions to probe next, the most telling first; empty if none are wanted.

        `elapsed` are the seconds that the probes behind `answers` took together; `budget`,
        `exhaustive` and `thrifty` are those of `ranges.search`. Pure.
        """
        return conclusions.wanted(
            releases,
            answers,
            named,
            exhaustive=exhaustive,
            thrifty=thrifty,
            budget=budget,
            elapsed=elapsed,
        )

    def probe(self, finding: Finding, version: str, controls: Sequence[Control]) -> Judgement:
        """Judge one version of the range, each program run once; `controls` are the named one's.

        Raises:
            UnrunnableError: the finding has nothing that could be run.
            SandboxError: nothing can be run here at all.
        """
        return self._judge(finding).other(_release(finding, version), controls)

    def confirm(self, finding: Finding, releases: Listing, answers: Judgements) -> Sequence[str]:  # noqa: ARG002
        """Return the versions beside a boundary that have to be run again. Pure."""
        return conclusions.doubtful(releases, answers)

    def probe_again(self, finding: Finding, version: str, known: Judgement) -> Judgement:
        """Run a version as often as the named one was, on top of what is known of it.

        Raises:
            UnrunnableError: the finding has nothing that could be run.
            SandboxError: nothing can be run here at all.
        """
        return self._judge(finding).again(_release(finding, version), known)

    def cross(self, finding: Finding, version: str, controls: Sequence[Control] = ()) -> Judgement:
        """Judge a version that another finding points to, `RUNS` times each program.

        `controls` are those of this finding's named version; without them they are run, too.

        Raises:
            UnrunnableError: the finding has nothing that could be run.
            SandboxError: nothing can be run here at all.
        """
        if not controls:
            return self.judge_named(finding, version)
        return self._judge(finding).other(_release(finding, version), controls, RUNS)

    def minimise(
        self, finding: Finding, known: Judgement, budget: int = MINIMISE_RUNS
    ) -> SmallProof:
        """Cut the proof down to what shows the same; `SmallProof.to_data` makes JSON of it.

        `known` is the judgement on the version that it is tried on; `budget` bounds the runs.

        Raises:
            MinimiseError: the finding does not reproduce, so there is nothing to keep.
            PackageError: the release cannot be laid out here any more as it was.
            SandboxError: nothing can be run here at all.
        """
        try:
            judge = self._judge(finding)
        except UnrunnableError as error:
            raise MinimiseError(f"{finding.id} cannot be cut down: {error}") from error
        return smallest_proof(judge, finding, known, budget)

    def conclude(
        self,
        finding: Finding,
        releases: Listing,
        answers: Judgements,
        budget: float = BUDGET_SECONDS,
    ) -> dict[str, Any]:
        """Return the range as JSON data; `answers` hold the named version's, too. Pure."""
        return records.range_data(self.range_of(finding, releases, answers, budget))

    def range_of(
        self,
        finding: Finding,
        releases: Listing,
        answers: Judgements,
        budget: float = BUDGET_SECONDS,
    ) -> Range:
        """Return the same range as a value of this process. Pure."""
        order = self._ecosystem(finding).order
        return conclusions.conclude(releases, answers, order, budget)

    def document(
        self, finding: Finding, named: Judgement, found: RangeData | None = None
    ) -> dict[str, Any]:
        """Return what `tidegate reproduce --json` prints of the finding. Pure."""
        return records.document(finding, named, found)

    def statement(
        self,
        finding: Finding,
        named: Judgement,
        found: RangeData | None,
        answers: Judgements,
        *,
        started: datetime,
        finished: datetime,
        tidegate: str,
    ) -> dict[str, Any]:
        """Return the in-toto statement that a receipt signs. Pure."""
        return records.statement(
            finding,
            named,
            found,
            answers,
            started=started,
            finished=finished,
            tidegate=tidegate,
        )

    def _ecosystem(self, finding: Finding) -> Ecosystem:
        try:
            return self.ecosystem_for(finding.target.type)
        except KeyError as error:
            raise UnrunnableError(
                f"packages of type {finding.target.type} are not covered"
            ) from error

    def _judge(self, finding: Finding) -> Judge:
        proof = finding.proof
        if proof is None:
            raise UnrunnableError("the finding has no proof, so nothing could be run")
        effect = effect_named(finding.effect)
        ecosystem = self._ecosystem(finding)
        if proof.language != ecosystem.language or proof.language not in effect.languages:
            raise UnrunnableError(
                f"{effect.name} of a {finding.target.type} package cannot be "
                f"watched in a {proof.language} program"
            )
        return Judge(self.laboratory, ecosystem, effect, proof)


def _release(finding: Finding, version: str) -> Release:
    return Release(finding.target.package, version)


def _meant(
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
