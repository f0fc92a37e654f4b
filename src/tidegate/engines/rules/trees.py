"""A decision table as a tree: one decision point after the other, and outcomes at the ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tidegate.engines.rules.tables import DecisionTable, Point, Row, Value


@dataclass(frozen=True, slots=True)
class Branch:
    """One value of a decision point, and what follows from it."""

    point: Point
    value: Value
    branches: tuple[Branch, ...]
    """By the next decision point; empty at an end."""
    row: Row | None
    """The row that the path leads to, at an end."""

    def record(self, number: Callable[[Row], int]) -> dict[str, Any]:
        """Return the branch, as JSON has it, its rows with the numbers that are asked for."""
        told: dict[str, Any] = {"point": self.point.word, "value": self.value.word}
        if self.row is not None:
            return told | {"outcome": self.row.outcome.name, "row": number(self.row)}
        return told | {"branches": [branch.record(number) for branch in self.branches]}


def tree(table: DecisionTable) -> tuple[Branch, ...]:
    """Return the branches of the table's first decision point."""
    rows = {tuple(row.values[point.word] for point in table.points): row for row in table.rows}
    return _branches(table.points, (), rows)


def _branches(
    points: tuple[Point, ...], path: tuple[str, ...], rows: dict[tuple[str, ...], Row]
) -> tuple[Branch, ...]:
    if len(path) == len(points):
        return ()
    point = points[len(path)]
    return tuple(
        Branch(
            point,
            value,
            _branches(points, (*path, value.word), rows),
            rows.get((*path, value.word)),
        )
        for value in point.values
    )
