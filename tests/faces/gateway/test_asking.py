"""What endpoints are asked: what was asked here, and nothing that reaches past the gateway."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.desks.reviews.states.grants import Operation
from tidegate.engines.watermarks import Marker, frame_of
from tidegate.faces.gateway.asking import Request, prepared, read_request
from tidegate.faces.gateway.fields import AT_THE_ENDPOINT, PASSED_ON
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.refusing import RefusedError

CHAT, RESPONSES, MESSAGES = Operation.CHAT, Operation.RESPONSES, Operation.MESSAGES
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def sent(body: dict[str, Any], operation: Operation = CHAT, **more: Any) -> dict[str, Any]:
    """Return what an endpoint is asked."""
    content = json.dumps({"model": "named", **body}).encode()
    request = read_request(content, operation)
    return dict(json.loads(prepared(request, operation, model="theirs", **more).content))


def refused(body: dict[str, Any], operation: Operation) -> str | None:
    with pytest.raises(RefusedError) as error:
        sent(body, operation)
    return error.value.reason


@given(st.dictionaries(st.sampled_from(["temperature", "metadata", "user", "stop"]), JSON))
@settings(max_examples=100)
def test_what_is_not_ours_to_change_arrives_as_it_was(body):
    assert sent(body) == {**body, "model": "theirs"}


@given(JSON)
@settings(max_examples=200)
def test_whatever_is_sent_is_passed_on_or_refused_in_words(body):
    for operation in Operation:
        try:
            request = read_request(json.dumps(body).encode(), operation)
            prepared(request, operation, model="theirs", watermark=True)
        except RefusedError:
            continue


def test_half_of_a_pair_of_surrogates_arrives_too():
    assert sent({"user": "\ud83d"})["user"] == "\ud83d"


def test_nothing_is_kept_at_the_endpoint():
    assert sent({"store": True})["store"] is False
    assert "store" not in sent({})
    assert sent({}, RESPONSES)["store"] is False


def test_tokens_are_counted_by_the_endpoint_whether_or_not_they_were_asked_for():
    options = sent({"stream": True, "stream_options": {"x": 1}})["stream_options"]
    assert options == {"x": 1, "include_usage": True}
    request = read_request(b'{"model": "m", "stream": true}', CHAT)
    assert prepared(request, CHAT, model="m").drops_usage


def test_an_answer_is_no_longer_than_the_budget():
    assert sent({"max_tokens": 90}, tokens_left=7)["max_tokens"] == 7
    assert sent({"max_tokens": 5}, tokens_left=7)["max_tokens"] == 5
    assert "max_tokens" not in sent({}, tokens_left=7)


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        (CHAT, "max_tokens"),
        (CHAT, "max_completion_tokens"),
        (CHAT, "n"),
        (RESPONSES, "max_output_tokens"),
        (MESSAGES, "max_tokens"),
    ],
)
def test_a_bound_that_is_no_number_is_refused(operation, field):
    for said in (True, "500", 500.0, [500], -1):
        assert refused({field: said}, operation) == "body"
    assert sent({field: None}, CHAT if operation is CHAT else operation)[field] is None


def test_an_answer_without_a_bound_gets_one_where_that_is_the_protocols():
    assert sent({}, RESPONSES, tokens_left=7)["max_output_tokens"] == 7
    assert sent({"max_output_tokens": None}, RESPONSES, tokens_left=7)["max_output_tokens"] == 7
    assert "max_output_tokens" not in sent({}, RESPONSES)
    assert sent({"max_tokens": 90, "n": 3}, tokens_left=9)["max_tokens"] == 3


def test_what_a_call_may_use_is_said_by_its_bound_or_estimated():
    def tokens(body: dict[str, Any], **more: Any) -> int:
        content = json.dumps({"model": "m", **body}).encode()
        return prepared(read_request(content, CHAT), CHAT, model="m", **more).tokens

    assert tokens({"max_tokens": 500}) - tokens({"max_tokens": 400}) == 100
    assert tokens({"max_tokens": 500}, tokens_left=20) < 50
    assert tokens({}) > 4000
    assert tokens({"max_tokens": 100, "n": 3}) > 300
    assert tokens({"user": "x" * 4000, "max_tokens": 1}) > 1000
    assert tokens({}, counts=True) == 0


def test_a_field_that_nobody_here_knows_is_refused_by_its_name():
    for operation, field in (
        (CHAT, "plugins"),
        (RESPONSES, "access_programs"),
        (MESSAGES, "fallbacks"),
        (MESSAGES, "thread"),
        (MESSAGES, "diagnostics"),
    ):
        with pytest.raises(RefusedError, match=field) as error:
            sent({field: {"x": 1}}, operation)
        assert error.value.reason == "outside"


@pytest.mark.parametrize(
    ("operation", "types"),
    [
        (CHAT, ("openai.types.chat.completion_create_params", "CompletionCreateParamsBase")),
        (RESPONSES, ("openai.types.responses.response_create_params", "ResponseCreateParamsBase")),
        (MESSAGES, ("anthropic.types.message_create_params", "MessageCreateParamsBase")),
    ],
)
def test_every_field_of_todays_clients_was_thought_of(operation, types):
    module, name = types
    known = getattr(importlib.import_module(module), name).__annotations__
    there = PASSED_ON[operation].union(AT_THE_ENDPOINT[operation])
    left_out = {
        CHAT: {"moderation"},
        RESPONSES: {"access_programs", "image", "moderation"},
        MESSAGES: {"diagnostics", "user_profile_id", "workspace_id"},
    }
    assert set(known) - there == left_out[operation]


def test_a_body_is_bounded_before_anything_is_made_of_it(monkeypatch):
    limits = Limits(structures=1000, depth=20)
    wide = b'{"model": "m", "messages": [' + b"[]," * 600 + b"[]]}"

    def parse(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was parsed")

    monkeypatch.setattr("tidegate.faces.gateway.asking.json.loads", parse)
    with pytest.raises(RefusedError, match="values"):
        read_request(wide, CHAT, limits)


@pytest.mark.parametrize("inner", [b"[%s]", b'{"a": %s}'])
def test_a_body_is_nested_no_deeper_than_is_read(inner):
    def nested(depth: int) -> bytes:
        value = b"1"
        for _ in range(depth):
            value = inner % value
        return b'{"model": "m", "metadata": ' + value + b"}"

    limits = Limits(depth=20)
    assert read_request(nested(19), CHAT, limits).model == "m"
    with pytest.raises(RefusedError, match="deeply"):
        read_request(nested(20), CHAT, limits)
    # Brackets in a text are no depth.
    flat = json.dumps({"model": "m", "user": "[" * 50}).encode()
    assert read_request(flat, CHAT, limits).model == "m"


def test_what_is_too_deep_to_be_written_is_refused_in_words():
    value: Any = "x"
    for _ in range(5000):
        value = [value]
    for marks in (True, False):
        request = Request({"model": "m", "metadata": value}, "m", False, None)
        with pytest.raises(RefusedError, match="deeply"):
            prepared(request, CHAT, model="m", watermark=marks)


@pytest.mark.parametrize(
    ("operation", "tool"),
    [
        (CHAT, {"type": "function", "function": {"name": "f"}}),
        (CHAT, {"type": "custom", "custom": {"name": "f"}}),
        (RESPONSES, {"type": "function", "name": "f"}),
        (MESSAGES, {"name": "f", "input_schema": {}}),
        (MESSAGES, {"type": "custom", "name": "f", "input_schema": {}}),
        (MESSAGES, {"type": "bash_20250124", "name": "bash"}),
        (MESSAGES, {"type": "text_editor_20250728", "name": "edit"}),
    ],
)
def test_tools_that_the_client_runs_pass(operation, tool):
    assert sent({"tools": [tool]}, operation)["tools"] == [tool]


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (RESPONSES, "web_search_preview"),
        (RESPONSES, "file_search"),
        (RESPONSES, "computer_use_preview"),
        (RESPONSES, "image_generation"),
        (RESPONSES, "something_new"),
        (RESPONSES, None),
        (CHAT, "mcp"),
        (MESSAGES, "web_search_20250305"),
        (MESSAGES, "code_execution_20250825"),
        (MESSAGES, "computer_20250124"),
        (MESSAGES, "bash_20250124x"),
        (MESSAGES, ["custom"]),
    ],
)
def test_tools_that_the_endpoint_runs_do_not(operation, kind):
    assert refused({"tools": [{"type": kind, "name": "x"}]}, operation) in ("outside", "body")


def content(*parts: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(parts)}]}


@pytest.mark.parametrize(
    ("operation", "body", "why"),
    [
        (
            CHAT,
            content({"type": "image_url", "image_url": {"url": "https://x.example"}}),
            "outside",
        ),
        (CHAT, content({"type": "image_url", "image_url": "//x.example"}), "outside"),
        (CHAT, content({"type": "file", "file": {"file_id": "file-1"}}), "stored"),
        (
            MESSAGES,
            content({"type": "image", "source": {"type": "url", "url": "https://x.example"}}),
            "outside",
        ),
        (
            MESSAGES,
            content({"type": "document", "source": {"type": "file", "file_id": "f"}}),
            "stored",
        ),
        (
            MESSAGES,
            content(
                {
                    "type": "tool_result",
                    "content": [{"type": "image", "source": {"type": "url", "url": "http://x"}}],
                }
            ),
            "outside",
        ),
        (MESSAGES, content({"type": "container_upload", "file_id": "f"}), "stored"),
        (RESPONSES, {"input": [{"type": "input_image", "image_url": "http://x"}]}, "outside"),
        (RESPONSES, {"input": [{"type": "input_file", "file_url": "http://x"}]}, "outside"),
        (RESPONSES, {"input": [{"type": "input_file", "file_id": "f"}]}, "stored"),
        (
            RESPONSES,
            {"input": [{"type": "additional_tools", "tools": [{"type": "web_search"}]}]},
            "outside",
        ),
        (MESSAGES, content({"type": "x", "tools": [{"type": "web_search_20250305"}]}), "outside"),
        (RESPONSES, {"input": [{"type": "code_interpreter_call", "container_id": "c"}]}, "stored"),
        (CHAT, {"messages": [{"role": "assistant", "audio": {"id": "audio_1"}}]}, "stored"),
        (RESPONSES, {"conversation": "conv_1"}, "outside"),
        (RESPONSES, {"prompt": {"id": "pmpt_1"}}, "outside"),
        (MESSAGES, {"container": "c"}, "outside"),
    ],
)
def test_what_the_endpoint_would_fetch_or_has_kept_is_not_asked_for(operation, body, why):
    assert refused(body, operation) == why


def test_pictures_pass_as_data():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert sent(content(picture))["messages"][0]["content"] == [picture]
    inner = {"type": "image", "source": {"type": "base64", "data": "AAAA"}}
    assert sent(content(inner), MESSAGES)["messages"][0]["content"] == [inner]


def test_what_a_tool_was_called_with_is_the_clients_own():
    used = {"type": "tool_use", "name": "get", "input": {"image_url": "https://x", "file_id": "f"}}
    turn = {"role": "assistant", "content": [used]}
    assert sent({"messages": [turn]}, MESSAGES)["messages"] == [turn]
    # Not what somebody else says that it was, nor in a protocol that has no such part.
    assert refused(content(used), MESSAGES) == "stored"
    assert refused({"messages": [turn]}, CHAT) == "stored"
    inner = {"role": "assistant", "content": [{"type": "text", "text": [used]}]}
    assert refused({"messages": [inner]}, MESSAGES) == "stored"


def test_a_model_is_not_told_of_marks_in_its_earlier_words():
    text = "Some words that it has said before, and some more of them"
    marked = Marker(frame_of(b"k", b"12345678")).take(text)
    asked = {"messages": [{"role": "assistant", "content": marked}]}
    assert sent(asked, watermark=True)["messages"][0]["content"] == text
    assert sent(asked)["messages"][0]["content"] == marked


def test_answers_of_a_structure_are_no_prose():
    for operation, body, is_prose in (
        (CHAT, {}, True),
        (CHAT, {"response_format": {"type": "text"}}, True),
        (CHAT, {"response_format": {"type": "json_object"}}, False),
        (RESPONSES, {"text": {"format": {"type": "json_schema"}}}, False),
        (MESSAGES, {"output_format": {"type": "json_schema"}}, False),
    ):
        request = read_request(json.dumps({"model": "m", **body}).encode(), operation)
        assert prepared(request, operation, model="m").is_prose is is_prose
