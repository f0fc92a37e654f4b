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


def test_what_is_affected_is_closed_before_more_is_found_out():
    doubts = {"exposure_is_unknown": True, "missing": ("automatable",)}
    late = [Step.FIND_OUT, Step.FIND_OUT, Step.SAY]
    assert steps(FIXED, **doubts) == [Step.UPDATE, *late]
    assert steps(UNFIXED, **doubts) == [Step.MITIGATE, *late]
    assert steps(FIXED, is_operational_technology=True, **doubts) == [
        Step.MITIGATE, Step.UPDATE, *late,
    ]  # fmt: skip
    assert steps(FIXED, remedy="mitigated", **doubts) == [Step.UPDATE, *late[:-1]]


def test_where_it_may_not_be_affected_one_finds_out_first_unless_there_is_no_fix():
    assert steps(FIXED, is_unknown=True)[0] is Step.FIND_OUT
    assert steps(FIXED, is_unknown=True, is_operational_technology=True)[0] is Step.FIND_OUT
    assert steps(FIXED, UNFIXED, is_unknown=True)[0] is Step.FIND_OUT
    assert steps(UNFIXED, is_unknown=True)[:2] == [Step.MITIGATE, Step.FIND_OUT]


def test_what_nobody_has_published_is_said_in_words():
    told = advice(
        [FIXED],
        is_operational_technology=False,
        triage_is_open=False,
        is_unknown=False,
        missing=("automatable", "technical_impact", "in_kev", "mission_impact"),
    )
    words = [one.words for one in told if one.step is Step.FIND_OUT]
    assert words[0].startswith(
        "What was loaded here does not tell whether it can be automated and what impact it has"
    )
    assert len(words) == 3
    assert "_" not in " ".join(words)


def test_what_the_catalogue_asks_for_is_a_step_of_its_own():
    told = advice(
        [FIXED],
        is_operational_technology=False,
        triage_is_open=False,
        is_unknown=False,
        required_action="Apply mitigations.",
    )
    assert [one.step for one in told] == [Step.UPDATE, Step.REQUIRED, Step.SAY]
    assert told[1].words == "The catalogue asks for: Apply mitigations."


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
