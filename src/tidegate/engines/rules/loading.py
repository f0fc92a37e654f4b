"""From a file to a decision table: strictly, and with one error that says what to mend.

The form is `decision-table-2.schema.json`. What a schema cannot say is checked after it: the
outcome is one of the decision points, every combination of values has exactly one row, and no two
decision points or values are referred to by the same word. A table of an organisation's own never
goes by the name of a shipped one, nor by its version with another content.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from itertools import product
from math import prod
from typing import Any, Final

from jsonschema import Draft202012Validator

from tidegate.engines.formats.documents import Fault, field_path, parse, sha256_of, shown
from tidegate.engines.formats.schema_faults import telling_fault, validator_of
from tidegate.engines.rules.errors import RuleError, RuleInputError
from tidegate.engines.rules.tables import DecisionTable, Point, Row, Value, word_of

MAX_BYTES: Final = 1 << 20
"""Largest table, in bytes; the largest of CERT/CC's has some 200,000."""

MAX_ROWS: Final = 2_000
"""Most combinations; the largest of CERT/CC's tables has 729."""

_MAX_VALUES: Final = 40_000
_MAX_DEPTH: Final = 8
_MAX_TEXT: Final = 4_000

_MENDS: Final = {
    "namespace": "write a small letter, then letters, digits and . _ - # / $",
    "key": "write letters and digits, with single underscores between them",
    "version": "write three numbers, like 1.0.0",
}


def read_table(raw: bytes, source: str) -> DecisionTable:
    """Read a decision table from the bytes of a file; `source` is its name in errors.

    A copy of a shipped table is that table.

    Raises:
        RuleError: it is no decision table, or it claims to be a shipped one and is another.
    """
    table = _read(raw, source)
    for known in shipped_tables():
        if table.sha256 == known.sha256:
            return known
        if table.id == known.id:
            reason = (
                f"{shown(table.version)} of {known.namespace}:{known.key} is shipped with this"
                " software, and is not this; give yours a namespace and a name of its own"
            )
            raise RuleError(source, Fault("version", reason))
        same = (table.namespace, table.key) == (known.namespace, known.key)
        if table.name == known.name and not same:
            reason = f"{shown(table.title)} is a shipped table's; give yours another name"
            raise RuleError(source, Fault("name", reason))
    return table


@cache
def shipped_tables() -> tuple[DecisionTable, ...]:
    """Return the tables that are shipped, by name."""
    folder = resources.files("tidegate.engines.rules") / "shipped" / "tables"
    files = [place for place in folder.iterdir() if place.name.endswith(".json")]
    read = [_read(place.read_bytes(), place.name) for place in files]
    return tuple(sorted(read, key=lambda table: table.name))


def shipped_table(name: str) -> DecisionTable:
    """Return the shipped table of a name.

    Raises:
        RuleInputError: there is none; the message names those that there are.
    """
    for table in shipped_tables():
        if table.name == name:
            return table
    there = ", ".join(table.name for table in shipped_tables())
    raise RuleInputError(
        f"no table {shown(name)}; there are {there}, or give the path of a table's JSON file"
    )


@cache
def table_schema() -> dict[str, Any]:
    """Return the JSON Schema of a decision table; not to be changed."""
    place = resources.files("tidegate.engines.rules") / "decision-table-2.schema.json"
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


