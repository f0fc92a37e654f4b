"""Which released versions to run, so that every other one may honestly be inferred.

Naive bisection over one sorted list gave a wrong range in 7 of 16 real cases, because fixes are
ported back and pre-releases lie beside the road; searching each release line by itself gave none
(measurements of the project, 'Affected range'). So, line by line, the most telling first:

1. both ends, which are also the seams to the lines beside it;
2. the middle;
3. where two run neighbours differ, the version half way, until the two are adjacent: a boundary;
4. around every boundary its neighbours and further versions beyond them, and, in a line where
   anything fires, the seams of its minor series: a fix ported back to 1.2.x says nothing of 1.3.0;
5. the whole line, if anything surprises: a second boundary, a version that is flaky or about which
   nothing can be said;
6. each pre-release for itself, and the releases beside one that disagrees with them;
7. everything else, if it fits what is left of the budget.

A version that was not run is inferred only inside of one line, between two run releases that agree,
and `not-reproduced` only once steps 1 to 5 are done there. What the budget leaves over is
'not tested' and says so. The search is pure: it runs nothing and knows no time; both are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tidegate.engines.reproduction.lines import Answer, Candidate, Plan, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tidegate.engines.reproduction.verdicts import Word

BUDGET_SECONDS = 120.0
"""Default budget of one search; the measured packages need seconds once they are cached."""

ESTIMATE_AFTER = 3
"""After how many probes their mean cost is taken for an estimate."""

NOT_TESTED = "not-tested"


@dataclass(frozen=True, slots=True)
class VersionRun:
    """What is known of one version after a search."""

    version: str
    line: str
    word: Word | None
    """`None` if it was neither run nor may be inferred."""
    inferred: bool = False
    prerelease: bool = False
    yanked: bool = False
    runtime: str = ""
    reason: str = ""

    @property
    def verdict(self) -> str:
        """The word for people and for `--json`: one of the contract's, or `not-tested`."""
        return NOT_TESTED if self.word is None else self.word.value

    @property
    def run(self) -> bool:
        """Whether it was run, whatever came of it."""
        return self.word is not None and not self.inferred


@dataclass(frozen=True, slots=True)
class RangeResult:
    """Every released version in version order, with what is known of it."""

    runs: tuple[VersionRun, ...]
    strategy: str
    """`exhaustive` if every version was run, else `adaptive`."""
    complete: bool
    """Whether no version is left that was neither run nor inferred."""
    surprises: tuple[str, ...]
    """Lines that had to be run as a whole, each with the reason."""

    @property
    def probes(self) -> int:
        """How many versions were run, those known before included."""
        return sum(run.run for run in self.runs)


def search(
    candidates: Sequence[Candidate],
    probe: Callable[[str], Answer],
    *,
    clock: Callable[[], float],
    budget: float = BUDGET_SECONDS,
    exhaustive: bool = False,
    thrifty: bool = False,
    known: Mapping[str, Answer] | None = None,
    named: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    announce: Callable[[Sequence[str]], None] | None = None,
) -> RangeResult:
    """Run `probe` on as many of `candidates` (in version order) as the range needs.

    `clock` returns seconds and only differences of it matter. No probe is started once `budget`
    seconds have passed, unless `exhaustive`, which runs every version whatever it costs; `thrifty`
    leaves out step 7, whatever would fit, and is for measuring the search. `known` are answers
    that are there already, such as that on the finding's own version, `named`, whose line goes
    first. `progress(version, done, expected)` is called after each probe; `announce` is told which
    versions will be asked for next, so that they can be fetched meanwhile. What `probe` raises
    passes through; `ValueError` if a version is listed twice.
    """
    versions = [candidate.version for candidate in candidates]
    if len(set(versions)) != len(versions):
        twice = next(v for v in versions if versions.count(v) > 1)
        raise ValueError(f"version {twice} is listed twice; list every release once")
    plan = Plan(candidates, dict(known or {}), named)
    start = clock()
    asked: set[int] = set()
    probed = 0

    def left() -> float:
        return budget - (clock() - start)

    def fits(count: int) -> bool:
        enough = probed >= ESTIMATE_AFTER and not thrifty
        return exhaustive or (enough and count * (budget - left()) / probed <= left())

    while exhaustive or left() > 0:
        wave = plan.wanted()
        if not wave:
            wave = [] if thrifty else plan.unrun()
            if not fits(len(wave)):
                wave = wave[: max(0, ESTIMATE_AFTER - probed)]
            if not wave:
                break
        for index in wave:
            if not exhaustive and left() <= 0:
                break
            coming = plan.unrun() if fits(len(plan.unrun())) else wave
            fresh = [i for i in coming if i not in asked]
            if announce is not None and fresh:
                announce([versions[i] for i in fresh])
            asked.update(fresh)
            plan.answers[index] = probe(versions[index])
            probed += 1
            if progress is not None:
                rest = len(plan.unrun())
                expected = rest if fits(rest) else len(plan.wanted())
                progress(versions[index], probed, probed + expected)
    return _infer(plan, f"not tested: the budget of {budget:g} s was used up")


def _infer(plan: Plan, untested: str) -> RangeResult:
    """Infer what may be inferred and return everything, in version order."""
    runs: dict[int, VersionRun] = {}
    surprises = []
    for line in plan.lines:
        surprise = plan.surprise(line)
        if surprise is not None:
            surprises.append(f"line {line.name}: {surprise}")
        stage, missing = plan.wish(line)
        settled = not missing or stage is Stage.PRERELEASES
        for index in (*line.releases, *line.prereleases):
            candidate = plan.candidates[index]
            known = VersionRun(
                candidate.version,
                candidate.line,
                word=None,
                prerelease=candidate.prerelease,
                yanked=candidate.yanked,
                reason=untested,
            )
            between = None if candidate.prerelease else plan.between(line, index)
            if index in plan.answers:
                answer = plan.answers[index]
                known = replace(
                    known, word=answer.word, runtime=answer.runtime, reason=answer.reason
                )
            # To take a version for affected too early errs on the safe side; for safe, it does not.
            elif between and surprise is None and (settled or between[0].affected):
                first, last = (plan.candidates[i].version for i in between[1:])
                known = replace(
                    known,
                    word=between[0],
                    inferred=True,
                    reason=f"inferred: {first} and {last} were run and agree",
                )
            runs[index] = known
    ordered = tuple(runs[index] for index in sorted(runs))
    return RangeResult(
        runs=ordered,
        strategy="adaptive" if plan.unrun() else "exhaustive",
        complete=all(run.word is not None for run in ordered),
        surprises=tuple(surprises),
    )
