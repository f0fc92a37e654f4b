"""What to do comes in the order in which it has to be done."""

from __future__ import annotations

from tidegate.desks.exposure.states.advice import Installed, Step, advice

FIXED = Installed("PyPI/web", "1.5", ("2.0",))
UNFIXED = Installed("PyPI/api", "1.0", ())


def steps(*packages: Installed, **more) -> list[Step]:
    told = {"is_operational_technology": False, "triage_is_open": False, "is_unknown": False}
    return [one.step for one in advice(packages, **(told | more))]


def test_what_has_a_fix_is_updated():
    assert steps(FIXED) == [Step.UPDATE, Step.SAY]


def test_without_a_fix_or_on_operational_technology_mitigation_comes_first():
    assert steps(UNFIXED)[0] is Step.MITIGATE
    assert steps(FIXED, is_operational_technology=True) == [
        Step.MITIGATE,
        Step.UPDATE,
        Step.SAY,
    ]


def test_evidence_comes_before_everything():
    assert steps(FIXED, triage_is_open=True, is_operational_technology=True)[0] is Step.TRIAGE


def test_what_is_said_and_not_shown_asks_for_an_inventory_alone():
    (told,) = advice(
        [FIXED],
        is_operational_technology=False,
        triage_is_open=False,
        is_unknown=True,
        remedy="remediated",
    )
    assert "inventory" in told.words


def test_sources_that_name_different_fixes_are_both_named():
    told = advice(
        [Installed("PyPI/web", "1.5", ("2.0", "1.9"))],
        is_operational_technology=False,
        triage_is_open=False,
        is_unknown=False,
    )
    assert told[0].words == "Update PyPI/web from 1.5 to 2.0 or 1.9; the sources differ."


def test_what_cleared_asks_for_nothing():
    assert steps(FIXED, is_cleared=True, triage_is_open=True) == [Step.NOTHING]
