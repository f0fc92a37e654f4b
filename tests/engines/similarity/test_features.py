"""Features are small, the same everywhere, and come back from a row as they went in."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.similarity.told import OTHER, REWORDED, SETKEY
from tidegate.engines.similarity import Described, Features, FeaturesError, features
from tidegate.engines.similarity.features import MAX_KEYS
from tidegate.engines.similarity.scoring import score_of
from tidegate.engines.similarity.words import MAX_NAMES, MAX_WORDS

_ANY_TEXT = st.text(max_size=300)
_PLACES = st.lists(
    st.tuples(_ANY_TEXT, st.none() | st.integers(0, 10**6), st.none() | _ANY_TEXT), max_size=20
)
_DESCRIBED = st.builds(
    Described,
    key=_ANY_TEXT,
    title=_ANY_TEXT,
    text=_ANY_TEXT,
    weaknesses=st.lists(_ANY_TEXT, max_size=20).map(tuple),
    aliases=st.lists(_ANY_TEXT, max_size=20).map(tuple),
    places=_PLACES.map(tuple),
    effect=st.none() | _ANY_TEXT,
    package=_ANY_TEXT,
)


@given(_DESCRIBED)
def test_features_come_back_from_json_as_they_were(described):
    made = features(described)
    assert Features.from_json(made.to_json()) == made


@given(_DESCRIBED)
def test_no_finding_makes_features_beyond_the_bounds(described):
    made = features(described)
    assert len(made.words) <= MAX_WORDS
    assert len(made.names) <= MAX_NAMES
    assert len(made.keys) <= MAX_KEYS


@given(_DESCRIBED)
def test_names_and_places_can_be_shown_to_people(described):
    made = features(described)
    shown = [*made.names, *(file for file, _, _ in made.places), *made.aliases]
    assert all(text.isprintable() for text in shown)


def test_a_text_of_megabytes_makes_a_small_row():
    long = replace(SETKEY, text="".join(f"word{n}x name_{n} " for n in range(300_000)))
    assert len(features(long).to_json()) < 20_000


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "[99,1,2,3,4,5,6]", '[1,"k",3,[],[],[],[]]', "[" * 100_000]
)
def test_a_row_of_another_form_is_refused_with_the_mend(text):
    with pytest.raises(FeaturesError, match="make them anew from the finding"):
        Features.from_json(text)


def test_another_process_makes_the_same_features():
    code = (
        "from tests.engines.similarity.told import SETKEY;"
        "from tidegate.engines.similarity import features;"
        "from tests.engines.similarity.told import REWORDED;"
        "from tidegate.engines.similarity.scoring import score_of;"
        "made = features(SETKEY);"
        "print(made.to_json(), made.keys, score_of(made, features(REWORDED)))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    made = features(SETKEY)
    score = score_of(made, features(REWORDED))
    assert told == {f"{made.to_json()} {made.keys} {score}\n"}


def test_weakness_effect_and_words_speak_of_the_same_kinds():
    by_number = replace(OTHER, title="", text="", effect=None, weaknesses=("CWE-400",))
    by_effect = replace(OTHER, title="", text="", weaknesses=())
    by_words = replace(OTHER, title="A DoS", text="", effect=None, weaknesses=())
    kinds = {features(one).kinds for one in (by_number, by_effect, by_words)}
    assert kinds == {("denial of service",)}


def test_an_alias_leads_the_keys():
    assert features(SETKEY).keys[0][0] == "alias:CVE-2020-7598"
