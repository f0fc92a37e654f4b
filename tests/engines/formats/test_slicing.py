"""The cursor that cuts single values out of a JSON stream."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.formats.intake_samples import Dribble

from tidegate.engines.formats.slicing import BrokenFrameError, Cursor, RepeatedKeyError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10)
    | st.sampled_from(['"', "\\", '\\"', "[", "]{", '"}', "\\\\"]),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=30,
)


def walk(cursor: Cursor) -> None:
    """Walk over a list or an object to its end."""
    for _ in cursor.members() if cursor.peek() == b"{" else cursor.elements():
        cursor.skip()
    cursor.end()


@given(st.lists(JSON, max_size=6), st.sampled_from([None, 1]), st.booleans(), st.integers(1, 20))
def test_each_member_of_a_list_comes_out_as_it_was_written(values, indent, ascii_only, size):
    raw = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )
    cursor = Cursor(Dribble(raw, size))
    got = []
    for index in cursor.elements():
        cursor.peek()
        line, offset = cursor.line, cursor.offset
        value = cursor.value(10_000)
        assert value is not None
        assert json.loads(value.decode("utf-8", "surrogatepass")) == values[index]
        assert raw[offset : offset + len(value)] == value
        assert line == raw[:offset].count(b"\n") + 1
        got.append(value)
    cursor.end()
    assert len(got) == len(values)


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_each_member_of_an_object_comes_with_its_key(value):
    cursor = Cursor(io.BytesIO(json.dumps(value).encode()))
    got = {key: json.loads(cursor.value(10_000) or b"") for key in cursor.members()}
    assert got == value


@given(st.binary(max_size=60), st.integers(1, 7))
def test_no_bytes_do_more_than_break_it(raw, size):
    with contextlib.suppress(BrokenFrameError):
        walk(Cursor(Dribble(raw, size)))


def test_a_value_beyond_the_bound_is_passed_over_and_the_next_one_is_whole():
    raw = json.dumps(["x" * 1000, {"a": ["y" * 1000]}, 5]).encode()
    cursor = Cursor(io.BytesIO(raw))
    assert [cursor.value(100) for _ in cursor.elements()] == [None, None, b"5"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"[1", "the end of the document where ',' has to be"),
        (b"[1 2]", "'2' where ',' has to be"),
        (b"[1,]", "']' where a value has to be"),
        (b"[[}]", "'}' closes what it did not open"),
        (b'["abc', "the document ends too early"),
        (b"[[1, 2", "the document ends too early"),
        (b"[" * 20_000, "nested more than 10,000 deep"),
        (b"[1] x", "something follows the document's end"),
    ],
)
def test_a_list_that_is_none_is_refused_where_it_breaks(raw, reason):
    with pytest.raises(BrokenFrameError, match=r"^line 1: ") as error:
        walk(Cursor(io.BytesIO(raw)))
    assert reason in str(error.value)


@pytest.mark.parametrize("again", [b'"a"', b'"\\u0061"'])
def test_a_key_that_comes_twice_is_refused_however_it_is_written(again):
    cursor = Cursor(io.BytesIO(b'{"a": 1,\n' + again + b": 2}"))
    with pytest.raises(RepeatedKeyError, match="line 2: the key 'a' comes twice"):
        walk(cursor)


def test_a_key_of_half_a_character_is_refused():
    cursor = Cursor(io.BytesIO(b'{"\\ud800": 1}'))
    with pytest.raises(BrokenFrameError, match="half a character"):
        list(cursor.members())
