"""Decision tables come in whole, or not at all; the shipped ones are CERT/CC's, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.rules.made import document, point, raw
from tidegate.engines.rules import (
    RuleError,
    RuleInputError,
    read_table,
    shipped_table,
    shipped_tables,
    tree,
)
from tidegate.engines.rules.loading import MAX_BYTES, MAX_ROWS

SHIPPED = resources.files("tidegate.engines.rules") / "shipped" / "tables"
PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "ssvc"
# SHA-256 of the files as CERT/CC publishes them.
DIGESTS = {
    "cisa_bod_26_04_1_0_0.json": (
        "7ca1bcf951d6dba92ed1ff72a5eff2de8aa666939a0bea9c7ca506b973b474ea"
    ),
    "cisa_coordinator_2_0_3.json": (
        "4f3473257a38dd179eb4d5338c4877af18550f343292705a240f4b772c644d35"
    ),
}


@pytest.mark.parametrize("name", DIGESTS)
def test_the_shipped_tables_are_the_published_bytes(name: str) -> None:
    shipped = (SHIPPED / name).read_bytes()
    assert hashlib.sha256(shipped).hexdigest() == DIGESTS[name]
    if (PUBLISHED / name).exists():
        assert shipped == (PUBLISHED / name).read_bytes()


def test_their_licence_is_shipped_with_them() -> None:
    licence = (SHIPPED / "LICENSE-SSVC.txt").read_text()
    for notice in ("Copyright (c) 2020 CERT", "this permission notice", "NO WARRANTY", "AS IS"):
        assert notice in licence
    # From: CERTCC/SSVC, LICENSE: the whole file.
    whole = licence[licence.index("MIT License\n") :]
    digest = hashlib.sha256(whole.encode()).hexdigest()
    assert digest == "9a042fe894b04ac683bd035c373985b0f61beb78e224a739c1e97eb80c45f7f6"


def test_the_shipped_tables_are_known_by_name() -> None:
    told = [(table.name, table.id, len(table.rows)) for table in shipped_tables()]
    assert told == [
        ("cisa-bod-26-04", "cisa:DT_BOD2604:1.0.0", 16),
        ("cisa-coordinator", "cisa:DT_CO:2.0.3", 36),
    ]
    with pytest.raises(RuleInputError, match="there are cisa-bod-26-04, cisa-coordinator"):
        shipped_table("bod")


def test_a_copy_of_a_shipped_table_is_that_table_however_it_is_indented() -> None:
    copy = json.loads((SHIPPED / "cisa_bod_26_04_1_0_0.json").read_bytes())
    assert read_table(raw(copy), "copy.json") is shipped_table("cisa-bod-26-04")


def test_a_table_that_claims_to_be_a_shipped_one_and_is_another_is_refused() -> None:
    forged = json.loads((SHIPPED / "cisa_bod_26_04_1_0_0.json").read_bytes())
    forged["mapping"][15]["cisa:BOD2604:1.0.0"] = "60D"
    with pytest.raises(RuleError, match=r"forged\.json: version '1\.0\.0' of cisa:DT_BOD2604"):
        read_table(raw(forged), "forged.json")
    newer = forged | {"version": "1.1.0"}
    assert read_table(raw(newer), "newer.json").version == "1.1.0"
    alias = forged | {"namespace": "x_example.org#own"}
    with pytest.raises(RuleError, match="name 'CISA BOD 26-04' is a shipped table's"):
        read_table(raw(alias), "alias.json")


def test_a_table_of_ones_own_is_read() -> None:
    table = read_table(raw(document()), "own.json")
    assert (table.name, table.version) == ("our-own", "1.0.0")
    assert {point.word: point.words for point in table.points} == {
        "left_open": ("no", "yes"),
        "critical": ("no", "yes_very"),
    }
    assert [row.number for row in table.rows] == [1, 2, 3, 4]


def _renamed(place: str, name: str) -> Callable[[Any], None]:
    return lambda told: told["decision_points"][place].update(name=name)


WRONG: dict[str, tuple[Callable[[Any], Any], str]] = {
    "another format": (lambda told: told.update(schemaVersion="1.0.1"), "write '2.0.0'"),
    "no version": (lambda told: told.pop("version"), "version is missing; add it"),
    "a misspelt field": (lambda told: told.update(mappings=[]), "mappings is not a field here"),
    "a row missing": (
        lambda told: told["mapping"].pop(2),
        "mapping has no row for left_open=no, critical=yes_very; add one",
    ),
    "a row twice": (
        lambda told: told["mapping"].append(told["mapping"][1]),
        r"mapping\[4\] has the values of mapping\[1\]; keep one",
    ),
    "a row without a value": (
        lambda told: told["mapping"][1].pop("own:C:1.0.0"),
        r"mapping\[1\]\['own:C:1\.0\.0'\] is missing; add it",
    ),
    "a row without an outcome": (
        lambda told: told["mapping"][1].pop("own:O:1.0.0"),
        r"mapping\[1\]\['own:O:1\.0\.0'\] is missing",
    ),
    "a value of no point": (
        lambda told: told["mapping"][0].update({"own:L:1.0.0": "Q"}),
        "'Q' is not one of its values; write one of N, Y",
    ),
    "a column of no point": (
        lambda told: told["mapping"][0].update({"own:Z:1.0.0": "Y"}),
        "is not a decision point of this table",
    ),
    "an outcome of no point": (
        lambda told: told.update(outcome="own:Q:1.0.0"),
        "outcome 'own:Q:1.0.0' is not one of the decision points",
    ),
    "nothing but an outcome": (
        lambda told: told.update(
            decision_points={
                "own:O:1.0.0": told["decision_points"]["own:O:1.0.0"],
                "own:P:1.0.0": told["decision_points"]["own:O:1.0.0"] | {"name": "…"},
            }
        ),
        "is named '…'; write a name with letters",
    ),
    "two points of one word": (
        _renamed("own:C:1.0.0", "left-OPEN"),
        "would both be referred to as left_open",
    ),
    "a point without a word": (_renamed("own:C:1.0.0", "***"), r"is named '\*\*\*'"),
    "two values of one word": (
        lambda told: told["decision_points"]["own:L:1.0.0"]["values"][0].update(name="yes!"),
        "'N' and 'Y' would both be referred to as yes",
    ),
    "two values of one key": (
        lambda told: told["decision_points"]["own:L:1.0.0"]["values"][0].update(key="Y"),
        "have the key 'Y' twice",
    ),
    "a key with a newline": (lambda told: told.update(key="OWN\n"), "cannot stand here"),
    "a name without end": (lambda told: told.update(name="x" * 121), "is too long"),
    "a definition without end": (lambda told: told.update(definition="x" * 4001), "4,001"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_whole_table_is_refused_with_the_place_and_the_mend(wrong: str) -> None:
    told = document()
    change, message = WRONG[wrong]
    change(told)
    with pytest.raises(RuleError, match=message) as refused:
        read_table(raw(told), "own.json")
    assert str(refused.value).startswith("own.json: ")


@pytest.mark.parametrize(
    ("hostile", "message"),
    [
        (b"", "empty"),
        (b"[]", "an object, not a list"),
        (b"\xff", "not UTF-8"),
        (b'{"a": 1, "a": 2}', "comes twice"),
        (b"[" * 100_000, "nested more than 8 deep"),
        (b"[" + b"0," * 50_000 + b"0]", "more than 40,000 values"),
        (b" " * (MAX_BYTES + 1), "larger than 1 MiB"),
        (b'{"namespace": NaN}', "not every reader can hold"),
    ],
)
def test_what_would_hurt_a_parser_never_reaches_it(hostile: bytes, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read_table(hostile, "hostile.json")


def test_more_combinations_than_the_bound_are_refused_before_they_are_counted_out() -> None:
    told = document()
    many = {f"V{index}": f"value {index}" for index in range(32)}
    for index in range(9):
        told["decision_points"][f"own:{index}:1.0.0"] = point(f"P{index}", f"Point {index}", many)
    for row in told["mapping"]:
        row.update({f"own:{index}:1.0.0": "V0" for index in range(9)})
    with pytest.raises(RuleError, match=f"more than {MAX_ROWS:,} combinations"):
        read_table(raw(told), "wide.json")


def test_the_name_of_a_file_cannot_write_to_a_terminal() -> None:
    with pytest.raises(RuleError) as refused:
        read_table(b"", "a\x1b[2J\n.json")
    assert "\x1b" not in str(refused.value)
    assert "\n" not in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_any_change_gives_a_whole_table_or_one_refusal(data: st.DataObject) -> None:
    told: Any = document()
    place = told
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
            place = inner
            continue
        place[key] = data.draw(JSON)
        break
    try:
        table = read_table(raw(told), "changed.json")
    except RuleError:
        return
    combinations = list(product(*(one.words for one in table.points)))
    assert len(combinations) == len(table.rows)
    for values in combinations:
        named = {one.word: value for one, value in zip(table.points, values, strict=True)}
        assert table.row(named).values == named


@pytest.mark.parametrize("table", shipped_tables(), ids=str)
def test_a_tree_has_each_row_once_at_its_end(table: Any) -> None:
    found = []

    def walk(branches: Any, path: dict[str, str]) -> None:
        for branch in branches:
            here = path | {branch.point.word: branch.value.word}
            if branch.row:
                assert branch.row.values == here
                found.append(branch.row.number)
            walk(branch.branches, here)

    walk(tree(table), {})
    assert sorted(found) == [row.number for row in table.rows]
