"""A table says what its row says, and how it came to say so."""

from __future__ import annotations

import pytest

from tests.engines.rules.made import document, raw
from tidegate.engines.rules import Input, RuleInputError, decide, read_table, shipped_table

COORDINATOR = shipped_table("cisa-coordinator")
GIVEN = {
    "exploitation": Input("Public PoC", "Vulnrichment"),
    "automatable": Input("NO", "Vulnrichment"),
    "technical_impact": Input("total", "Vulnrichment"),
    "mission_and_well_being_impact": Input("high", "the owner"),
}


@pytest.mark.parametrize("row", COORDINATOR.rows, ids=lambda row: str(row.number))
def test_every_row_of_the_coordinator_table_is_reached(row) -> None:
    decision = decide(COORDINATOR, {word: Input(value) for word, value in row.values.items()})
    assert decision.row is row


def test_a_decision_keeps_its_row_its_inputs_with_their_sources_and_the_table() -> None:
    assert decide(COORDINATOR, GIVEN).record() == {
        "table": {
            "name": "cisa-coordinator",
            "title": "CISA Coordinator",
            "id": "cisa:DT_CO:2.0.3",
            "version": "2.0.3",
            "sha256": COORDINATOR.sha256,
        },
        "outcome": "Attend",
        "definition": COORDINATOR.rows[17].outcome.definition,
        "row": 18,
        "rows_are": "those of the table's mapping, counted from 1",
        "inputs": {
            "exploitation": {"value": "public_poc", "source": "Vulnrichment"},
            "automatable": {"value": "no", "source": "Vulnrichment"},
            "technical_impact": {"value": "total", "source": "Vulnrichment"},
            "mission_and_well_being_impact": {"value": "high", "source": "the owner"},
        },
    }


def test_the_outcome_is_worded_as_the_table_words_it() -> None:
    table = read_table(raw(document()), "own.json")
    said = decide(table, {"left_open": Input("yes"), "critical": Input("Yes, Very")})
    assert said.outcome.name == "Patch *now*"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"exploitation": Input("poc")}, "cannot be 'poc'; it is one of none, public_poc, active"),
        ({"automatable": Input("unknown")}, "it is one of no, yes"),
        ({"Exploitation": Input("none")}, "does not ask for 'Exploitation'; it asks for exploit"),
        ({"technical_impact": None}, "needs technical_impact, too; it is one of partial, total"),
    ],
)
def test_a_wrong_name_or_value_is_told_with_the_possible_ones(change, message) -> None:
    asked = {word: one for word, one in (GIVEN | change).items() if one}
    with pytest.raises(RuleInputError, match=message):
        decide(COORDINATOR, asked)
