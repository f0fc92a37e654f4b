"""BOD 26-04: all 16 rows, and what holds where something is not known."""

from __future__ import annotations

import json
from importlib import resources
from itertools import product

import pytest

from tests.engines.rules.made import NAMES, cisa, inputs
from tidegate.engines.rules import (
    Basis,
    Input,
    RuleInputError,
    Scope,
    answer,
    policy_set_for,
    read_policy_set,
)

UPGRADE, SIXTY, FOURTEEN, THREE = "Fix on system upgrade", "60 days", "14 days", "3 days"
TRIAGE = "3 days & forensic investigation"

# From: BOD 26-04, Appendix A, Table 1, as transcribed independently of CERT/CC's file.
TABLE_1 = """
 1  yes yes yes total    3 days & forensic investigation
 2  yes yes yes partial  3 days
 3  yes yes no  total    3 days & forensic investigation
 4  yes yes no  partial  14 days
 5  yes no  yes total    3 days
 6  yes no  yes partial  14 days
 7  yes no  no  total    14 days
 8  yes no  no  partial  60 days
 9  no  yes yes total    3 days & forensic investigation
10  no  yes yes partial  14 days
11  no  yes no  total    14 days
12  no  yes no  partial  14 days
13  no  no  yes total    60 days
14  no  no  yes partial  60 days
15  no  no  no  total    Fix on system upgrade
16  no  no  no  partial  Fix on system upgrade
"""
ROWS = [line.split(maxsplit=5) for line in TABLE_1.strip().splitlines()]
DAYS = {UPGRADE: None, SIXTY: 60, FOURTEEN: 14, THREE: 3, TRIAGE: 3}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"row {row[0]}")
def test_each_of_the_16_rows_says_what_the_directive_says(row: list[str]) -> None:
    number, *values, outcome = row
    said = answer(cisa(), inputs(*values))
    assert said.timeline is not None
    assert (said.number, said.timeline.outcome.name) == (int(number), outcome)
    assert (said.basis, said.missing) == (Basis.ROW, ())
    assert said.timeline.days == DAYS[outcome]
    assert said.timeline.forensic_triage is (int(number) in {1, 3, 9})


@pytest.mark.parametrize("rest", [row[2:5] for row in ROWS[:8]], ids=str)
@pytest.mark.parametrize("exposure", ["unknown", None])
def test_unknown_exposure_is_exposed_also_for_a_kev_entry(rest, exposure) -> None:
    said, exposed = (answer(cisa(), inputs(one, *rest)) for one in (exposure, "yes"))
    assert (said.timeline, said.rows, said.basis) == (exposed.timeline, exposed.rows, Basis.ROW)
    taken = said.record()["inputs"]["publicly_exposed"]
    assert taken["value"] == "unknown"
    assert taken["read_as"] == "yes"
    assert "BOD 26-04" in taken["because"]


@pytest.mark.parametrize("exposure", ["yes", "no", "unknown"])
@pytest.mark.parametrize("nothing", ["unknown", None])
def test_not_in_kev_and_both_values_missing_are_60_days_without_a_look_up(
    exposure, nothing
) -> None:
    said = answer(cisa(), inputs(exposure, "no", nothing, nothing))
    assert said.timeline is not None
    assert (said.timeline.outcome.name, said.basis) == (SIXTY, Basis.NO_VALUES)
    assert (said.row, said.number, said.rows) == (None, None, ())
    assert said.missing == ("automatable", "technical_impact")


@pytest.mark.parametrize(
    ("values", "outcome", "possible"),
    [
        (("yes", "no", "yes", None), THREE, [5, 6]),
        (("yes", "no", "no", None), FOURTEEN, [7, 8]),
        (("yes", "no", None, "total"), THREE, [5, 7]),
        (("yes", "no", None, "partial"), FOURTEEN, [6, 8]),
        (("no", "no", "yes", None), SIXTY, [13, 14]),
        (("no", "no", "no", None), UPGRADE, [15, 16]),
        (("no", "no", None, "total"), SIXTY, [13, 15]),
        (("no", "no", None, "partial"), SIXTY, [14, 16]),
    ],
)
def test_with_one_value_missing_the_strictest_row_that_remains_holds(
    values, outcome, possible
) -> None:
    said = answer(cisa(), inputs(*values))
    assert said.timeline is not None
    assert (said.timeline.outcome.name, said.basis) == (outcome, Basis.STRICTEST_ROW)
    assert [row["row"] for row in said.record()["possible"]] == possible
    assert said.number == possible[0]


