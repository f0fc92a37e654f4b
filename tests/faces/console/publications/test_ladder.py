"""The ladder as a picture: every rung is there, and none that did not hold looks as if it did."""

from __future__ import annotations

import pytest

from tidegate.engines.reproduction.fixes.ladder import ORDER
from tidegate.engines.reproduction.fixes.values import RungName, RungWord
from tidegate.faces.console.charts.ladder import lying_ladder, rung, said_of, summary_of
from tidegate.faces.console.publication_words import LABELS, RUNG_WORDS, RUNGS


def test_every_word_of_the_ladder_has_a_look():
    assert set(RUNGS) == set(RungName)
    assert set(RUNG_WORDS) == {*RungWord, ""}
    assert len(LABELS) == 3


@pytest.mark.parametrize("word", [*RungWord, ""])
def test_a_rung_that_did_not_pass_is_not_drawn_as_one_that_did(word):
    drawn = {one: rung("applies", one).replace(said_of("applies", one), "") for one in RungWord}
    kinds = [one for one, picture in drawn.items() if 'class="rung rung--passed"' in picture]
    assert kinds == [RungWord.PASSED]
    assert ("rung--none" in rung("applies", word)) == (word == "")


def test_a_broken_rung_and_a_wavy_one_have_shapes_of_their_own():
    shapes = {one: rung("applies", one).partition("<path")[2] for one in RungWord}
    assert len({shapes[one] for one in (RungWord.PASSED, RungWord.FAILED, RungWord.FLAKY)}) == 3


def test_a_ladder_on_its_side_has_all_rungs_however_few_were_reached():
    drawn = lying_ladder([("applies", "passed"), ("proofs-quiet", "failed")])
    assert drawn.count("rung__step") >= len(ORDER)
    assert drawn.count("rung--none") == len(ORDER) - 2
    assert "1 of 7 rungs passed; every proof of the case is quiet: failed" in drawn


def test_what_could_not_be_told_is_no_rung_that_passed():
    words: dict[str, str] = dict.fromkeys(ORDER, "not-possible")
    assert summary_of({**words, "applies": "passed"}).startswith("1 of 7 rungs passed;")


def test_a_word_that_nobody_knows_cannot_become_markup():
    drawn = rung('"><script>', '"><script>') + lying_ladder([('"><script>', "x")])
    assert "<script>" not in drawn
