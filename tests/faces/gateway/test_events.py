"""Events are cut out of a stream whole, however it comes in."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.faces.gateway.events import Events, TooLongError, data_of, with_data

ENDS = st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r"])
LINES = st.text(st.characters(blacklist_characters="\r\n", codec="utf-8"), max_size=20)


@given(st.lists(st.tuples(LINES, ENDS), max_size=8), st.lists(st.integers(0, 400), max_size=8))
@settings(max_examples=150)
def test_every_event_comes_out_whole_and_once(said, cuts):
    stream = b"".join(b"data: " + line.encode() + end for line, end in said)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    events = Events(10_000)
    found = [event for a, b in itertools.pairwise(places) for event in events.feed(stream[a:b])]
    assert b"".join(found) + events.rest == stream
    assert [data_of(event) for event in found] == [line for line, _ in said]


def test_an_event_without_an_end_is_not_held_for_ever():
    events = Events(100)
    events.feed(b"data: " + b"x" * 90)
    with pytest.raises(TooLongError):
        events.feed(b"x" * 90)


def test_data_of_several_lines_is_one_text():
    assert data_of(b"event: a\ndata: one\ndata:two\nid: 7\n\n") == "one\ntwo"
    assert data_of(b": a comment\n\n") == ""


def test_an_event_that_says_something_else_keeps_the_rest():
    changed = with_data(b"event: delta\r\nid: 7\r\ndata: a\r\ndata: b\r\n\r\n", '{"x":1}')
    assert changed == b'event: delta\nid: 7\ndata: {"x":1}\n\n'
