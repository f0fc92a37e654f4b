"""From a file to an authority's policy set: strictly, and with one error that says what to mend.

The form is `policy-set-1.schema.json`. What a schema cannot say is checked after it: the set reads
exactly the text of a table that it names, and every word in it is one of that table's. A set of
an organisation's own never goes by the name of a shipped one that has a table; a shipped one that
is empty is what it is for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from jsonschema import Draft202012Validator

from tidegate.engines.formats.documents import Fault, field_path, parse, sha256_of, shown
from tidegate.engines.formats.schema_faults import telling_fault, validator_of
from tidegate.engines.rules.errors import RuleError
from tidegate.engines.rules.loading import shipped_tables
from tidegate.engines.rules.policies import (
    Force,
    MissingReading,
    Numbering,
    PolicySet,
    Reading,
    Scope,
    Source,
    Timeline,
    TriageStep,
)
from tidegate.engines.rules.tables import DecisionTable, Point

MAX_BYTES: Final = 1 << 20
"""Largest policy set, in bytes; the shipped ones have under 6,000."""

_MENDS: Final = {
    "name": "write small letters and digits, with single dashes between them",
    "chosen": "write the name of one of the readings",
    "after": "write the name of a step",
    "url": "write an address like https://example.org/policy",
    "read": "write a day like 2026-11-26",
    "binding_from": "write a day like 2026-12-07",
    "sha256": "write the digest as `tidegate tables --json` prints it",
}


def read_policy_set(raw: bytes, source: str, tables: Iterable[DecisionTable] = ()) -> PolicySet:
    """Read an authority's policy set from the bytes of a file; `source` is its name in errors.

    It may read the shipped tables, and `tables`.

    Raises:
        RuleError: it is no policy set, or it has the name of a shipped one that has a table.
    """
    policy = _read(raw, source, (*shipped_tables(), *tables))
    if any(known.name == policy.name and known.reading for known in shipped_policy_sets()):
        reason = f"{shown(policy.name)} is shipped with this software; give yours another name"
        raise RuleError(source, Fault("name", reason))
    return policy


@cache
def shipped_policy_sets() -> tuple[PolicySet, ...]:
    """Return the policy sets that are shipped, by name; some are empty."""
    folder = resources.files("tidegate.engines.rules") / "shipped" / "policies"
    files = [place for place in folder.iterdir() if place.name.endswith(".json")]
    read = [_read(place.read_bytes(), place.name, shipped_tables()) for place in files]
    return tuple(sorted(read, key=lambda policy: policy.name))


def policy_set_for(scope: Scope, loaded: Iterable[PolicySet] = ()) -> PolicySet:
    """Return the policy set that holds for a scope.

    That is the shipped one where it has a table and binds; else a loaded one, if there is one. It
    may be empty: another authority's is never taken instead.
    """
    shipped = next(policy for policy in shipped_policy_sets() if scope in policy.scopes)
    if shipped.binding_from(scope):
        return shipped
    return next((policy for policy in loaded if scope in policy.scopes), shipped)


def shipped_reading(table: DecisionTable) -> tuple[PolicySet, Reading] | None:
    """Return the shipped policy set that reads this very table, and how; None if none does."""
    for policy in shipped_policy_sets():
        if policy.reading and policy.reading.table.sha256 == table.sha256:
            return policy, policy.reading
    return None


@cache
def policy_set_schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy set; not to be changed."""
    place = resources.files("tidegate.engines.rules") / "policy-set-1.schema.json"
    loaded: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return loaded


def _read(raw: bytes, source: str, tables: tuple[DecisionTable, ...]) -> PolicySet:
    document = parse(raw, max_bytes=MAX_BYTES)
    if isinstance(document, Fault):
        raise RuleError(source, document)
    value: Any = document.value
    if not isinstance(value, dict):
        reason = f"a policy set is an object, not {shown(value)}; write {{...}}"
        raise RuleError(source, Fault("", reason))
    if fault := telling_fault(value, _validator(), _MENDS):
        raise RuleError(source, fault)
    return PolicySet(
        name=value["name"],
        version=value["version"],
        title=value["title"],
        authority=value["authority"],
        scopes={Scope(scope): Force(force) for scope, force in value["scopes"].items()},
        sources=tuple(
            Source(
                one["url"],
                _day(one["read"], f"sources[{index}].read", source),
                one["terms"] == "primary",
                one["note"],
            )
            for index, one in enumerate(value["sources"])
        ),
        reading=_reading(value["reading"], source, tables) if "reading" in value else None,
        sha256=sha256_of(value),
    )


def _reading(value: dict[str, Any], source: str, tables: tuple[DecisionTable, ...]) -> Reading:
    table = _table(value["table"], source, tables)
    timelines = _timelines(value["timelines"], table, source)
    listed = value["listed"]
    _check(table, listed["point"], [listed["value"]], "reading.listed", source)
    for point, word in value["unknown"].items():
        _check(table, point, [word], field_path(("reading", "unknown", point)), source)
    missing = value["missing"]
    for point in missing["points"]:
        _check(table, point, [], "reading.missing.points", source)
    return Reading(
        directive=value["directive"],
        binding_from=_day(value["binding_from"], "reading.binding_from", source),
        table=table,
        numbering=_numbering(value["numbering"], table, source),
        timelines=timelines,
        listed=(listed["point"], listed["value"]),
        unknown=value["unknown"],
        may_be_missing=frozenset(missing["points"]),
        missing=_missing(missing, table, timelines, source),
        triage_words=value["triage"]["words"],
        triage=_triage(value["triage"]["steps"], source),
    )