def _read(raw: bytes, source: str) -> DecisionTable:
    document = parse(
        raw,
        max_bytes=MAX_BYTES,
        max_depth=_MAX_DEPTH,
        max_values=_MAX_VALUES,
        max_text=_MAX_TEXT,
    )
    if isinstance(document, Fault):
        raise RuleError(source, document)
    value: Any = document.value
    if not isinstance(value, dict):
        reason = f"a decision table is an object, not {shown(value)}; write {{...}}"
        raise RuleError(source, Fault("", reason))
    if fault := telling_fault(value, _validator(), _MENDS):
        raise RuleError(source, fault)
    points = {key: _point(key, one, source) for key, one in value["decision_points"].items()}
    outcome = points.pop(value["outcome"], None)
    if outcome is None:
        there = ", ".join(map(shown, value["decision_points"]))
        reason = (
            f"{shown(value['outcome'])} is not one of the decision points; write one of {there}"
        )
        raise RuleError(source, Fault("outcome", reason))
    if not points:
        raise RuleError(
            source, Fault("decision_points", "hold the outcome only; add what is asked")
        )
    asked = tuple(points.values())
    _check_words([(point.id, point.name) for point in asked], "decision_points", source)
    for point in asked:
        named = [(one.key, one.name) for one in point.values]
        _check_words(named, field_path(("decision_points", point.id, "values")), source)
    return DecisionTable(
        name=word_of(value["name"]).replace("_", "-"),
        title=value["name"],
        namespace=value["namespace"],
        key=value["key"],
        version=value["version"],
        definition=value["definition"],
        points=asked,
        outcome=outcome,
        rows=_rows(value["mapping"], asked, outcome, source),
        sha256=sha256_of(value),
    )


def _point(key: str, value: dict[str, Any], source: str) -> Point:
    keys = [one["key"] for one in value["values"]]
    if twice := next((one for one in keys if keys.count(one) > 1), None):
        place = field_path(("decision_points", key, "values"))
        raise RuleError(source, Fault(place, f"have the key {shown(twice)} twice; keep one"))
    return Point(
        id=key,
        name=value["name"],
        version=value["version"],
        definition=value["definition"],
        values=tuple(Value(one["key"], one["name"], one["definition"]) for one in value["values"]),
    )


def _check_words(named: list[tuple[str, str]], place: str, source: str) -> None:
    """Refuse names that are referred to by nothing, or by the same word."""
    seen: dict[str, str] = {}
    for key, name in named:
        word = word_of(name)
        if not word:
            reason = f"{shown(key)} is named {shown(name)}; write a name with letters or digits"
            raise RuleError(source, Fault(place, reason))
        if word in seen:
            reason = (
                f"{shown(seen[word])} and {shown(key)} would both be referred to as {word};"
                " give one another name"
            )
            raise RuleError(source, Fault(place, reason))
        seen[word] = key


def _rows(
    mapping: list[dict[str, str]], points: tuple[Point, ...], outcome: Point, source: str
) -> tuple[Row, ...]:
    if prod(len(point.values) for point in points) > MAX_ROWS:
        reason = f"have more than {MAX_ROWS:,} combinations of values; make two tables of it"
        raise RuleError(source, Fault("decision_points", reason))
    places: dict[tuple[str, ...], int] = {}
    rows = []
    for index, row in enumerate(mapping):
        place = f"mapping[{index}]"
        for point in (*points, outcome):
            _check_cell(row, point, place, source)
        if strange := row.keys() - {point.id for point in (*points, outcome)}:
            reason = "is not a decision point of this table; remove it"
            raise RuleError(source, Fault(f"{place}[{shown(min(strange))}]", reason))
        combination = tuple(row[point.id] for point in points)
        if combination in places:
            reason = f"has the values of mapping[{places[combination]}]; keep one of them"
            raise RuleError(source, Fault(place, reason))
        places[combination] = index
        words = {point.word: point.of_key(row[point.id]).word for point in points}
        rows.append(Row(index + 1, words, outcome.of_key(row[outcome.id])))
    for values in product(*(point.values for point in points)):
        if tuple(value.key for value in values) not in places:
            pairs = zip(points, values, strict=True)
            lacking = ", ".join(f"{point.word}={value.word}" for point, value in pairs)
            raise RuleError(source, Fault("mapping", f"has no row for {lacking}; add one"))
    return tuple(rows)


def _check_cell(row: dict[str, str], point: Point, place: str, source: str) -> None:
    field = f"{place}[{shown(point.id)}]"
    if point.id not in row:
        raise RuleError(source, Fault(field, "is missing; add it"))
    keys = [value.key for value in point.values]
    if row[point.id] not in keys:
        reason = f"{shown(row[point.id])} is not one of its values; write one of {', '.join(keys)}"
        raise RuleError(source, Fault(field, reason))


@cache
def _validator() -> Draft202012Validator:
    return validator_of(table_schema())
