"""Two proofs on each other's releases: what tells two bugs apart, and what confirms that one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.reproduction.crossing import (
    MOST_CROSSED,
    Likeness,
    Side,
    disagreements,
    judge_crossing,
    releases_to_cross,
    still_to_run,
)
from tidegate.engines.reproduction.judgements import Judgement, Shown
from tidegate.engines.reproduction.signatures import BehaviourSignature, Place
from tidegate.engines.reproduction.verdicts import RUNS, Trust, Verdict, Word

FIRES, SAFE, DOUBT = Word.REPRODUCED, Word.NOT_REPRODUCED, Word.INCONCLUSIVE
MINIMIST = ["0.2.0", "0.2.1", "0.2.3", "1.2.1", "1.2.2", "1.2.3", "1.2.5", "1.2.6"]
Truth = Mapping[str, Word]


def range_of(truth: Truth, inferred: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {
        "runs": [
            {"version": version, "verdict": word.value, "inferred": version in inferred}
            for version, word in truth.items()
        ]
    }


def judgement(version: str, word: Word, required: int = RUNS) -> Judgement:
    return Judgement(version, Verdict(word, Trust.L2, ""), required=required)


def side(truth: Truth, *, required: int = RUNS, crossed: Truth | None = None) -> Side:
    """Return one finding that has an answer on every release; `crossed` says what else."""
    answers = {**truth, **(crossed or {})}
    return Side(range_of(truth), {v: judgement(v, word, required) for v, word in answers.items()})


def fires_on(versions: list[str], *affected: str) -> dict[str, Word]:
    return {version: FIRES if version in affected else SAFE for version in versions}


CVE_2020_7598 = fires_on(MINIMIST, "0.2.0", "1.2.1", "1.2.2")
CVE_2021_44906 = fires_on(MINIMIST, "0.2.0", "0.2.1", "1.2.1", "1.2.2", "1.2.3", "1.2.5")
PYYAML = ["5.1", "5.3", "5.3.1", "5.4", "6.0"]
CVE_2020_1747 = fires_on(PYYAML, "5.1", "5.3")
CVE_2020_14343 = fires_on(PYYAML, "5.1", "5.3", "5.3.1")


def test_what_tells_most_is_on_both_sides_of_each_mend():
    crossed = releases_to_cross(range_of(CVE_2020_7598), range_of(CVE_2021_44906))

    mends = {"0.2.0", "0.2.1", "1.2.2", "1.2.3", "0.2.3", "1.2.5", "1.2.6"}
    assert set(crossed) == mends
    assert crossed[:2] == ["1.2.5", "0.2.1"]  # the newest and the oldest on which they disagree


@pytest.mark.parametrize(
    ("one", "other"), [(CVE_2020_7598, CVE_2021_44906), (CVE_2020_1747, CVE_2020_14343)]
)
def test_an_incomplete_fix_is_not_a_duplicate(one, other):
    found = judge_crossing(side(one), side(other))

    assert found.word is Likeness.VARIANT
    assert set(found.apart) == {v for v in one if one[v] is not other[v]}
    assert found.let_through == tuple(v for v in ("0.2.1", "1.2.3", "5.3.1") if v in one)


def test_two_proofs_of_one_bug_are_the_same():
    found = judge_crossing(side(CVE_2020_7598), side(CVE_2020_7598))

    assert found.word is Likeness.SAME
    assert not found.apart


def test_bugs_each_of_which_outlives_the_others_mend_are_different():
    versions = ["1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.1.1"]
    one = fires_on(versions, "1.0.0", "1.1.0")
    other = fires_on(versions, "1.0.0", "1.0.1", "1.0.2")

    assert judge_crossing(side(one), side(other)).word is Likeness.DIFFERENT


def test_bugs_that_no_release_has_together_are_different():
    versions = ["1.0.0", "1.0.1", "1.1.0", "1.1.1"]
    old, new = fires_on(versions, "1.0.0"), fires_on(versions, "1.1.0")

    assert judge_crossing(side(old), side(new)).word is Likeness.DIFFERENT


def test_a_bug_that_came_later_is_a_variant_though_one_release_mends_both():
    versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]
    old, new = fires_on(versions, *versions[:3]), fires_on(versions, "1.1.0", "1.2.0")

    found = judge_crossing(side(old), side(new))

    assert (found.word, found.apart, found.let_through) == (Likeness.VARIANT, ("1.0.0",), ())


def test_a_proof_that_was_not_run_where_it_fires_is_not_called_different():
    whole = side(CVE_2020_7598)
    elsewhere = side(fires_on([*MINIMIST, "9.0.0"], "9.0.0"), required=1)
    crossed = {v: judgement(v, SAFE) for v in MINIMIST}

    found = judge_crossing(whole, replace(elsewhere, answers={**elsewhere.answers, **crossed}))

    assert found.word is Likeness.VARIANT


@pytest.mark.parametrize("missing", [DOUBT, Word.UNATTRIBUTED, Word.FLAKY])
def test_what_is_not_definite_decides_nothing(missing):
    doubtful = {**CVE_2020_7598, "1.2.3": missing}

    found = judge_crossing(side(CVE_2020_7598), side(doubtful))

    assert found.word is Likeness.UNDECIDED
    assert "1.2.3" in found.open


def test_one_run_decides_nothing():
    once = side(CVE_2020_7598, required=1)

    assert judge_crossing(side(CVE_2020_7598), once).word is Likeness.UNDECIDED
    assert judge_crossing(side(CVE_2021_44906), once).word is Likeness.UNDECIDED
    assert still_to_run(once, ["1.2.2", "1.2.3"]) == ["1.2.2", "1.2.3"]
    assert still_to_run(side(CVE_2020_7598), ["1.2.2", "9.9.9"]) == ["9.9.9"]


def test_without_a_mended_release_nothing_is_confirmed():
    unmended = fires_on(["1.0.0", "1.1.0"], "1.0.0", "1.1.0")

    found = judge_crossing(side(unmended), side(unmended))

    assert found.word is Likeness.UNDECIDED
    assert "mends both" in found.reason


def test_what_was_inferred_is_no_release_to_cross():
    truth = fires_on(["1", "2", "3", "4", "5"], "1", "2", "3")

    assert releases_to_cross(range_of(truth), range_of(truth)) == ["3", "4"]
    sparse = range_of(truth, inferred=frozenset({"2", "4"}))
    assert releases_to_cross(sparse, sparse) == ["3", "5"]
    assert disagreements(sparse, range_of(fires_on(list(truth), "1", "3", "4"))) == []


def shown_at(function: str, version: str, word: Word) -> Judgement:
    place = Place("index.js", function, "0" * 64)
    shown = Shown("proof.js", (), BehaviourSignature("pkg:npm/x", "file-read", "", (place,)))
    made = judgement(version, word)
    verdict = replace(made.verdict, program="proof.js")
    return replace(made, verdict=verdict, shown=(shown,) * RUNS if word is FIRES else ())


def test_where_both_did_it_on_one_release_is_told():
    def at(function: str, other: str = "") -> Side:
        answers = {
            version: shown_at(other if version == "0.2.0" and other else function, version, word)
            for version, word in CVE_2020_7598.items()
        }
        return Side(range_of(CVE_2020_7598), answers)

    alike, unlike = judge_crossing(at("set"), at("set", "walk")), judge_crossing(at("a"), at("b"))

    assert set(alike.same_place) == {"1.2.1", "1.2.2"}
    assert alike.other_place == ("0.2.0",)
    assert not unlike.same_place
    assert set(unlike.other_place) == {"0.2.0", "1.2.1", "1.2.2"}
    assert judge_crossing(side(CVE_2020_7598), side(CVE_2020_7598)).same_place == ()


WORDS = st.sampled_from([FIRES, FIRES, FIRES, SAFE, SAFE, SAFE, DOUBT, Word.FLAKY])
VERSIONS = [f"1.{n}" for n in range(12)]
TRUTHS = st.lists(WORDS, min_size=12, max_size=12).map(
    lambda words: dict(zip(VERSIONS, words, strict=True))
)


@given(a=TRUTHS, b=TRUTHS)
def test_which_of_the_two_comes_first_makes_no_difference(a: Truth, b: Truth):
    there, back = judge_crossing(side(a), side(b)), judge_crossing(side(b), side(a))

    assert there.word is back.word
    assert set(there.apart) == set(back.apart)
    assert set(there.open) == set(back.open)
    crossed = releases_to_cross(range_of(a), range_of(b))
    assert crossed == releases_to_cross(range_of(b), range_of(a))
    assert len(crossed) == len(set(crossed)) <= MOST_CROSSED


@given(a=TRUTHS, b=TRUTHS)
def test_the_same_is_only_said_of_what_no_release_tells_apart(a: Truth, b: Truth):
    found = judge_crossing(side(a), side(b))

    if found.word is Likeness.SAME:
        assert not found.open
        assert not any({a[v], b[v]} == {FIRES, SAFE} for v in VERSIONS)
        assert any(a[v] is b[v] is SAFE for v in releases_to_cross(range_of(a), range_of(b)))
    if any({a[v], b[v]} == {FIRES, SAFE} for v in VERSIONS):
        assert found.word in (Likeness.DIFFERENT, Likeness.VARIANT)


@given(a=TRUTHS, gone=st.sets(st.sampled_from(VERSIONS), min_size=1))
def test_an_answer_that_is_missing_never_makes_two_the_same(a: Truth, gone: set[str]):
    whole = side(a)
    less = Side(whole.range, {v: j for v, j in whole.answers.items() if v not in gone})

    found = judge_crossing(whole, less)

    crossed = set(releases_to_cross(whole.range, less.range))
    assert found.word in (Likeness.SAME, Likeness.UNDECIDED)
    assert not (crossed & gone and found.word is Likeness.SAME)


def test_what_came_and_went_together_is_told():
    versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]
    one, other = fires_on(versions, "1.1.0", "1.2.0"), fires_on(versions, "1.1.0", "1.2.0")

    assert judge_crossing(side(one), side(other)).began == ("1.1.0",)


def test_who_was_there_from_the_oldest_release_on_came_with_none():
    assert judge_crossing(side(CVE_2020_7598), side(CVE_2020_7598)).began == ("1.2.1",)
    lines = {v: v.partition(".")[0] for v in MINIMIST}
    apart = [
        Side(
            {"runs": [{**row, "line": lines[row["version"]]} for row in one.range["runs"]]},
            one.answers,
        )
        for one in (side(CVE_2020_7598), side(CVE_2020_7598))
    ]
    assert judge_crossing(*apart).began == ()
