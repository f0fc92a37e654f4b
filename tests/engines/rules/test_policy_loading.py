"""Policy sets come in whole, are nobody else's, and an empty one can be filled."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from tests.engines.rules.made import document, inputs, raw
from tidegate.engines.rules import (
    RuleError,
    Scope,
    answer,
    policy_set_for,
    read_policy_set,
    read_table,
    shipped_policy_sets,
    shipped_reading,
    shipped_tables,
)


def cisa_document() -> Any:
    place = resources.files("tidegate.engines.rules") / "shipped" / "policies" / "cisa.json"
    told = json.loads(place.read_bytes())
    return told | {"name": "own", "scopes": {"nss": "binding"}}


def test_each_scope_has_one_shipped_set_and_two_authorities_have_no_table() -> None:
    scopes = [scope for policy in shipped_policy_sets() for scope in policy.scopes]
    assert sorted(scopes) == sorted(Scope)
    empty = {policy.name for policy in shipped_policy_sets() if policy.reading is None}
    assert empty == {"cnss", "war"}


def test_only_the_table_of_the_directive_is_read_by_it() -> None:
    read = {table.name: shipped_reading(table) for table in shipped_tables()}
    assert read["cisa-coordinator"] is None
    assert read["cisa-bod-26-04"] is not None


def test_an_empty_set_is_filled_by_loading_one_and_no_binding_one_is_replaced() -> None:
    told = cisa_document() | {"name": "cnss"}
    told["scopes"] = {"nss": "binding", "fceb": "guidance"}
    loaded = read_policy_set(raw(told), "cnss.json")
    assert policy_set_for(Scope.NSS, [loaded]) is loaded
    assert policy_set_for(Scope.FCEB, [loaded]).name == "cisa"
    assert policy_set_for(Scope.DOW, [loaded]).name == "war"
    said = answer(loaded, inputs("no", "yes", "yes", "total"))
    assert said.number == 9


def test_a_set_reads_a_table_of_ones_own_by_its_digest() -> None:
    table = read_table(raw(document()), "own.json")
    told = cisa_document()
    reading = told["reading"]
    reading["table"] = {"name": table.name, "sha256": table.sha256}
    reading["numbering"]["points"] = [
        {"point": "left_open", "values": ["yes", "no"]},
        {"point": "critical", "values": ["yes_very", "no"]},
    ]
    reading["timelines"] = {"W": {}, "P": {"days": 1}}
    reading["listed"] = {"point": "critical", "value": "yes_very"}
    reading["unknown"] = {"left_open": "yes"}
    reading["missing"] = {
        "points": ["left_open"],
        "chosen": "late",
        "readings": {"late": {"words": "Wait.", "outcome": "W"}},
    }
    with pytest.raises(RuleError, match="with a digest that no table here has"):
        read_policy_set(raw(told), "own-set.json")
    policy = read_policy_set(raw(told), "own-set.json", [table])
    assert policy.reading is not None
    assert policy.reading.table is table


def change(*path: Any, to: Any) -> Any:
    told = cisa_document()
    place = told
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return told


WRONG = {
    "a shipped name": (change("name", to="cisa"), "'cisa' is shipped with this software"),
    "no scope": (change("scopes", to={}), "scopes is empty"),
    "an unknown scope": (change("scopes", to={"eu": "binding"}), "scopes.eu is not a field here"),
    "an unknown force": (change("scopes", to={"nss": "law"}), "write one of binding, guidance"),
    "a day that is none": (
        change("reading", "binding_from", to="2026-02-30"),
        "reading.binding_from '2026-02-30' is no day",
    ),
    "another table": (change("reading", "table", "name", to="cisa-coordinator"), "no table here"),
    "an outcome without a timeline": (
        change("reading", "timelines", to={"FSU": {}}),
        "has none for the outcome 60D",
    ),
    "a timeline of no outcome": (
        change("reading", "timelines", "90D", to={"days": 90}),
        r"reading.timelines\['90D'\] is not an outcome of cisa-bod-26-04",
    ),
    "too many days": (
        change("reading", "timelines", "60D", to={"days": 10**6}),
        "reading.timelines",
    ),
    "a point that is not asked": (
        change("reading", "listed", "point", to="exploitation"),
        "reading.listed names 'exploitation'",
    ),
    "a value of no point": (
        change("reading", "unknown", "publicly_exposed", to="perhaps"),
        "publicly_exposed is one of no, yes",
    ),
    "a number for half the rows": (
        change("reading", "numbering", "points", 0, "values", to=["yes"]),
        "has to name each of no, yes",
    ),
    "a number without a point": (
        change("reading", "numbering", "points", to=[{"point": "in_kev", "values": ["no"]}]),
        "has to name each of publicly_exposed",
    ),
    "a reading that is not there": (
        change("reading", "missing", "chosen", to="guess"),
        "'guess' is no reading; they are sixty-days, no-and-total",
    ),
    "a reading that says nothing": (
        change("reading", "missing", "readings", "sixty-days", to={"words": "?"}),
        "needs either an outcome or what to assume",
    ),
    "a reading that assumes a half": (
        change("reading", "missing", "readings", "no-and-total", "assume", to={"in_kev": "no"}),
        "has to name each of automatable, technical_impact",
    ),
    "a step after none": (
        change("reading", "triage", "steps", 0, "after", to="collect"),
        "'collect' is no step before this one",
    ),
    "a step twice": (
        change("reading", "triage", "steps", 1, "name", to="scope"),
        "'scope' is another step's",
    ),
    "a step that ends before it begins": (
        change("reading", "triage", "steps", 4, "from_hour", to=49),
        "49 is after by_hour 48",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_whole_set_is_refused_with_the_place_and_the_mend(wrong: str) -> None:
    told, message = WRONG[wrong]
    with pytest.raises(RuleError, match=message) as refused:
        read_policy_set(raw(told), "own.json")
    assert str(refused.value).startswith("own.json: ")


@pytest.mark.parametrize("hostile", [b"", b"[]", b"\xff", b"[" * 1000, b'{"a":1,"a":1}'])
def test_what_is_no_document_is_refused(hostile: bytes) -> None:
    with pytest.raises(RuleError):
        read_policy_set(hostile, "own.json")
