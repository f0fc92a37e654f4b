"""What running showed, arranged for the eye: runs by program, and the release picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tidegate.desks.findings.queries.evidence import RangeShown, RunShown
from tidegate.faces.console.charts.marks import Release
from tidegate.faces.console.charts.releases import ReleasePicture, draw_releases


@dataclass(frozen=True, slots=True)
class Trial:
    """All runs of one program for one purpose on one version."""

    program: str
    purpose: str
    runtime: str
    version: str
    runs: tuple[RunShown, ...]
    opened: bool = False
    """The first one that convinces: its stack is shown without being asked for."""

    @property
    def telling(self) -> RunShown:
        """The run that is shown first: one in which the effect came, else the first."""
        return next((run for run in self.runs if run.fired), self.runs[0])

    @property
    def fired(self) -> int:
        """In how many runs the effect came."""
        return sum(run.fired for run in self.runs)

    @property
    def attributed(self) -> int:
        """In how many runs the target's own code was on the stack when it came."""
        return sum(run.attributed for run in self.runs)

    @property
    def shows_more(self) -> bool:
        """Whether there is anything to be read beyond the table."""
        run = self.telling
        return bool(run.frames or run.stdout or run.stderr or run.reason or run.tampered)

    @property
    def milliseconds(self) -> int:
        """Wall time of the slowest run."""
        return max(run.wall_milliseconds for run in self.runs)


def trials_of(runs: Sequence[RunShown]) -> list[Trial]:
    """Group runs, in the order they were made."""

    def same(run: RunShown) -> tuple[str, str, str, str]:
        return run.program, run.purpose, run.runtime, run.version

    trials = [Trial(*key, tuple(group)) for key, group in groupby(runs, key=same)]
    convincing = next((index for index, trial in enumerate(trials) if trial.attributed), None)
    if convincing is not None:
        trials[convincing] = replace(trials[convincing], opened=True)
    return trials


def picture_of(found: RangeShown | None, package: str, ident: str) -> ReleasePicture | None:
    """Draw the releases of a range; None where none was searched for."""
    if found is None or not found.releases:
        return None
    releases = [
        Release(
            version=row.version,
            line=row.line,
            verdict=row.verdict,
            inferred=row.inferred,
            prerelease=row.prerelease,
            yanked=row.yanked,
            published=row.published,
            runtime=row.runtime or "",
            reason=row.reason,
        )
        for row in found.releases
    ]
    return draw_releases(releases, package=package, ident=ident)
