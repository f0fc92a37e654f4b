"""The two real clients through the gateway: streams, tools, and a grant that ends in mid-stream."""

from __future__ import annotations

from typing import Any

import anthropic
import openai
import pytest

from tests.faces.gateway import rows
from tests.faces.gateway.house import House
from tidegate.faces.demo.endpoint import ScriptedEndpoint

TOOL = {"name": "reserve", "parameters": {"type": "object", "properties": {}}}


@pytest.fixture
def made(house: House, endpoint: str) -> dict[str, str]:
    """Return the keys of an engagement with a grant."""
    found: dict[str, str] = house.do(rows.make, endpoint=endpoint)
    return found


def by_openai(house: House, made: dict[str, str]) -> openai.OpenAI:
    return openai.OpenAI(base_url=house.openai, api_key=made["secret"], max_retries=0)


def by_anthropic(house: House, made: dict[str, str]) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=house.anthropic, api_key=made["secret"], max_retries=0)


def asked(words: str) -> Any:
    return {"model": "the-model", "messages": [{"role": "user", "content": words}]}


def test_a_chat_is_answered(house, made, script: ScriptedEndpoint):
    answer = by_openai(house, made).chat.completions.create(**asked("Hello !words 5"))
    assert answer.choices[0].message.content == "The lock opens at low "
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 5
    (call,) = house.eventually(rows.calls, made["grant"], until=is_over)
    assert (call["outcome"], call["tokens_out"], call["status"]) == ("complete", 5, 200)
    assert script.seen[0].body["model"] == "scripted-1"


def is_over(calls: list[dict[str, Any]]) -> bool:
    return bool(calls) and all(call["outcome"] != "running" for call in calls)


def test_a_chat_streams(house, made):
    stream = by_openai(house, made).chat.completions.create(**asked("Hello !words 30"), stream=True)
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks).count(" ") == 30
    # The one that counts was asked for by the gateway, not by the client.
    assert all(chunk.choices for chunk in chunks)
    (call,) = house.eventually(rows.calls, made["grant"], until=is_over)
    assert (call["tokens_in"], call["tokens_out"]) == (11, 30)
    assert not call["tokens_estimated"]
    assert call["response_id"] == "chatcmpl-scripted"


def test_whoever_asks_for_the_count_gets_it(house, made):
    stream = by_openai(house, made).chat.completions.create(
        **asked("Hello !words 3"), stream=True, stream_options={"include_usage": True}
    )
    last = list(stream)[-1]
    assert last.usage is not None
    assert last.usage.completion_tokens == 3


def test_a_chat_uses_tools(house, made):
    client = by_openai(house, made)
    tools: Any = [{"type": "function", "function": TOOL}]
    whole = client.chat.completions.create(**asked("Hello !tool"), tools=tools)
    called: Any = whole.choices[0].message.tool_calls
    assert called[0].function.name == "reserve"
    assert called[0].function.arguments == '{"berth": "north quay", "hours": 6}'
    with client.chat.completions.stream(**asked("Hello !tool"), tools=tools) as stream:
        final = stream.get_final_completion()
    streamed: Any = final.choices[0].message.tool_calls
    assert streamed[0].function.arguments == called[0].function.arguments


def test_responses_are_answered_and_stream(house, made, script: ScriptedEndpoint):
    client = by_openai(house, made)
    whole = client.responses.create(model="the-model", input="Hello !words 4", store=True)
    assert whole.output_text == "The lock opens at "
    with client.responses.stream(model="the-model", input="Hello !words 40") as stream:
        final = stream.get_final_response()
    assert final.output_text.count(" ") == 40
    assert [seen.body["store"] for seen in script.seen] == [False, False]
    tools: Any = [{"type": "function", **TOOL, "strict": False}]
    with client.responses.stream(model="the-model", input="Hi !tool", tools=tools) as stream:
        item: Any = stream.get_final_response().output[0]
    assert item.arguments == '{"berth": "north quay", "hours": 6}'


def test_messages_are_answered_and_stream(house, made):
    client = by_anthropic(house, made)
    said: Any = [{"role": "user", "content": "Hello !words 6"}]
    asked: Any = {"model": "the-other", "max_tokens": 100, "messages": said}
    whole: Any = client.messages.create(**asked)
    assert whole.content[0].text == "The lock opens at low water "
    with client.messages.stream(**asked) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == whole.content[0].text
    assert final.usage.output_tokens == 6
    said[0]["content"] = "Hello !tool"
    tools: Any = [{"name": "reserve", "input_schema": {"type": "object"}}]
    with client.messages.stream(**asked, tools=tools) as stream:
        block: Any = stream.get_final_message().content[0]
    assert block.input == {"berth": "north quay", "hours": 6}


def test_tokens_of_messages_are_counted(house, made):
    counted = by_anthropic(house, made).messages.count_tokens(
        model="the-other", messages=[{"role": "user", "content": "Hello"}]
    )
    assert counted.input_tokens > 5
    (call,) = house.eventually(rows.calls, made["grant"], until=is_over)
    assert (call["outcome"], call["tokens_in"], call["tokens_out"]) == ("complete", 0, 0)


def test_both_clients_list_the_grants_models(house, made):
    names = {model.id for model in by_openai(house, made).models.list()}
    assert names == {"the-model", "the-other"}
    assert {model.id for model in by_anthropic(house, made).models.list()} == names


def test_a_stream_is_cut_in_the_middle_when_its_grant_is_revoked(house, made):
    stream = by_openai(house, made).chat.completions.create(
        **asked("Hello !endless !every 5"), stream=True
    )
    assert len([next(stream) for _ in range(20)]) == 20
    house.do(rows.revoke, made["grant"])
    with pytest.raises(openai.APIError, match="has ended"):
        list(stream)
    (call,) = house.eventually(rows.calls, made["grant"], until=is_over)
    assert call["outcome"] == "cut"
    assert call["tokens_estimated"]
    with pytest.raises(openai.PermissionDeniedError, match="has ended"):
        by_openai(house, made).chat.completions.create(**asked("Hello again"))
    kinds = [kind for kind, _ in house.do(rows.entries, made["engagement"])]
    assert kinds.count("model-called") == kinds.count("model-answered") == 1
    assert kinds[-1] == "call-refused"


def test_anthropics_client_notices_a_cut_too(house, made):
    client = by_anthropic(house, made)
    said: Any = [{"role": "user", "content": "Hello !endless !every 5"}]
    with client.messages.stream(model="the-other", max_tokens=9999, messages=said) as stream:
        next(stream.text_stream)
        house.do(rows.pull_the_plug, made["engagement"])
        with pytest.raises(anthropic.APIStatusError, match="has ended"):
            list(stream.text_stream)


def test_a_call_is_cut_while_the_endpoint_says_nothing(house, made):
    client = by_openai(house, made)
    stream = client.chat.completions.create(**asked("Hello !first 0 !every 600000"), stream=True)
    next(stream)
    house.do(rows.withdraw, made["engagement"])
    with pytest.raises(openai.APIError, match="has ended"):
        list(stream)
