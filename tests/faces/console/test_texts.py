"""Text of strangers: nothing in it becomes markup, nothing in it hides."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.faces.console.templatetags.console import theme, web_address, when
from tidegate.faces.console.texts import differing, visible

TAG = re.compile(r"</?(?:bdi|mark|span)(?: [^<>]*)?>")


@given(st.text(max_size=200))
def test_no_text_becomes_markup_and_no_sign_hides(text: str) -> None:
    for lines in (False, True):
        shown = visible(text, lines=lines)
        bare = html.unescape(TAG.sub("", shown))
        assert "<" not in TAG.sub("", shown)
        hidden = [sign for sign in bare if unicodedata.category(sign) in ("Cf", "Cc", "Cs")]
        assert set(hidden) <= ({"\n", "\t"} if lines else {"\t"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u202egpj.exe", "U+202E"),
        ("admin\u200b", "U+200B"),
        ("a\x1b[2Jb", "U+001B"),
        ("\ufeffx", "U+FEFF"),
        ("\x00", "U+0000"),
        ("e" + "\u0301" * 40, "+40 combining marks"),
    ],
)
def test_what_hides_or_turns_text_around_is_written_out(text: str, shown: str) -> None:
    assert shown in visible(text)


def test_ordinary_text_stays_as_it_is() -> None:
    text = "Größe ≥ 3: naïve, 日本語, العربية, it's"
    assert html.unescape(visible(text)) == f"<bdi>{text}</bdi>"


def test_a_single_line_swallows_line_ends_and_a_block_keeps_them() -> None:
    assert visible("a\nb") == "<bdi>a b</bdi>"
    assert visible("a\nb", lines=True) == "<bdi>a\nb</bdi>"


def test_many_hidden_signs_are_counted_not_listed() -> None:
    assert "and 936 more" in visible("\u200b" * 1000)


def test_differing_words_are_marked_on_both_sides() -> None:
    one, other = differing("Keys named __proto__ leak", "keys named constructor leak")
    assert "<mark><bdi>__proto__</bdi></mark>" in one
    assert "<mark><bdi>constructor</bdi></mark>" in other
    assert one.count("<mark>") == other.count("<mark>") == 1


def test_differing_hostile_words_stay_text() -> None:
    one, _ = differing("<script>alert(1)</script>", "x")
    assert "<script>" not in one


@given(st.text(max_size=100), st.text(max_size=100))
def test_equal_words_are_never_marked(one: str, other: str) -> None:
    left, right = differing(one, one)
    assert "<mark>" not in left + right
    differing(one, other)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//host/x",
        "http:",
        "ftp://host/x",
        "\tjavascript:alert(1)",
        "http://[",
    ],
)
def test_only_web_addresses_are_links(address: str) -> None:
    assert web_address(address) == ""


def test_a_web_address_is_kept() -> None:
    assert web_address("https://example.org/x?y") == "https://example.org/x?y"


def test_a_theme_is_one_of_two() -> None:
    assert theme("dark") == "dark"
    assert theme('"><script>') == ""


def test_no_instant_shows_nothing() -> None:
    assert when(None) == ""
