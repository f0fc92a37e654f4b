"""What was measured, beside its floor: values, the statistics over them, and their rows in a table.

Nothing here measures anything or reads a clock.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

COLUMNS = ("figure", "measured", "p95", "floor", "ratio", "aim", "met")
_TAIL = 0.95


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should be, in the figure's own unit."""

    bound: float
    at_least: bool = False

    def met_by(self, measured: float) -> bool:
        """Whether a measured value is as good as the aim or better."""
        return measured >= self.bound if self.at_least else measured <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, and the bare floor or the peer that it is held against."""

    name: str
    measured: float
    unit: str
    """`ms`, `s`, or `/s`."""
    p95: float | None = None
    floor: float | None = None
    """In the same unit, measured in the same run."""
    floor_name: str = ""
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the floor it is: above 1 for a cost, below 1 for a rate."""
        return self.measured / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        return self.aim.met_by(self.measured) if self.aim else None


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark has to say: a table, and the same as plain data."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    data: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...] = field(default=())
    failures: tuple[str, ...] = field(default=())
    """Claims that did not hold; a missed aim is none, because a busy machine misses some."""


def report_of(title: str, figures: Sequence[Figure], notes: Sequence[str] = ()) -> Report:
    """Return the report over some figures."""
    return Report(
        title,
        COLUMNS,
        tuple(row_of(figure) for figure in figures),
        [as_data(figure) for figure in figures],
        notes=tuple(notes),
    )


def row_of(figure: Figure) -> tuple[str, ...]:
    """Return a figure's cells, one for each of `COLUMNS`."""
    floor = "" if figure.floor is None else shown(figure.floor, figure.unit)
    if floor and figure.floor_name:
        floor = f"{floor}, {figure.floor_name}"
    bound = ""
    if figure.aim:
        side = "at least" if figure.aim.at_least else "at most"
        bound = f"{side} {figure.aim.bound:g} {figure.unit}"
    return (
        figure.name,
        shown(figure.measured, figure.unit),
        "" if figure.p95 is None else shown(figure.p95, figure.unit),
        floor,
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        bound,
        {True: "yes", False: "NO", None: ""}[figure.met],
    )


def as_data(figure: Figure) -> dict[str, Any]:
    """Return a figure as `--json` prints it."""
    return {
        "figure": figure.name,
        "measured": figure.measured,
        "unit": figure.unit,
        "p95": figure.p95,
        "floor": figure.floor,
        "floor_name": figure.floor_name,
        "ratio": figure.ratio,
        "aim": figure.aim.bound if figure.aim else None,
        "aim_is_at_least": figure.aim.at_least if figure.aim else None,
        "met": figure.met,
    }


def shown(value: float, unit: str) -> str:
    """Return a value with as many digits as mean anything, and its unit."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def median(values: Sequence[float]) -> float:
    """Return the value in the middle."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 stay within, by nearest rank: one that was measured."""
    return sorted(values)[math.ceil(_TAIL * len(values)) - 1]
