"""What answers say of themselves: read whole or streamed, and marked alike in both."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.desks.reviews.states.grants import Operation
from tidegate.engines.watermarks import Marker, frame_of, unmarked
from tidegate.faces.demo.protocols import Chat, Messages, Responses
from tidegate.faces.gateway.events import data_of
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.meters import METERS, Meter
from tidegate.faces.gateway.reading import Reading
from tidegate.faces.gateway.refusing import RefusedError

SCRIPTS: dict[Operation, Any] = {
    Operation.CHAT: Chat,
    Operation.RESPONSES: Responses,
    Operation.MESSAGES: Messages,
}
WORDS = [
    f"{word} " for word in ("Some words of an answer, and then some more of them. " * 4).split()
]
FIELDS = (  # noqa: SIM905 - as a text
    "type choices delta content usage message text id output response item part index error"
    " prompt_tokens output_tokens tool_calls function arguments"
).split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def marker() -> Marker:
    return Marker(frame_of(b"key", b"12345678"))


def streamed(operation: Operation, *, is_marked: bool, tool: bool = False) -> tuple[Meter, bytes]:
    """Let a scripted stream pass; return its meter and what was let out."""
    script = SCRIPTS[operation]({"stream": True, "stream_options": {"include_usage": True}})
    text = "".join(WORDS)
    pieces = [*script.opening(tool), *map(script.word, WORDS), *script.closing(text, tool)]
    meter = METERS[operation](marker if is_marked else None)
    reading = Reading(meter, Limits())
    out = b"".join(reading.feed(piece) for piece in pieces) + reading.finish()
    return meter, out


@pytest.mark.parametrize("operation", list(Operation))
def test_a_stream_says_its_name_its_tokens_and_its_end(operation):
    meter, _ = streamed(operation, is_marked=False)
    assert meter.response_id.endswith("-scripted") or meter.response_id.endswith("_scripted")
    assert (meter.tokens_in, meter.tokens_out) == (11, len(WORDS))
    assert meter.is_over
    assert not meter.has_failed
    assert abs(meter.estimated - len("".join(WORDS)) // 4) <= 1


@pytest.mark.parametrize("operation", list(Operation))
def test_a_stream_is_marked_as_a_whole_answer_is(operation):
    _, out = streamed(operation, is_marked=True)
    said = [json.loads(data_of(one + b"\n\n")) for one in out.split(b"\n\n") if b"{" in one]
    whole = SCRIPTS[operation]({}).whole("".join(WORDS), tool=False)
    meter = METERS[operation](marker)
    assert meter.whole(whole)
    text = marker().take("".join(WORDS))
    assert text in json.dumps(whole, ensure_ascii=False)
    deltas = [one.get("delta") or one.get("choices", [{}])[0].get("delta", {}) for one in said[:-1]]
    pieces = [
        one if isinstance(one, str) else one.get("content") or one.get("text") or ""
        for one in deltas
    ]
    assert "".join(pieces) == text
    # What a stream says again at its end says the same.
    again = json.dumps(said[-3:], ensure_ascii=False)
    assert text in again or unmarked(text) not in again


def test_arguments_of_tools_are_not_marked():
    script = Chat({"stream": True})
    arguments = '{"a": "some words in here"}'
    event = script.arguments(arguments)
    meter = METERS[Operation.CHAT](marker)
    assert Reading(meter, Limits()).feed(event) == event


@given(JSON)
@settings(max_examples=300)
def test_whatever_an_endpoint_says_is_read_without_a_mistake_of_ours(said):
    for operation in Operation:
        document = said if isinstance(said, dict) else {"x": said}
        meter = METERS[operation](marker)
        meter.event(json.loads(json.dumps(document)))
        meter.whole(json.loads(json.dumps(document)))
        assert meter.tokens_out >= 0


@pytest.mark.parametrize("kind", [[], {}, None, 5])
@pytest.mark.parametrize("operation", list(Operation))
def test_a_type_that_is_no_word_is_read_as_none(operation, kind):
    meter = METERS[operation](marker)
    meter.event({"type": kind, "response": {}, "delta": {"type": kind}, "message": {}})
    meter.whole({"type": kind, "output": [{"type": kind}], "content": [{"type": kind}]})
    assert not meter.is_over
    assert not meter.has_failed


@pytest.mark.parametrize(
    ("operation", "event"),
    [
        (Operation.CHAT, {"choices": [{"index": [], "delta": {"content": "words"}}]}),
        (
            Operation.RESPONSES,
            {"type": "response.output_text.delta", "output_index": {}, "delta": "words"},
        ),
        (
            Operation.MESSAGES,
            {
                "type": "content_block_delta",
                "index": [],
                "delta": {"type": "text_delta", "text": "words"},
            },
        ),
    ],
)
def test_a_place_that_is_no_number_is_a_place_all_the_same(operation, event):
    meter = METERS[operation](marker)
    meter.event(event)
    assert meter.counted > 0


def test_what_is_no_json_is_not_passed_on():
    for piece in (b"data: hello\n\n", b"data: [1]\n\n", b"data: \xff\n\n", b"data: {\n\n"):
        with pytest.raises(RefusedError):
            Reading(METERS[Operation.CHAT](), Limits()).feed(piece)


def test_comments_pass_and_the_end_may_lack_its_empty_line():
    reading = Reading(METERS[Operation.CHAT](), Limits())
    assert reading.feed(b": still here\n\n") == b": still here\n\n"
    assert reading.feed(b"data: [DONE]\n") == b""
    assert reading.finish().startswith(b"data: [DONE]")


def test_digests_tell_what_came_from_what_was_let_out():
    reading = Reading(METERS[Operation.CHAT](marker), Limits())
    piece = reading.feed(Chat({}).word("Some words and more "))
    reading.let_out(piece)
    assert reading.received_sha256 != reading.delivered_sha256 != ""
