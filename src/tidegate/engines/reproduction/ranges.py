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


def next_wave(
    candidates: Sequence[Candidate],
    answers: Mapping[str, Answer],
    *,
    probed: int,
    elapsed: float,
    named: str | None = None,
    budget: float = BUDGET_SECONDS,
    exhaustive: bool = False,
    thrifty: bool = False,
) -> Sequence[str]:
    """Return the versions to run next, the most telling first; empty once nothing more is wanted.

    A function of its arguments alone: whoever keeps the answers may stop anywhere, and goes on with
    those that are there. `probed` of the answers were got in `elapsed` seconds; from that follows
    whether everything fits. The other arguments mean what they mean to `search`, which also looks
    at the budget before each version of a wave.
    """
    effort = _Effort(budget, exhaustive, thrifty)
    wave = effort.wave(Plan(candidates, answers, named), probed, elapsed)
    return [candidates[index].version for index in wave]


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
    confirm: Callable[[Mapping[str, Answer]], Mapping[str, Answer]] | None = None,
) -> RangeResult:
    """Run `probe` on as many of `candidates` (in version order) as the range needs.

    `clock` returns seconds and only differences of it matter. No probe is started once `budget`
    seconds have passed, unless `exhaustive`, which runs every version whatever it costs; `thrifty`
    leaves out step 7, whatever would fit, and is for measuring the search. `known` are answers
    that are there already, such as that on the finding's own version, `named`, whose line goes
    first. `progress(version, done, expected)` is called after each probe; `announce` is told which
    versions will be asked for next, so that they can be fetched meanwhile. `confirm` is asked when
    nothing more is wanted: it returns the answers that it looked at again, which may make more
    wanted; none, if it stands by all of them. What these raise passes through; `ValueError` if a
    version is listed twice.
    """
    versions = [candidate.version for candidate in candidates]
    places = {version: index for index, version in enumerate(versions)}
    effort = _Effort(budget, exhaustive, thrifty)
    plan = Plan(candidates, known or {}, named)
    start = clock()
    asked: set[int] = set()
    probed = 0

    def elapsed() -> float:
        return clock() - start

    while True:
        wave = effort.wave(plan, probed, elapsed())
        if not wave:
            again = confirm(plan.answered()) if confirm is not None else {}
            if not again:
                break
            plan.answers.update((places[version], answer) for version, answer in again.items())
        for index in wave:
            if effort.is_spent(elapsed()):
                break
            coming = effort.coming(plan, wave, probed, elapsed())
            fresh = [i for i in coming if i not in asked]
            if announce is not None and fresh:
                announce([versions[i] for i in fresh])
            asked.update(fresh)
            plan.answers[index] = probe(versions[index])
            probed += 1
            if progress is not None:
                expected = len(effort.coming(plan, plan.wanted(), probed, elapsed()))
                progress(versions[index], probed, probed + expected)
    return infer(candidates, plan.answered(), budget=budget)


@dataclass(frozen=True, slots=True)
class _Effort:
    """How much a search may cost, and what of its wishes that allows."""

    budget: float
    exhaustive: bool
    thrifty: bool

    def is_spent(self, elapsed: float) -> bool:
        return not self.exhaustive and elapsed >= self.budget

    def wave(self, plan: Plan, probed: int, elapsed: float) -> list[int]:
        if self.is_spent(elapsed):
            return []
        wave = plan.wanted()
        if wave or self.thrifty:
            return wave
        rest = plan.unrun()
        if self._fits(len(rest), probed, elapsed):
            return rest
        return rest[: max(0, ESTIMATE_AFTER - probed)]

    def coming(self, plan: Plan, wave: list[int], probed: int, elapsed: float) -> list[int]:
        """Return everything that is still to be run if it fits, else only this wave."""
        rest = plan.unrun()
        return rest if self._fits(len(rest), probed, elapsed) else wave

    def _fits(self, count: int, probed: int, elapsed: float) -> bool:
        if self.exhaustive:
            return True
        known = probed >= ESTIMATE_AFTER and not self.thrifty
        return known and count * elapsed / probed <= self.budget - elapsed


def infer(
    candidates: Sequence[Candidate],
    answers: Mapping[str, Answer],
    *,
    budget: float = BUDGET_SECONDS,
) -> RangeResult:
    """Infer what may be inferred and return everything, in version order.

    What is left over was not tested because `budget` seconds were used up, and says so.
    """
    plan = Plan(candidates, answers, None)
    untested = f"not tested: the budget of {budget:g} s was used up"
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
