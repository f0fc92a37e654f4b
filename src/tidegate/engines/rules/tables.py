"""A decision table as a value: what it asks, and the one row for each combination of answers.

Source: CERT/CC, SSVC, DecisionTable 2.0.0. The last decision point of such a table is its outcome.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values of a decision point."""

    key: str
    """As rows write it, such as `Y`."""
    name: str
    """As people read it, such as `Yes`."""
    definition: str

    @property
    def word(self) -> str:
        """How it is referred to: `yes`, `public_poc`."""
        return word_of(self.name)


@dataclass(frozen=True, slots=True)
class Point:
    """A decision point: something that is asked, or what comes out."""

    id: str
    """As rows write it, such as `cisa:KEV:1.0.0`."""
    name: str
    version: str
    definition: str
    values: tuple[Value, ...]
    """From the least urgent to the most urgent, as SSVC orders them."""

    @property
    def word(self) -> str:
        """How it is referred to: `in_kev`."""
        return word_of(self.name)

    @property
    def words(self) -> tuple[str, ...]:
        """How its values are referred to."""
        return tuple(value.word for value in self.values)

    def of_key(self, key: str) -> Value:
        """Return the value of a key that a row of the table writes."""
        return next(value for value in self.values if value.key == key)


@dataclass(frozen=True, slots=True)
class Row:
    """One combination of values, and what comes out."""

    number: int
    """Its place in the table's mapping, counted from 1."""
    values: Mapping[str, str]
    """By word of the decision point, the word of the value."""
    outcome: Value


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A named and versioned decision table that is whole: each combination has one row."""

    name: str
    """How it is referred to, such as `cisa-bod-26-04`."""
    title: str
    namespace: str
    key: str
    version: str
    definition: str
    points: tuple[Point, ...]
    """What it asks, in its own order."""
    outcome: Point
    rows: tuple[Row, ...]
    """In the order of its mapping."""
    sha256: str
    """Of the document, in its RFC 8785 form: two texts under one version can be told apart."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def id(self) -> str:
        """As SSVC identifies it: `cisa:DT_BOD2604:1.0.0`."""
        return f"{self.namespace}:{self.key}:{self.version}"

    def point(self, word: str) -> Point | None:
        """Return the decision point that a word refers to, or None."""
        return next((point for point in self.points if point.word == word), None)

    def row(self, values: Mapping[str, str]) -> Row:
        """Return the row of one combination, given by words; each has exactly one."""
        return next(row for row in self.rows if row.values == values)

    def record(self) -> dict[str, str]:
        """Return what says which table this is, as JSON has it."""
        return {
            "name": self.name,
            "title": self.title,
            "id": self.id,
            "version": self.version,
            "sha256": self.sha256,
        }


def word_of(name: str) -> str:
    """Return how something is referred to by its name: in lower case, with underscores."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")
