"""The climb: each rung as a step that gives JSON data, and all of them at one go.

    state = climber.begin(fix, findings)                 # both versions laid out, on one runtime
    rungs = []
    for name in ORDER:
        rungs.append(climber.rung(name, fix, findings, state, rungs, budget))
    climber.conclude(rungs)                              # labels, and whether it may be published

`begin` gives JSON data, a rung is made JSON data by `to_data`, so that a durable workflow records
what is done and goes on after a crash. `begin` and `rung` run programs and take seconds; `conclude`
is pure. A rung that cannot be tried because one below it does not stand is skipped, and says so.
The last rung is a person's: it is `reviewing.reviewed`, and skipped until somebody has looked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tidegate.engines.formats.finding import Finding
from tidegate.engines.formats.targets import parse_target
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.effects import effect_named
from tidegate.engines.reproduction.fixes import ladder, rungs_of_tests
from tidegate.engines.reproduction.fixes import rungs as rungs_of
from tidegate.engines.reproduction.fixes.attacking import Attack, Budget, Found
from tidegate.engines.reproduction.fixes.testing import OwnTests
from tidegate.engines.reproduction.fixes.trying import Ground, Trier, ground_data
from tidegate.engines.reproduction.fixes.values import (
    Fix,
    Rung,
    RungName,
    RungWord,
)
from tidegate.engines.reproduction.packages import Ecosystem, PackageError
from tidegate.engines.reproduction.steps import UnrunnableError
from tidegate.engines.reproduction.trials import Laboratory

__all__ = ["Budget", "Climber", "Progress"]

_SECONDS_LEAST = 0.001

Progress = Callable[[RungName, str], None]
"""Told which rung is tried, and what is done on it."""

Findings = Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Climber:
    """Tries fixes, with the sandboxes of one laboratory; safe to use from several threads."""

    laboratory: Laboratory
    ecosystem_for: Callable[[str], Ecosystem]
    """Returns the ecosystem of a package URL type; `KeyError` if it isn't covered."""
    cache: Cache = field(default_factory=Cache)
    """Where patched trees are laid; the one of the ecosystems will do."""
    clock: Callable[[], float] = time.monotonic

    def climb(
        self,
        fix: Fix,
        findings: Findings,
        budget: Budget | None = None,
        progress: Progress | None = None,
    ) -> tuple[Rung, ...]:
        """Try every rung, the lowest first.

        Raises:
            UnrunnableError: there is nothing to run: no proof, another package, another world.
            SandboxError: nothing can be run here at all.
        """
        if progress:
            progress(RungName.APPLIES, "laying both versions out")
        state = self.begin(fix, findings)
        rungs: list[Rung] = []
        for name in ladder.ORDER:
            if progress:
                progress(name, "")
            rungs.append(self.rung(name, fix, findings, state, rungs, budget, progress))
        return tuple(rungs)

    def begin(self, fix: Fix, findings: Findings) -> dict[str, Any]:
        """Lay both versions out for every finding; returns JSON data for the steps that follow.

        Raises:
            UnrunnableError: there is nothing to run: no proof, another package, another world.
            SandboxError: nothing can be run here at all.
        """
        trier = self._trier(fix, findings)
        began = self.clock()
        grounds: list[dict[str, Any]] = []
        problem: dict[str, Any] | None = None
        for finding in findings:
            laid = trier.lay_out(fix, finding)
            if laid.ground is None:
                problem = {
                    "finding": finding.id,
                    "reason": laid.problem,
                    "possible": laid.possible,
                    "after": dict(laid.after) if laid.after else None,
                }
                break
            grounds.append(ground_data(laid))
        return {
            "fix": fix.digest,
            "grounds": grounds,
            "problem": problem,
            "milliseconds": round((self.clock() - began) * 1000),
        }

    def rung(
        self,
        name: RungName,
        fix: Fix,
        findings: Findings,
        state: Mapping[str, Any],
        earlier: Sequence[Rung] = (),
        budget: Budget | None = None,
        progress: Progress | None = None,
    ) -> Rung:
        """Try one rung; `state` is what `begin` gave, `earlier` the rungs below it.

        Raises:
            UnrunnableError: there is nothing to run.
            SandboxError: nothing can be run here at all.
        """
        if name is RungName.APPLIES:
            return rungs_of.kept(rungs_of.applies(fix, state))
        if name is RungName.REVIEWED:
            return Rung(name, RungWord.SKIPPED, "nobody has looked yet")
        words = {rung.name: rung.word for rung in (rungs_of.applies(fix, state), *earlier)}
        if words[RungName.APPLIES] is not RungWord.PASSED:
            return Rung(name, RungWord.SKIPPED, "it cannot be tried, see the first rung")
        began = self.clock()
        try:
            trier = self._trier(fix, findings)
            grounds = [
                trier.again(fix, finding, data)
                for finding, data in zip(findings, state["grounds"], strict=True)
            ]
        except PackageError as error:
            return rungs_of.kept(Rung(name, RungWord.NOT_POSSIBLE, str(error)))
        match name:
            case RungName.PROOFS_QUIET:
                made = rungs_of.proofs_quiet(trier, grounds)
            case RungName.CONTROL_UNCHANGED:
                made = rungs_of.control_unchanged(trier, grounds)
            case RungName.TESTS_SAME:
                made = rungs_of_tests.tests_same(self._tests(fix, grounds[0]))
            case RungName.REGRESSION_TEST:
                made = rungs_of_tests.regression_test(self._tests(fix, grounds[0]), trier, fix)
            case RungName.VARIANTS_QUIET:
                made = self._variants_quiet(grounds, words, budget or Budget(), progress)
        took = round((self.clock() - began) * 1000)
        return rungs_of.kept(replace(made, details={**made.details, "milliseconds": took}))

    def conclude(self, rungs: Sequence[Rung]) -> dict[str, Any]:
        """Return what follows, as JSON data: the labels, and whether it may be published. Pure."""
        may = ladder.may_publish(rungs)
        return {
            "rungs": [rung.described() for rung in ladder.in_order(rungs)],
            "labels": [label.value for label in ladder.labels(rungs)],
            "publish": may.allowed,
            "reasons": list(may.reasons),
            "caveats": list(may.caveats),
        }

    def _trier(self, fix: Fix, findings: Findings) -> Trier:
        target = parse_target(fix.package)
        if not findings:
            raise UnrunnableError("a fix is tried with the proofs of findings, and there is none")
        try:
            ecosystem = self.ecosystem_for(target.type)
        except KeyError as error:
            raise UnrunnableError(f"packages of type {target.type} are not covered") from error
        for finding in findings:
            if (finding.target.type, finding.target.package) != (target.type, target.package):
                raise UnrunnableError(
                    f"{finding.id} is about {finding.target.purl}, and the fix is one of"
                    f" {fix.package}"
                )
            if finding.proof is None:
                raise UnrunnableError(f"{finding.id} has no proof, so nothing could be run")
            effect = effect_named(finding.effect)
            if finding.proof.language != ecosystem.language or (
                finding.proof.language not in effect.languages
            ):
                raise UnrunnableError(
                    f"{effect.name} of a {target.type} package cannot be watched in a"
                    f" {finding.proof.language} program"
                )
        return Trier(self.laboratory, ecosystem, self.cache)

    def _tests(self, fix: Fix, ground: Ground) -> OwnTests:
        ecosystem = self.ecosystem_for(ground.finding.target.type)
        return OwnTests(self.laboratory, ecosystem, self.cache, fix, ground)

    def _variants_quiet(
        self,
        grounds: Sequence[Ground],
        words: Mapping[RungName, RungWord],
        budget: Budget,
        progress: Progress | None,
    ) -> Rung:
        name = RungName.VARIANTS_QUIET
        if words.get(RungName.PROOFS_QUIET, RungWord.PASSED) is not RungWord.PASSED:
            return Rung(name, RungWord.SKIPPED, "the proofs themselves are not known to be quiet")
        if budget.runs <= 0 or budget.seconds <= 0:
            return Rung(name, RungWord.SKIPPED, "the budget leaves no run for it")
        seeds = [(ground, program) for ground in grounds for program in ground.programs]
        runs, deadline = budget.runs, self.clock() + budget.seconds
        found: list[Found] = []
        for left, (ground, program) in zip(range(len(seeds), 0, -1), seeds, strict=True):
            # What one proof leaves of its share, the next one may use.
            share = Budget(
                runs // left,
                max(_SECONDS_LEAST, (deadline - self.clock()) / left),
                budget.seed,
            )
            told = (lambda text, of=program: progress(name, f"{of}: {text}")) if progress else None
            found.append(Attack(self.laboratory, ground, self.clock).run(program, share, told))
            runs -= found[-1].runs
        return rungs_of.variants_said(found, budget)
