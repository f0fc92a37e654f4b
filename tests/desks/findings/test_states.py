"""How far a finding has come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.findings.states import TRANSITIONS, Stage, Verb, WrongStageError, after


@given(st.lists(st.sampled_from(Verb), max_size=30))
def test_a_verdict_is_reached_through_work_only(verbs):
    stage = Stage.WAITING
    for verb in verbs:
        before = stage
        try:
            stage = after(stage, verb)
        except WrongStageError:
            continue
        if stage is Stage.JUDGED:
            assert before is Stage.WORKING


@given(st.lists(st.sampled_from(Verb), max_size=30))
def test_an_unproven_finding_never_counts_as_validated(verbs):
    for verb in verbs:
        with pytest.raises(WrongStageError):
            after(Stage.UNPROVEN, verb)


def test_a_verb_that_does_not_fit_names_the_stage_that_would():
    with pytest.raises(
        WrongStageError, match="judged cannot begin; only one that is waiting or working"
    ):
        after(Stage.JUDGED, Verb.BEGIN)


def test_every_stage_but_the_unproven_one_leads_somewhere():
    assert {stage for stage, _ in TRANSITIONS} == set(Stage) - {Stage.UNPROVEN}