def _table(value: dict[str, str], source: str, tables: tuple[DecisionTable, ...]) -> DecisionTable:
    for table in tables:
        if (table.name, table.sha256) == (value["name"], value["sha256"]):
            return table
    there = ", ".join(f"{table.name} with {table.sha256}" for table in tables)
    reason = f"is {shown(value['name'])} with a digest that no table here has; there are {there}"
    raise RuleError(source, Fault("reading.table", reason))


def _timelines(
    value: dict[str, dict[str, Any]], table: DecisionTable, source: str
) -> dict[str, Timeline]:
    keys = [one.key for one in table.outcome.values]
    if lacking := [key for key in keys if key not in value]:
        fault = Fault("reading.timelines", f"has none for the outcome {lacking[0]}; add it")
        raise RuleError(source, fault)
    if strange := [key for key in value if key not in keys]:
        reason = f"is not an outcome of {table.name}; they are {', '.join(keys)}"
        raise RuleError(source, Fault(field_path(("reading", "timelines", strange[0])), reason))
    return {
        one.key: Timeline(
            one, value[one.key].get("days"), value[one.key].get("forensic_triage", False)
        )
        for one in table.outcome.values
    }


def _numbering(value: dict[str, Any], table: DecisionTable, source: str) -> Numbering:
    place = "reading.numbering.points"
    points = tuple((one["point"], tuple(one["values"])) for one in value["points"])
    if sorted(point for point, _ in points) != sorted(point.word for point in table.points):
        there = ", ".join(point.word for point in table.points)
        raise RuleError(source, Fault(place, f"has to name each of {there} once"))
    for index, (name, values) in enumerate(points):
        point = _check(table, name, values, f"{place}[{index}]", source)
        if len(values) != len(point.values):
            reason = f"has to name each of {', '.join(point.words)}"
            raise RuleError(source, Fault(f"{place}[{index}].values", reason))
    return Numbering(value["of"], points)


def _missing(
    value: dict[str, Any], table: DecisionTable, timelines: dict[str, Timeline], source: str
) -> MissingReading:
    read = {}
    for name, one in value["readings"].items():
        place = field_path(("reading", "missing", "readings", name))
        if ("outcome" in one) == ("assume" in one):
            reason = "needs either an outcome or what to assume; write one of the two"
            raise RuleError(source, Fault(place, reason))
        outcome = one.get("outcome")
        if outcome is not None and outcome not in timelines:
            reason = f"{shown(outcome)} is no outcome; they are {', '.join(timelines)}"
            raise RuleError(source, Fault(f"{place}.outcome", reason))
        assume = one.get("assume", {})
        for point, word in assume.items():
            _check(table, point, [word], f"{place}.assume", source)
        if assume and assume.keys() != set(value["points"]):
            reason = f"has to name each of {', '.join(value['points'])}"
            raise RuleError(source, Fault(f"{place}.assume", reason))
        read[name] = MissingReading(
            name, one["words"], None if outcome is None else timelines[outcome], assume
        )
    if value["chosen"] not in read:
        reason = f"{shown(value['chosen'])} is no reading; they are {', '.join(read)}"
        raise RuleError(source, Fault("reading.missing.chosen", reason))
    return read[value["chosen"]]


def _triage(value: list[dict[str, Any]], source: str) -> tuple[TriageStep, ...]:
    steps: list[TriageStep] = []
    for index, one in enumerate(value):
        place = f"reading.triage.steps[{index}]"
        before = [step.name for step in steps]
        if one["name"] in before:
            reason = f"{shown(one['name'])} is another step's; give it one of its own"
            raise RuleError(source, Fault(f"{place}.name", reason))
        if "after" in one and one["after"] not in before:
            reason = f"{shown(one['after'])} is no step before this one; name one"
            raise RuleError(source, Fault(f"{place}.after", reason))
        begins, ends = one.get("from_hour"), one.get("by_hour")
        if begins is not None and ends is not None and begins > ends:
            reason = f"{begins} is after by_hour {ends}; write a smaller one"
            raise RuleError(source, Fault(f"{place}.from_hour", reason))
        steps.append(TriageStep(one["name"], one["words"], begins, ends, one.get("after", "")))
    return tuple(steps)


def _check(
    table: DecisionTable, name: str, values: Iterable[str], place: str, source: str
) -> Point:
    point = table.point(name)
    if point is None:
        there = ", ".join(point.word for point in table.points)
        reason = f"names {shown(name)}, which {table.name} does not ask for; it asks for {there}"
        raise RuleError(source, Fault(place, reason))
    for value in values:
        if value not in point.words:
            reason = f"names {shown(value)}; {name} is one of {', '.join(point.words)}"
            raise RuleError(source, Fault(place, reason))
    return point


def _day(text: str, place: str, source: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        reason = f"{shown(text)} is no day; write one like 2026-12-07"
        raise RuleError(source, Fault(place, reason)) from None


@cache
def _validator() -> Draft202012Validator:
    return validator_of(policy_set_schema())
