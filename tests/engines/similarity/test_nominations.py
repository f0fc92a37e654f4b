"""What is nominated, with which reasons, and what a hostile finder cannot bring about."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.similarity.told import OTHER, REWORDED, SETKEY, described
from tidegate.engines.similarity import Index, features, nominate
from tidegate.engines.similarity.nominations import ALL_UP_TO, LIMIT, MOST_CANDIDATES
from tidegate.engines.similarity.scoring import THRESHOLD, score_of

_WORDS = st.lists(
    st.sampled_from(["parser", "overflow", "header", "cookie", "crash", "token", "path", "quota"]),
    max_size=12,
).map(" ".join)


def test_a_reworded_finding_is_nominated_and_another_bug_of_the_package_is_not():
    found = nominate(SETKEY, [OTHER, REWORDED])
    assert [(one.left, one.right) for one in found] == [("a", "b")]


def test_the_reasons_name_what_both_have():
    (found,) = nominate(SETKEY, [REWORDED])
    assert found.reasons[0] == "both name setKey"
    assert "both tell of prototype pollution" in found.reasons
    assert any(reason.startswith("texts alike 0.") for reason in found.reasons)


def test_an_equal_alias_is_certain_whatever_the_texts_say():
    known = replace(OTHER, aliases=("CVE-2020-7598",))
    (found,) = nominate(SETKEY, [known])
    assert found.score == 1.0
    assert found.reasons[0] == "same CVE-2020-7598"


def test_free_text_among_the_aliases_is_not_compared():
    one, other = (replace(side, aliases=("duplicate", "n/a")) for side in (SETKEY, OTHER))
    assert nominate(one, [other]) == []


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (("src/lib/INDEX.js", None, "setkey"), "same place: index.js, setKey"),
        (("index.js", 74, None), "same place: index.js, line 70"),
    ],
)
def test_an_equal_place_raises_the_score_and_is_a_reason(place, reason):
    known = replace(OTHER, places=(place,))
    without = score_of(features(SETKEY), features(OTHER))
    (found,) = nominate(SETKEY, [known])
    assert found.score > without + 0.4
    assert reason in found.reasons


def test_another_function_of_the_same_file_is_not_the_same_place():
    known = replace(OTHER, places=(("lib/index.js", 70, "parse"),))
    assert nominate(SETKEY, [known]) == []


def test_a_finding_is_not_nominated_with_itself():
    assert nominate(SETKEY, [SETKEY]) == []


def test_a_finding_that_says_nothing_is_like_nothing():
    empty = described("empty", "")
    assert nominate(empty, [SETKEY, REWORDED, OTHER, replace(empty, key="empty too")]) == []


def test_a_finding_like_everything_gets_no_more_than_the_limit():
    known = [replace(REWORDED, key=f"k{number:03}") for number in range(3 * LIMIT)]
    assert len(nominate(SETKEY, known)) == LIMIT
    assert nominate(SETKEY, known, limit=0) == []


def test_every_word_of_the_field_at_once_is_not_like_a_short_true_description():
    stuffed = described("stuffed", " ".join(f"word{i} filler{i}" for i in range(5000)) + OTHER.text)
    assert nominate(stuffed, [SETKEY, REWORDED, OTHER]) == []


@given(_WORDS, _WORDS)
def test_the_score_does_not_depend_on_who_came_first(one, other):
    left, right = features(described("l", one)), features(described("r", other))
    assert score_of(left, right) == pytest.approx(score_of(right, left))
    assert 0.0 <= score_of(left, right) <= 1.0


@given(st.lists(_WORDS, max_size=12))
def test_what_others_handed_in_moves_no_score(others):
    alone = nominate(SETKEY, [REWORDED])[0]
    crowd = [described(f"o{number}", text) for number, text in enumerate(others)]
    assert alone in nominate(SETKEY, [*crowd, REWORDED], limit=100)


@given(st.lists(_WORDS, min_size=1, max_size=12))
def test_nominations_come_likeliest_first_and_reach_the_threshold(texts):
    known = [described(f"k{number}", text) for number, text in enumerate(texts)]
    scores = [one.score for one in nominate(described("new", texts[0]), known)]
    assert scores == sorted(scores, reverse=True)
    assert all(score >= round(THRESHOLD, 4) for score in scores)


@given(st.lists(_WORDS, max_size=20), _WORDS)
def test_a_small_index_nominates_what_comparing_with_all_does(texts, asked):
    known = [features(described(f"k{number}", text)) for number, text in enumerate(texts)]
    index = Index()
    for one in known:
        index.add(one)
    new = features(described("new", asked))
    assert index.nominate(new) == nominate(new, known)


def test_a_large_index_finds_the_pair_among_thousands_and_compares_with_few():
    index = Index()
    for number in range(3000):
        text = f"Crash on header number{number % 7} in module{number} when the token expires"
        index.add(features(described(f"k{number}", text)))
    index.add(features(REWORDED))
    assert len(index) > ALL_UP_TO
    new = features(replace(SETKEY, aliases=()))
    assert len(index.candidates(new)) <= MOST_CANDIDATES
    assert [one.right for one in index.nominate(new)] == ["b"]


def test_a_flood_that_names_one_word_hides_no_pair_that_shares_others():
    index = Index()
    index.add(features(REWORDED))
    for number in range(5000):
        index.add(features(described(f"flood{number}", f"setKey noise{number}")))
    new = features(replace(SETKEY, aliases=()))
    assert "b" in [one.right for one in index.nominate(new)]
