"""From a finding to a verdict and a range, at one go: the steps in one process, beside each other.

1. The release that the finding names is judged with every control (`judging`).
2. If it reproduced and a range is asked for, every release that the search (`ranges`) wants is
   judged, as many at a time as there are sandboxes.
3. The releases on either side of each boundary are run again; what that changes may make more
   releases wanted.

It runs nothing by itself: whoever has to survive a restart takes the same `steps` one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from tidegate.engines.formats.finding import Finding
from tidegate.engines.reproduction.conclusions import (
    Listing,
    Range,
    as_answer,
    candidates,
)
from tidegate.engines.reproduction.judgements import Judgement
from tidegate.engines.reproduction.lines import Answer, Probed
from tidegate.engines.reproduction.packages import Ecosystem
from tidegate.engines.reproduction.ranges import BUDGET_SECONDS, search
from tidegate.engines.reproduction.steps import Stepwise
from tidegate.engines.reproduction.trials import Laboratory
from tidegate.engines.reproduction.verdicts import Verdict

_THREADS_A_SANDBOX = 3
"""Threads wait for registries more than for sandboxes."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Everything that was found out about one finding."""

    finding: Finding
    judged: Judgement
    range: Range | None = None

    @property
    def version(self) -> str:
        """The version that was judged; empty if none could be."""
        return self.judged.version

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

    @property
    def steps(self) -> Stepwise:
        """The steps that it takes."""
        return Stepwise(self.laboratory, self.ecosystem_for)

    def reproduce(
        self, finding: Finding, wishes: Wishes, progress: Progress | None = None
    ) -> Reproduction:
        """Run a finding's proof and, if asked, search its range.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        threads = _THREADS_A_SANDBOX * len(self.laboratory.sandboxes)
        with ThreadPoolExecutor(threads) as pool:
            try:
                judged = self.steps.judge_named(finding, wishes.version)
                if not (wishes.range and judged.word.affected):
                    return Reproduction(finding, judged)
                listed = self.steps.releases(finding)
                work = _Search(self.steps, finding, judged, listed, pool)
                work.run(wishes, self.clock, progress)
                found = self.steps.range_of(finding, listed, work.answers, wishes.budget_seconds)
                return Reproduction(finding, judged, found)
            except BaseException:
                # Ctrl-C too: what waits is not begun, and what runs is ended, not waited for.
                pool.shutdown(wait=False, cancel_futures=True)
                self.laboratory.close()
                raise


class _Search:
    """One range being searched, with what comes next begun ahead."""

    def __init__(
        self,
        steps: Stepwise,
        finding: Finding,
        named: Judgement,
        listed: Listing,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._steps = steps
        self._finding = finding
        self._named = named
        self._listed = listed
        self._pool = pool
        self._begun: dict[str, Future[Judgement]] = {}
        self.answers: dict[str, Judgement] = {named.version: named}

    def run(self, wishes: Wishes, clock: Callable[[], float], progress: Progress | None) -> None:
        search(
            candidates(self._listed),
            self._probe,
            clock=clock,
            budget=wishes.budget_seconds,
            exhaustive=wishes.exhaustive,
            thrifty=wishes.thrifty,
            known={self._named.version: as_answer(self._named)},
            named=self._named.version,
            progress=progress,
            announce=self._begin,
            confirm=self._confirm,
        )
        for waiting in self._begun.values():
            waiting.cancel()

    def _begin(self, versions: Sequence[str]) -> None:
        controls = self._named.controls
        for version in versions:
            self._begun[version] = self._pool.submit(
                self._steps.probe, self._finding, version, controls
            )

    def _probe(self, version: str) -> Probed:
        if version not in self._begun:
            self._begin([version])
        self.answers[version] = self._begun[version].result()
        return as_answer(self.answers[version])

    def _confirm(self, _: Mapping[str, Answer]) -> dict[str, Probed]:
        again = self._steps.confirm(self._finding, self._listed, self.answers)
        for version in again:
            self.answers[version] = self._steps.probe_again(
                self._finding, version, self.answers[version]
            )
        return {version: as_answer(self.answers[version]) for version in again}
