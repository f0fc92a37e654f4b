"""What a decision table says to given values, and how it came to say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.engines.formats.documents import shown
from tidegate.engines.rules.errors import RuleInputError
from tidegate.engines.rules.tables import DecisionTable, Point, Row, Value, word_of


@dataclass(frozen=True, slots=True)
class Input:
    """A value, and who says so."""

    value: str
    """By its name, such as `yes` or `Public PoC`; upper and lower case are the same."""
    source: str = ""
    """Such as `CISA KEV 2026.11.24`, for people."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The one row of a table that fits, with all that it rests on."""

    table: DecisionTable
    row: Row
    inputs: Mapping[str, Input]
    """By word of the decision point, in the table's order; values as words."""

    @property
    def outcome(self) -> Value:
        """What the table says."""
        return self.row.outcome

    def record(self) -> dict[str, Any]:
        """Return the decision with its trace, as JSON has it."""
        return {
            "table": self.table.record(),
            "outcome": self.outcome.name,
            "definition": self.outcome.definition,
            "row": self.row.number,
            "rows_are": "those of the table's mapping, counted from 1",
            "inputs": {
                word: {"value": one.value, "source": one.source}
                for word, one in self.inputs.items()
            },
        }


def decide(table: DecisionTable, inputs: Mapping[str, Input]) -> Decision:
    """Return what a table says; every decision point needs a value.

    Raises:
        RuleInputError: a name or a value is none of the table's, or one is missing.
    """
    check_names(table, inputs)
    used = {}
    for point in table.points:
        if point.word not in inputs:
            raise RuleInputError(
                f"{table.name} needs {point.word}, too; it is one of {', '.join(point.words)}"
            )
        used[point.word] = in_words(point, inputs[point.word])
    return Decision(table, table.row({word: one.value for word, one in used.items()}), used)


def check_names(table: DecisionTable, names: Mapping[str, Any]) -> None:
    """Refuse what is not a decision point of a table.

    Raises:
        RuleInputError: the message names the decision points.
    """
    for name in names:
        if table.point(name) is None:
            there = ", ".join(point.word for point in table.points)
            raise RuleInputError(
                f"{table.name} does not ask for {shown(name)}; it asks for {there}"
            )


def in_words(point: Point, given: Input, *also: str) -> Input:
    """Return an input with its value as the word that refers to it.

    `also` are words that may stand there beside the point's own.

    Raises:
        RuleInputError: it is none of the point's values; the message names them.
    """
    word = word_of(given.value)
    possible = (*point.words, *(one for one in also if one not in point.words))
    if word not in possible:
        raise RuleInputError(
            f"{point.word} cannot be {shown(given.value)}; it is one of {', '.join(possible)}"
        )
    return Input(word, given.source)