@pytest.mark.parametrize("exposure", ["yes", "no", "unknown"])
@pytest.mark.parametrize(
    ("automatable", "impact", "missing"),
    [
        (None, "total", ("automatable",)),
        ("no", None, ("technical_impact",)),
        ("yes", "unknown", ("technical_impact",)),
        (None, None, ("automatable", "technical_impact")),
    ],
)
def test_a_kev_entry_never_gets_a_default(exposure, automatable, impact, missing) -> None:
    said = answer(cisa(), inputs(exposure, "yes", automatable, impact))
    assert (said.basis, said.timeline, said.number) == (Basis.UNDETERMINED, None, None)
    assert said.missing == missing
    record = said.record()
    assert record["outcome"] == "undetermined"
    assert {row["row"] for row in record["possible"]} == {
        int(number)
        for number, exposed, kev, *rest, _ in ROWS
        if kev == "yes"
        and exposed == ("no" if exposure == "no" else "yes")
        and all(
            given in {None, "unknown", one}
            for given, one in zip((automatable, impact), rest, strict=True)
        )
    }


@pytest.mark.parametrize("rest", list(product(["yes", None], ["total", None])))
def test_without_kev_nothing_can_be_said(rest) -> None:
    said = answer(cisa(), inputs("no", None, *rest))
    assert (said.basis, said.missing[0]) == (Basis.UNDETERMINED, "in_kev")
    assert said.is_listed is None


@pytest.mark.parametrize(
    "values", list(product(*[["yes", "no", None]] * 3, ["total", "partial", None]))
)
def test_what_turns_out_is_never_stricter_than_what_was_held(values) -> None:
    """But for 60 days while nothing is published, which the directive itself chose."""
    said = answer(cisa(), inputs(*values))
    if said.basis is Basis.NO_VALUES:
        return
    assert said.strictest is not None
    for number, *row, _ in ROWS:
        if all(given in {None, one} for given, one in zip(values, row, strict=True)):
            turned_out = answer(cisa(), inputs(*row)).timeline
            assert turned_out is not None
            assert said.strictest.rank <= turned_out.rank, number


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kev": Input("yes")}, "does not ask for 'kev'; it asks for publicly_exposed, in_kev"),
        ({"in_kev": Input("ja")}, "in_kev cannot be 'ja'; it is one of no, yes, unknown"),
        ({"technical_impact": Input("")}, "one of partial, total, unknown"),
    ],
)
def test_a_wrong_name_or_value_is_told_with_the_possible_ones(change, message) -> None:
    with pytest.raises(RuleInputError, match=message):
        answer(cisa(), inputs("yes", "no", "no", "total") | change)


@pytest.mark.parametrize("scope", [Scope.NSS, Scope.DOW])
def test_an_empty_policy_set_says_so_and_borrows_nothing(scope: Scope) -> None:
    policy = policy_set_for(scope)
    said = answer(policy, inputs("yes", "yes", "yes", "total"))
    assert (said.basis, said.timeline, said.rows) == (Basis.NO_TABLE, None, ())
    assert said.words.startswith("no table is loaded for this authority")
    assert said.record()["outcome"] == "undetermined"
    assert list(policy.scopes) == [scope]


def test_another_reading_of_missing_values_is_a_matter_of_data() -> None:
    place = resources.files("tidegate.engines.rules") / "shipped" / "policies" / "cisa.json"
    told = json.loads(place.read_bytes()) | {"name": "own", "scopes": {"other": "guidance"}}
    told["reading"]["missing"]["chosen"] = "no-and-total"
    own = read_policy_set(json.dumps(told).encode(), "own.json")
    for exposure, outcome in (("yes", FOURTEEN), ("no", UPGRADE)):
        said = answer(own, inputs(exposure, "no", None, None))
        assert said.timeline is not None
        assert (said.timeline.outcome.name, said.basis) == (outcome, Basis.ROW)
        assert said.record()["inputs"]["automatable"]["read_as"] == "no"
    assert answer(own, inputs("no", "yes", None, None)).basis is Basis.UNDETERMINED


def test_names_are_those_of_the_issue() -> None:
    assert tuple(answer(cisa(), {}).inputs) == NAMES
