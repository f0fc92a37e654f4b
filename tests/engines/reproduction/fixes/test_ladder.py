"""The ladder: what follows from the rungs, whatever they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.reproduction.fixes.ladder import (
    ORDER,
    LadderError,
    in_order,
    labels,
    may_publish,
)
from tidegate.engines.reproduction.fixes.reviewing import Reviewer, reviewed
from tidegate.engines.reproduction.fixes.values import Label, Rung, RungName, RungWord, Variant

NOW = datetime(2026, 11, 27, tzinfo=UTC)
some_rungs = st.dictionaries(st.sampled_from(RungName), st.sampled_from(RungWord)).map(
    lambda words: [Rung(name, word, "because") for name, word in words.items()]
)


def climbed(**other: RungWord) -> list[Rung]:
    """Return a climb in which all passed but the named rungs, and nobody has looked."""
    words = dict.fromkeys(RungName, RungWord.PASSED) | {RungName.REVIEWED: RungWord.SKIPPED}
    words |= {RungName(name.replace("_", "-")): word for name, word in other.items()}
    return [Rung(name, word, "because") for name, word in words.items()]


def test_a_fix_that_holds_may_be_published_and_needs_no_person():
    may = may_publish(climbed())
    assert may
    assert not may.reasons
    assert may.caveats == ("reviewed is skipped: because",)
    assert labels(climbed()) == (Label.PROOF_SILENCED, Label.VARIANTS_SILENCED)


@settings(max_examples=200)
@given(some_rungs)
def test_nothing_is_published_on_a_flaky_verdict_ever(rungs):
    if any(rung.word is RungWord.FLAKY for rung in rungs):
        assert not may_publish(rungs)
        assert not {Label.PROOF_SILENCED, Label.VARIANTS_SILENCED} & set(labels(rungs))


@settings(max_examples=200)
@given(some_rungs)
def test_whatever_failed_is_not_published_and_what_is_not_allowed_says_why(rungs):
    may = may_publish(rungs)
    if any(rung.word is RungWord.FAILED for rung in rungs):
        assert not may
    assert bool(may) is not bool(may.reasons)


@settings(max_examples=200)
@given(some_rungs)
def test_variants_are_silenced_only_where_the_proof_is(rungs):
    found = labels(rungs)
    assert Label.VARIANTS_SILENCED not in found or Label.PROOF_SILENCED in found
    assert found == labels(list(reversed(rungs)))


@pytest.mark.parametrize("name", ["applies", "proofs_quiet"])
@pytest.mark.parametrize("word", [RungWord.NOT_POSSIBLE, RungWord.SKIPPED])
def test_without_quiet_proofs_there_is_no_fix(name, word):
    assert not may_publish(climbed(**{name: word}))
    assert labels(climbed(**{name: word})) == ()


def test_what_was_not_possible_is_said_with_it_and_does_not_forbid_it():
    rungs = climbed(tests_same=RungWord.NOT_POSSIBLE, regression_test=RungWord.NOT_POSSIBLE)
    may = may_publish(rungs)
    assert may
    assert len(may.caveats) == 3


@pytest.mark.parametrize("name", [n for n in RungName if n is not RungName.REVIEWED])
def test_a_rung_that_nobody_tried_forbids_it(name):
    rungs = [rung for rung in climbed() if rung.name is not name]
    assert not may_publish(rungs)
    assert not may_publish([*rungs, Rung(name, RungWord.SKIPPED, "no budget")])


def test_a_fix_that_was_seen_to_break_something_silences_nothing():
    assert labels(climbed(control_unchanged=RungWord.FAILED)) == ()
    assert labels(climbed(control_unchanged=RungWord.NOT_POSSIBLE)) == (Label.PROOF_SILENCED,)


def test_only_a_maintainer_accepts():
    for role in Reviewer:
        look = reviewed("Ana", NOW, "I ran it.", role=role, accepts=True)
        rungs = [*climbed()[:-1], look]
        assert (Label.MAINTAINER_ACCEPTED in labels(rungs)) is (role is Reviewer.MAINTAINER)
        assert may_publish(rungs).caveats == ()
    refusal = reviewed("Ana", NOW, "It breaks us.", role=Reviewer.MAINTAINER, accepts=False)
    assert not may_publish([*climbed()[:-1], refusal])
    assert Label.MAINTAINER_ACCEPTED not in labels([*climbed()[:-1], refusal])


@pytest.mark.parametrize(("who", "words"), [(" ", "words"), ("Ana", "")])
def test_a_review_has_a_name_and_words(who, words):
    with pytest.raises(ValueError, match="needs the name"):
        reviewed(who, NOW, words, role=Reviewer.OTHER, accepts=True)


def test_a_rung_is_not_there_twice():
    with pytest.raises(LadderError, match="applies is there twice"):
        in_order([*climbed(), climbed()[0]])


@given(some_rungs)
def test_rungs_stand_in_order(rungs):
    names = [rung.name for rung in in_order(rungs)]
    assert names == [name for name in ORDER if name in names]


def test_a_rung_is_the_same_after_it_was_written_down():
    variant = Variant("f", "p.js", "p.js", {"p.js": b"\xff1"}, ("step",), 3, 2, 3, ("a:b",))
    rung = Rung(RungName.VARIANTS_QUIET, RungWord.FAILED, "why", {"runs": [1]}, variants=(variant,))
    assert Rung.from_data(json.loads(json.dumps(rung.to_data()))) == rung
    again = Rung.from_data(rung.to_data())
    assert again.variants[0].files == variant.files
    described = json.dumps(rung.described())
    assert variant.digests["p.js"] in described
    assert "/zE=" not in described
