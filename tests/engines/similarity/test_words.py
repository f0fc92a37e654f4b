"""Words meet across endings and short forms; names of code are told from prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.similarity.words import (
    MAX_CHARACTERS,
    content_words,
    last_part,
    names_in,
    stem,
    stems_of,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("validates", "validation"),
        ("leaked", "leaks"),
        ("deletion", "deleting"),
        ("permissions", "permission"),
    ],
)
def test_words_of_one_family_share_a_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("authentication", "authorization"), ("read", "write"), ("xss", "xxe")]
)
def test_words_that_are_no_family_share_none(one, other):
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("XSS", "cross-site scripting"),
        ("DoS", "denial of service"),
        ("a panic", "a crash"),
        ("SSRF", "server-side request forgery"),
    ],
)
def test_a_short_form_is_read_as_what_it_stands_for(short, long):
    assert set(content_words(short)) == set(content_words(long))


def test_versions_numbers_and_digests_are_passed_over():
    text = "fixed 1.2.3 v4.5 2020 7638364bc0acf8b5c481b5ce5fea11ad44ad7fd4 overflow"
    assert list(content_words(text).values()) == ["fixed", "overflow"]


def test_the_words_of_the_package_are_passed_over():
    without = stems_of("github.com/hashicorp/vault-plugin")
    assert "path" in content_words("HashiCorp Vault plugin path", without)
    assert len(content_words("HashiCorp Vault plugin path", without)) == 1


def test_names_of_code_are_told_from_prose():
    text = "Calling `setKey` in lib/index.js (see Foo::bar_baz or obj.setValue) is bad. The End."
    assert set(names_in(text)) == {"setkey", "index.js", "bar_baz", "setvalue"}


@pytest.mark.parametrize("text", ["https://example.org/a_b", "1.2.3", "e.g.", "well-known"])
def test_addresses_versions_and_plain_words_are_no_names(text):
    assert names_in(text) == {}


@pytest.mark.parametrize(
    ("name", "part"),
    [("src/lib/index.js", "index.js"), ("net/http.Client.Do", "Do"), ("a::b::C", "C"), ("x", "x")],
)
def test_a_name_is_compared_by_what_it_ends_in(name, part):
    assert last_part(name) == part


@given(st.text(max_size=2_000))
def test_any_text_can_be_read(text):
    assert all(word.isascii() and word.isalnum() for word in content_words(text))
    assert all(name.isprintable() for name in names_in(text).values())


def test_what_lies_beyond_the_bound_is_not_read():
    assert "overfl" not in content_words("a " * MAX_CHARACTERS + "overflow")


@pytest.mark.parametrize("piece", ["a", "a.", "aA", "a_", "/", "`", "::", "-", "é", "\u202e"])
def test_a_megabyte_of_one_thing_over_and_over_is_read_within_the_bounds(piece):
    text = piece * 1_000_000
    assert len(content_words(text)) <= 1
    assert len(names_in(text)) <= 1
