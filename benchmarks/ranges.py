"""How many versions must be run to know a range, and whether running all gives the same one.

Each true example is searched twice: adaptively, where whatever may be inferred is not run
(`thrifty`, so that a small package is not run as a whole just because it fits the budget), and
exhaustively. The first search also pays for what is not cached yet; what a second call of the
benchmark says of the times is what counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Report, shown
from tidegate.engines.formats.finding import Finding, read_findings
from tidegate.engines.reproduction.reproduce import Reproducer, Reproduction, Wishes
from tidegate.instance.workshop import open_workshop

EXAMPLES = Path(__file__).parents[1] / "examples/true"
COLUMNS = (
    "example", "released", "run: adaptive", "exhaustive", "ratio",
    "time: adaptive", "exhaustive", "ratio", "same range",
)  # fmt: skip
_UNBOUNDED = 24 * 3600.0  # what a budget leaves over would be a difference of no meaning
_ADAPTIVE = Wishes(range=True, thrifty=True, budget_seconds=_UNBOUNDED)
_EXHAUSTIVE = Wishes(range=True, exhaustive=True, budget_seconds=_UNBOUNDED)


@dataclass(frozen=True, slots=True)
class Search:
    """What one way to search came to, and what it cost."""

    run: int
    """How many versions were run."""
    seconds: float
    vers: str
    verdicts: Mapping[str, str]
    """The word for each released version, whether run or inferred."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why, for each of them."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both searches of one example; or why there is nothing to compare."""

    example: str
    adaptive: Search | None = None
    exhaustive: Search | None = None
    problem: str = ""

    @property
    def same(self) -> bool | None:
        """Whether both give the same range; None where one is missing."""
        if self.adaptive is None or self.exhaustive is None:
            return None
        return self.adaptive.vers == self.exhaustive.vers

    @property
    def differences(self) -> list[str]:
        """What is said differently, the range first, then version by version."""
        if self.adaptive is None or self.exhaustive is None:
            return []
        one, other = self.adaptive, self.exhaustive
        told = [] if self.same else [f"adaptive {one.vers}, exhaustive {other.vers}"]
        versions = dict.fromkeys([*one.verdicts, *other.verdicts])
        for version in versions:
            said = [_said(search, version) for search in (one, other)]
            if one.verdicts.get(version) != other.verdicts.get(version):
                told.append(f"{version}: adaptive {said[0]}, exhaustive {said[1]}")
        return told


def measure(tell: Callable[[str], None], only: str = "") -> Report:
    """Search every true example whose name holds `only` both ways."""
    compared: list[Comparison] = []
    paths = [path for path in sorted(EXAMPLES.glob("*.json")) if only in path.stem]
    if not paths:
        return report([Comparison(only, problem="no true example is so named")])
    with open_workshop() as shop:
        for path in paths:
            finding = next(read_findings(path))
            if not isinstance(finding, Finding):
                compared.append(Comparison(path.stem, problem=str(finding)))
                continue
            compared.append(_compare(shop.reproducer, path.stem, finding, tell))
    return report(compared)


def _compare(
    reproducer: Reproducer, example: str, finding: Finding, tell: Callable[[str], None]
) -> Comparison:
    searches: dict[str, Search] = {}
    for way, wishes in (("adaptive", _ADAPTIVE), ("exhaustive", _EXHAUSTIVE)):

        def progress(version: str, done: int, expected: int, way: str = way) -> None:
            tell(f"ranges: {example} {way}, {done} of {expected}, {version}")

        started = time.perf_counter()
        found = reproducer.reproduce(finding, wishes, progress)
        seconds = time.perf_counter() - started
        if found.range is None:
            return Comparison(
                example, problem=f"{found.verdict.word.value}: {found.verdict.reason}"
            )
        searches[way] = _search_of(found, seconds)
    return Comparison(example, adaptive=searches["adaptive"], exhaustive=searches["exhaustive"])


def _search_of(found: Reproduction, seconds: float) -> Search:
    assert found.range is not None
    search, affected = found.range.search, found.range.affected
    verdicts = {run.version: run.verdict for run in search.runs}
    reasons = {run.version: run.reason for run in search.runs}
    return Search(search.probes, seconds, affected.vers, verdicts, reasons)


def _said(search: Search, version: str) -> str:
    word, reason = search.verdicts.get(version, "unknown"), search.reasons.get(version)
    return f"{word} ({reason})" if reason else word


def report(compared: Sequence[Comparison]) -> Report:
    """Return the table, with a sum under it, and each difference as a note or a failure."""
    rows = [row_of(one) for one in compared]
    pairs = [(c.adaptive, c.exhaustive) for c in compared if c.adaptive and c.exhaustive]
    if len(pairs) > 1:
        alike = sum(one.same is True for one in compared)
        rows.append(
            (
                f"{len(pairs)} examples",
                *_cells(
                    sum(len(other.verdicts) for _, other in pairs),
                    (sum(one.run for one, _ in pairs), sum(other.run for _, other in pairs)),
                    (sum(one.seconds for one, _ in pairs), sum(two.seconds for _, two in pairs)),
                ),
                f"{alike} of {len(pairs)}",
            )
        )
    told = {True: "; the range is the same", False: ""}
    lines = [(c, f"{c.example}: {line}") for c in compared for line in c.differences]
    return Report(
        "Versions run and the range found, adaptive against exhaustive",
        COLUMNS,
        tuple(rows),
        [_as_data(one) for one in compared],
        notes=(
            *(f"{c.example}: not measured: {c.problem}" for c in compared if c.problem),
            *(line + told[True] for c, line in lines if c.same),
        ),
        failures=tuple(line for c, line in lines if c.same is False),
    )


def row_of(compared: Comparison) -> tuple[str, ...]:
    """Return an example's cells, one for each of `COLUMNS`."""
    one, other = compared.adaptive, compared.exhaustive
    if one is None or other is None:
        return (compared.example, *[""] * (len(COLUMNS) - 2), "not measured")
    released = len(other.verdicts)
    cells = _cells(released, (one.run, other.run), (one.seconds, other.seconds))
    return (compared.example, *cells, "yes" if compared.same else "NO")


def _cells(released: int, run: tuple[int, int], seconds: tuple[float, float]) -> tuple[str, ...]:
    return (
        str(released),
        *(str(count) for count in run),
        f"{run[0] / run[1]:.2f}",
        *(shown(one, "s") for one in seconds),
        f"{seconds[0] / seconds[1]:.2f}",
    )


def _as_data(compared: Comparison) -> dict[str, Any]:
    data: dict[str, Any] = {"example": compared.example, "problem": compared.problem or None}
    for way, search in (("adaptive", compared.adaptive), ("exhaustive", compared.exhaustive)):
        if search is not None:
            data["released"] = len(search.verdicts)
            data[way] = {"run": search.run, "seconds": search.seconds, "vers": search.vers}
    return {**data, "same": compared.same, "differences": compared.differences}
