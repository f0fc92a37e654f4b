"""Marks in text: whole wherever a text is cut, found again in a piece of it, and never in code."""

from __future__ import annotations

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.watermarks import ID_BYTES, Marker, frame_of, id_of, read, unmarked
from tidegate.engines.watermarks.signs import MARK

KEY = b"a key of this house"
WORDS = "The lock opens at low water, and closes again before the tide turns. "
IDS = st.binary(min_size=ID_BYTES, max_size=ID_BYTES)
TEXTS = st.text(st.sampled_from("ab .,\n`~#-*>{[\t(\"'1éж字\u200b\ufe0f"), max_size=300)


def marked(text: str, mark: bytes = b"12345678") -> str:
    return Marker(frame_of(KEY, mark)).take(text)


@given(IDS)
@settings(max_examples=30)
def test_a_mark_is_read_again(mark):
    assert read(marked(WORDS * 3, mark), KEY) == {mark}


@given(TEXTS, st.lists(st.integers(0, 300), max_size=6))
@settings(max_examples=200)
def test_a_text_is_marked_alike_however_it_is_cut(text, cuts):
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    marker = Marker(frame_of(KEY, b"12345678"))
    pieces = [marker.take(text[a:b]) for a, b in itertools.pairwise(places)]
    assert "".join(pieces) == marked(text)


@given(TEXTS.filter(lambda text: not MARK.search(text)))
@settings(max_examples=200)
def test_nothing_but_marks_is_added(text):
    assert unmarked(marked(text)) == text


@given(IDS, st.integers(0, 300))
@settings(max_examples=50)
def test_a_piece_of_a_text_will_do(mark, start):
    whole = marked(WORDS * 12, mark)
    # Enough of it for a frame, wherever it begins.
    assert read(whole[start : start + 260], KEY) == {mark}


def test_a_few_words_say_nothing():
    assert read(marked("Hello there, you"), KEY) == frozenset()


def test_marks_of_another_key_say_nothing():
    assert read(marked(WORDS * 3), b"another key") == frozenset()


def test_a_text_pasted_together_from_two_says_both():
    both = marked(WORDS * 3, b"one of 8") + "\n" + marked(WORDS * 3, b"two of 8")
    assert read(both, KEY) == {b"one of 8", b"two of 8"}


def test_code_and_data_are_left_alone():
    for text in (
        "```python\nfor each in the list of them: pass\n```",
        "~~~~\nsome words in here\n~~~\nand some more\n~~~~",
        "    indented words are code",
        '{"said": "some words in here"}',
        "[1, 2, 3, four and five]",
        "| a table | of words |",
        "<p>some words in here</p>",
    ):
        assert marked(text) == text


def test_words_around_code_are_marked():
    text = "Some words\n```\ncode in here\n```\nMore `code in a line` words"
    signs = marked(text)
    assert "code in here" in signs
    assert "`code in a line`" in signs
    assert len(MARK.findall(signs)) == 2


def test_backticks_of_another_length_do_not_end_code():
    signs = marked("See ``a ` b c`` for more of it")
    assert "``a ` b c``" in signs


def test_emoji_and_scripts_keep_their_own_selectors():
    text = "Love ❤️ and sun ☀️ in the morning"
    assert unmarked(marked(text)) == text
    assert read(text, KEY) == frozenset()


def test_what_a_mark_is_made_of_shows_nothing():
    added = re.sub(f"[{re.escape(WORDS)}]", "", marked(WORDS))
    assert added
    assert all(sign == "\u200b" or "\ufe00" <= sign <= "\ufe0f" for sign in added)


def test_a_name_has_one_id_that_only_the_key_tells():
    assert id_of(KEY, "G-1") == id_of(KEY, "G-1")
    assert len({id_of(KEY, "G-1"), id_of(KEY, "G-2"), id_of(b"other", "G-1")}) == 3
