"""The contract's table of verdicts, row by row, and what no facts may ever bring about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.reproduction.verdicts import Control, RunResult, Trust, Verdict, Word, judge

FIRES = RunResult(fired=True, attributed=True)
STRAYS = RunResult(fired=True, attributed=False)
QUIET = RunResult(fired=False)
BENIGN = Control("benign", ok=True)
EMPTY = Control("empty", ok=True)
Programs = Mapping[str, Sequence[RunResult]]
HOLD = (BENIGN, EMPTY)


def verdict(
    *runs: RunResult,
    effect: str = "file-read",
    controls: Sequence[Control] = HOLD,
    **variants: Sequence[RunResult],
) -> Verdict:
    return judge(effect=effect, programs={"poc.py": runs, **variants}, controls=controls)


def test_three_of_three_attributed_is_reproduced_at_l2() -> None:
    found = verdict(FIRES, FIRES, FIRES)
    assert (found.word, found.trust, found.program) == (Word.REPRODUCED, Trust.L2, "poc.py")
    assert (found.fired, found.runs) == (3, 3)


def test_any_variant_that_fires_is_enough_and_is_named() -> None:
    found = verdict(QUIET, QUIET, QUIET, second=[FIRES] * 3)
    assert (found.word, found.program) == (Word.REPRODUCED, "second")


def test_a_steady_variant_outweighs_a_flaky_entry() -> None:
    found = verdict(FIRES, QUIET, QUIET, second=[FIRES] * 3)
    assert (found.word, found.program) == (Word.REPRODUCED, "second")


@pytest.mark.parametrize("runs", [(FIRES, QUIET, QUIET), (FIRES, FIRES, QUIET)])
def test_some_of_three_is_flaky(runs: Sequence[RunResult]) -> None:
    assert verdict(*runs).word is Word.FLAKY


def test_two_runs_are_not_three() -> None:
    assert verdict(FIRES, FIRES).word is Word.INCONCLUSIVE
    assert verdict(QUIET, QUIET).word is Word.INCONCLUSIVE


def test_quiet_programs_with_a_control_that_holds_did_not_reproduce() -> None:
    assert verdict(QUIET, QUIET, QUIET, second=[QUIET] * 3).word is Word.NOT_REPRODUCED


def test_an_effect_without_the_target_on_the_stack_is_unattributed() -> None:
    assert verdict(STRAYS, STRAYS, STRAYS).word is Word.UNATTRIBUTED


@pytest.mark.parametrize("name", ["empty", "benign", "import"])
def test_an_effect_that_also_comes_in_a_control_is_unattributed(name: str) -> None:
    others = tuple(control for control in HOLD if control.name != name)
    found = verdict(FIRES, FIRES, FIRES, controls=(*others, Control(name, ok=True, fired=True)))
    assert found.word is Word.UNATTRIBUTED
    assert name in found.reason


def test_a_fixed_release_that_still_fires_is_an_incomplete_fix_and_no_doubt() -> None:
    still = Control("fixed-release", ok=True, fired=True)
    assert verdict(FIRES, FIRES, FIRES, controls=(*HOLD, still)).word is Word.REPRODUCED


def test_a_program_that_reached_for_the_watcher_is_never_believed() -> None:
    found = verdict(FIRES, FIRES, replace(FIRES, tampered="gc.get_objects"))
    assert found.word is Word.UNATTRIBUTED
    assert "gc.get_objects" in found.reason


def test_tampering_in_one_variant_does_not_taint_an_honest_one() -> None:
    tampering = [replace(FIRES, tampered="a message with a wrong code")] * 3
    assert verdict(FIRES, FIRES, FIRES, second=tampering).word is Word.REPRODUCED


@pytest.mark.parametrize("run", [FIRES, QUIET])
@pytest.mark.parametrize(
    "control",
    [Control("benign", ok=False, reason="ImportError: no _yaml"), Control("import", ok=False)],
)
def test_a_control_that_fails_makes_it_inconclusive(run: RunResult, control: Control) -> None:
    found = verdict(run, run, run, controls=(control, EMPTY))
    assert found.word is Word.INCONCLUSIVE
    assert control.name in found.reason
    assert control.reason in found.reason


def test_the_benign_program_speaks_louder_than_a_guessed_import() -> None:
    controls = (Control("import", ok=False), *HOLD)
    assert verdict(QUIET, QUIET, QUIET, controls=controls).word is Word.NOT_REPRODUCED


def test_without_any_control_nothing_is_said() -> None:
    assert verdict(QUIET, QUIET, QUIET, controls=()).word is Word.INCONCLUSIVE
    assert verdict(FIRES, FIRES, FIRES, controls=(BENIGN,)).word is Word.INCONCLUSIVE


def test_a_limit_is_named_and_is_never_the_end() -> None:
    stuck = RunResult(fired=False, ended=False, limit="wall-time", target_used=False)
    found = verdict(stuck, stuck, stuck)
    assert found.word is Word.INCONCLUSIVE
    assert "wall-time before the target" in found.reason


def test_one_variant_without_an_end_is_enough_to_say_nothing() -> None:
    dead = RunResult(fired=False, ended=False, reason="died of SIGKILL")
    found = verdict(QUIET, QUIET, QUIET, second=[QUIET, dead, QUIET])
    assert (found.word, found.program) == (Word.INCONCLUSIVE, "second")


def test_nothing_run_is_a_claim() -> None:
    found = verdict(controls=(Control("import", ok=False, reason="minimist 9.9.9 is not listed"),))
    assert (found.word, found.trust) == (Word.INCONCLUSIVE, Trust.L0)
    assert "9.9.9" in found.reason


def test_an_assertion_counts_only_beside_a_release_on_which_it_stays_quiet() -> None:
    exits_42 = RunResult(fired=True)
    assert verdict(*[exits_42] * 3, effect="assertion").word is Word.INCONCLUSIVE
    loud = (*HOLD, Control("quiet-release", ok=True, fired=True))
    assert verdict(*[exits_42] * 3, effect="assertion", controls=loud).word is Word.INCONCLUSIVE
    quiet = (*HOLD, Control("quiet-release", ok=True))
    found = verdict(*[exits_42] * 3, effect="assertion", controls=quiet)
    assert (found.word, found.trust) == (Word.REPRODUCED, Trust.L1)
    assert "self-asserted" in found.reason


def test_an_assertion_that_never_used_the_target_is_nobodys() -> None:
    exits_42 = RunResult(fired=True, target_used=False)
    quiet = (*HOLD, Control("quiet-release", ok=True))
    found = verdict(*[exits_42] * 3, effect="assertion", controls=quiet)
    assert found.word is Word.UNATTRIBUTED


RUN = st.builds(
    RunResult,
    fired=st.booleans(),
    attributed=st.booleans(),
    ended=st.booleans(),
    limit=st.sampled_from([None, None, "wall-time"]),
    target_used=st.booleans(),
    tampered=st.sampled_from([None, None, None, "sys.settrace"]),
)
CONTROL = st.builds(
    Control,
    name=st.sampled_from(["benign", "import", "empty", "fixed-release", "quiet-release"]),
    ok=st.booleans(),
    fired=st.booleans(),
)
FACTS = {
    "effect": st.sampled_from(["file-read", "memory-safety", "assertion"]),
    "programs": st.dictionaries(
        st.sampled_from(["poc", "b", "c"]), st.lists(RUN, max_size=3), max_size=3
    ),
    "controls": st.lists(CONTROL, max_size=5),
}


@given(**FACTS)
def test_every_combination_of_facts_has_a_verdict_with_a_reason(
    effect: str, programs: Programs, controls: list[Control]
) -> None:
    found = judge(effect=effect, programs=programs, controls=controls)
    assert found.reason
    assert (found.trust is Trust.L0) == (not any(programs.values()))
    assert found.trust is not Trust.L3


@given(**FACTS)
def test_reproduced_means_what_the_contract_says(
    effect: str, programs: Programs, controls: list[Control]
) -> None:
    found = judge(effect=effect, programs=programs, controls=controls)
    if not found.word.affected:
        return
    assert found.program is not None
    runs = programs[found.program]
    wanted = all if found.word is Word.REPRODUCED else any
    assert wanted(r.fired and (r.attributed or effect == "assertion") for r in runs)
    assert not any(r.tampered for r in runs)
    assert not any(c.fired for c in controls if c.name in ("empty", "benign"))
    assert any(c.ok for c in controls if c.name in ("benign", "import"))
    assert any(c.ok for c in controls if c.name == "empty")
    if effect == "assertion":
        assert any(c.ok and not c.fired for c in controls if c.name.endswith("-release"))


@given(**FACTS)
def test_not_reproduced_means_that_every_run_ended_in_silence_beside_a_control(
    effect: str, programs: Programs, controls: list[Control]
) -> None:
    found = judge(effect=effect, programs=programs, controls=controls)
    if not found.word.unaffected:
        return
    runs = [run for each in programs.values() for run in each]
    assert all(run.ended and run.limit is None and not run.fired for run in runs)
    assert all(len(each) == 3 for each in programs.values())
    harmless = [c for c in controls if c.name == "benign"] or [
        c for c in controls if c.name == "import"
    ]
    assert harmless
    assert all(c.ok and not c.fired for c in harmless)


@given(**FACTS, index=st.integers(0, 4))
def test_a_control_that_fires_or_fails_only_ever_takes_certainty_away(
    effect: str, programs: Programs, controls: list[Control], index: int
) -> None:
    before = judge(effect=effect, programs=programs, controls=controls)
    if index >= len(controls):
        return
    worse = [*controls]
    worse[index] = replace(worse[index], ok=False, fired=True)
    after = judge(effect=effect, programs=programs, controls=worse)
    if controls[index].name == "benign" or not before.word.definite:
        assert not after.word.definite or after.word is before.word
    assert not (before.word.unaffected and after.word.affected)
    assert not (not before.word.affected and after.word.affected)


@given(
    effect=FACTS["effect"],
    programs=st.dictionaries(
        st.sampled_from(["poc", "b"]), st.lists(RUN, min_size=1, max_size=3), min_size=1
    ),
    controls=FACTS["controls"],
)
def test_a_run_that_does_not_end_never_makes_a_version_safe(
    effect: str, programs: Programs, controls: list[Control]
) -> None:
    name = next(iter(programs))
    stuck = {**programs, name: [RunResult(fired=False, ended=False), *programs[name][1:]]}
    found = judge(effect=effect, programs=stuck, controls=controls)
    assert not found.word.unaffected
