"""The strict, bounded JSON reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.formats.documents import (
    MAX_DEPTH,
    MAX_VALUES,
    Document,
    Fault,
    field_path,
    parse,
    sha256_of,
    shown,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=30,
)


def refused(raw: bytes) -> Fault:
    fault = parse(raw)
    assert isinstance(fault, Fault), fault
    return fault


@given(VALUES, st.booleans())
def test_whatever_is_plain_json_is_read_as_it_is(value, ascii_only):
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert parse(raw) == Document(value)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(raw):
    assert isinstance(parse(raw), Document | Fault)


@given(st.text(alphabet='[]{},:"\\u0019dD8ntf .eE-+\n', max_size=60))
def test_nearly_json_does_not_make_it_raise_either(text):
    parsed = parse(text.encode())
    try:
        json.loads(text)
    except ValueError:
        assert isinstance(parsed, Fault)


@given(VALUES)
def test_one_value_has_one_digest_however_it_is_written(value):
    compact = parse(json.dumps(value, separators=(",", ":")).encode())
    spread = parse(json.dumps(value, indent=3, ensure_ascii=False).encode())
    assert isinstance(compact, Document)
    assert isinstance(spread, Document)
    assert sha256_of(compact.value) == sha256_of(spread.value)


def test_the_order_of_keys_does_not_change_the_digest():
    assert sha256_of({"a": 1, "b": 2}) == sha256_of({"b": 2, "a": 1})


def test_nesting_is_read_up_to_its_bound_and_refused_beyond():
    assert isinstance(parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH), Document)
    too_deep = b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)
    assert refused(too_deep) == Fault("", "nested more than 64 deep; flatten it")


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_nesting_without_end_is_refused_before_it_can_hurt(opening):
    assert refused(opening * 1_000_000).reason.startswith("nested more than")


def test_brackets_in_texts_are_no_nesting():
    text = '[{"' * 1000 + "\\"
    assert parse(json.dumps([text, text]).encode()) == Document([text, text])


def test_many_small_values_are_refused_before_they_are_built():
    assert isinstance(parse(b"[" + b"0," * (MAX_VALUES - 10) + b"0]"), Document)
    assert refused(b"[" + b"0," * MAX_VALUES + b"0]").reason.startswith("more than 10,000 values")


def test_size_is_refused_before_anything_is_looked_at():
    assert parse(b" " * 11, max_bytes=10) == Fault(
        "", "larger than 0 MiB; split it or leave things out"
    )


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "raw",
    [
        b'"' + b'\\"' * 5_000_000,
        b'["' + b"\\" * 10_000_001 + b'"]',
        b'{"a":' + b"9" * 10_000_000 + b"}",
        b'{"a":1.' + b"9" * 10_000_000 + b"}",
        b'{"a":"' + b"\\u0041" * 3_000_000 + b'"}',
    ],
    ids=["unclosed", "backslashes", "digits", "fraction", "escapes"],
)
def test_large_and_tricky_texts_are_refused_in_time(raw):
    refused(raw)


@pytest.mark.parametrize(
    ("raw", "field", "reason"),
    [
        (b"", "", "empty"),
        (b" \n", "", "empty"),
        (b"{", "", "not JSON at column 2"),
        (b'{\n "a" 1}', "", "not JSON at line 2 column 6"),
        (b"\xff", "", "not UTF-8 at byte 1"),
        ("{}".encode("utf-16"), "", "not UTF-8"),
        (b'"\xed\xa0\x80"', "", "not UTF-8"),
        (b'{"a":NaN}', "a", "'NaN' is a number"),
        (b'{"a":[1,-Infinity]}', "a[1]", "'-Infinity' is a number"),
        (b'{"a":1e999}', "a", "'1e999' is a number"),
        (b'{"a":9007199254740992}', "a", "'9007199254740992' is a number"),
        (b'{"a":-9007199254740992}', "a", "'-9007199254740992' is a number"),
        (b'{"a":{"b":1,"c":2,"b":3}}', "a.b", "comes twice"),
        (b'{"a":1,"\\u0061":2}', "a", "comes twice"),
        (b'{"a":"\\ud800"}', "a", "holds half a character (a lone surrogate, U+D800)"),
        (b'{"a b":["\\udfff"]}', "['a b'][0]", "holds half a character"),
        (b'{"\\ud800":1}', "['\\ud800']", "holds half a character"),
        (b"{'a':1}", "", "not JSON"),
        (b"{} {}", "", "not JSON at column 4 (Extra data)"),
        (b'"\x00"', "", "not JSON"),
    ],
)
def test_what_two_readers_might_understand_differently_is_refused(raw, field, reason):
    fault = refused(raw)
    assert fault.field == field
    assert fault.reason.startswith(reason)


def test_a_pair_of_surrogates_is_one_character():
    assert parse(b'"\\ud83c\\udf0a"') == Document("\N{WATER WAVE}")


def test_the_largest_safe_integers_are_read():
    assert parse(b"[9007199254740991,-9007199254740991]") == Document([2**53 - 1, 1 - 2**53])


def test_a_place_is_written_so_that_it_can_be_found():
    assert field_path(["pov", "files", "poc.js", "base64"]) == "pov.files['poc.js'].base64"
    assert field_path(["weaknesses", 3]) == "weaknesses[3]"
    assert field_path([]) == ""


@given(st.text(max_size=200))
def test_no_text_from_a_document_can_command_a_terminal(text):
    assert shown(text).isprintable()
    assert len(shown(text, 10)) <= 10 * len("\\U0010ffff") + 2
    assert field_path([text]).isprintable()


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (True, "true"), (5, "5"), (0.5, "0.5"), ({}, "an object"), ([], "a list")],
)
def test_every_value_can_be_shown(value, text):
    assert shown(value) == text
