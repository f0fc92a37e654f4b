# ruff: noqa: D102 - what each part of an answer is, `Protocol` says once.
"""How a scripted answer is worded: as OpenAI chat completions, as responses, as Anthropic messages.

The same words and the same call of a tool, whole or in the events of a stream, with the names that
the protocols' own clients read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

MODEL: Final = "scripted-1"
ARGUMENTS: Final = '{"berth": "north quay", "hours": 6}'
"""With which a tool is called."""


class Protocol:
    """How an answer is worded; one for each request."""

    def __init__(self, body: Any) -> None:
        self.streams = bool(body.get("stream"))
        self.model = str(body.get("model", MODEL))
        self.tool = "ask"
        for tool in body.get("tools", ()):
            self.tool = tool.get("name") or tool.get("function", {}).get("name", "ask")
            break

    @staticmethod
    def fault(status: int, words: str) -> web.Response:
        """Return a failure, as this protocol has it."""
        document = {"error": {"message": words, "type": "scripted", "code": status, "param": None}}
        return web.json_response(document, status=status, headers={"Retry-After": "7"})

    def whole(self, text: str, tool: bool) -> dict[str, Any]:
        """Return an answer that is not streamed."""
        raise NotImplementedError

    def opening(self, tool: bool) -> list[bytes]:
        """Return what comes before the first word."""
        raise NotImplementedError

    def word(self, word: str) -> bytes:
        """Return a piece of text."""
        raise NotImplementedError

    def arguments(self, piece: str) -> bytes:
        """Return a piece of a tool's arguments."""
        raise NotImplementedError

    def closing(self, text: str, tool: bool) -> list[bytes]:
        """Return what comes after the last word."""
        raise NotImplementedError


class Chat(Protocol):
    """OpenAI chat completions."""

    def __init__(self, body: Any) -> None:
        super().__init__(body)
        self._counts = bool((body.get("stream_options") or {}).get("include_usage"))

    def whole(self, text: str, tool: bool) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": None if tool else text}
        if tool:
            message["tool_calls"] = [self._call()]
        choice = {"index": 0, "message": message, "finish_reason": _why(tool)}
        return {**self._head("chat.completion"), "choices": [choice], "usage": _chat_usage(text)}

    def opening(self, tool: bool) -> list[bytes]:
        delta: dict[str, Any] = {"role": "assistant", "content": "" if not tool else None}
        if tool:
            delta["tool_calls"] = [{"index": 0, **self._call("")}]
        return [self._chunk(delta)]

    def word(self, word: str) -> bytes:
        return self._chunk({"content": word})

    def arguments(self, piece: str) -> bytes:
        return self._chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})

    def closing(self, text: str, tool: bool) -> list[bytes]:
        pieces = [self._chunk({}, _why(tool))]
        if self._counts:
            last = {**self._head("chat.completion.chunk"), "choices": []}
            pieces.append(_event({**last, "usage": _chat_usage(text)}))
        return [*pieces, b"data: [DONE]\n\n"]

    def _chunk(self, delta: dict[str, Any], why: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": why}
        head = self._head("chat.completion.chunk")
        return _event({**head, "choices": [choice], **({"usage": None} if self._counts else {})})

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-scripted", "object": kind, "created": 1, "model": self.model}

    def _call(self, arguments: str = ARGUMENTS) -> dict[str, Any]:
        function = {"name": self.tool, "arguments": arguments}
        return {"id": "call_scripted", "type": "function", "function": function}


class Responses(Protocol):
    """OpenAI responses."""

    def __init__(self, body: Any) -> None:
        super().__init__(body)
        self._number = -1

    def whole(self, text: str, tool: bool) -> dict[str, Any]:
        return self._response("completed", [self._item(text, tool, "completed")], text)

    def opening(self, tool: bool) -> list[bytes]:
        begun = self._item("", tool, "in_progress")
        begun["arguments" if tool else "content"] = "" if tool else []
        pieces = [
            self._event("response.created", response=self._response("in_progress", [])),
            self._event("response.output_item.added", output_index=0, item=begun),
        ]
        if not tool:
            part = {"type": "output_text", "text": "", "annotations": []}
            pieces.append(self._event("response.content_part.added", **_PART, part=part))
        return pieces

    def word(self, word: str) -> bytes:
        return self._event("response.output_text.delta", **_PART, delta=word, logprobs=[])

    def arguments(self, piece: str) -> bytes:
        of = {"item_id": "fc_scripted", "output_index": 0}
        return self._event("response.function_call_arguments.delta", **of, delta=piece)

    def closing(self, text: str, tool: bool) -> list[bytes]:
        item = self._item(text, tool, "completed")
        if tool:
            of = {"item_id": "fc_scripted", "output_index": 0, "name": self.tool}
            done = [self._event("response.function_call_arguments.done", **of, arguments=ARGUMENTS)]
        else:
            part = item["content"][0]
            done = [
                self._event("response.output_text.done", **_PART, text=text, logprobs=[]),
                self._event("response.content_part.done", **_PART, part=part),
            ]
        whole = self._response("completed", [item], text)
        return [
            *done,
            self._event("response.output_item.done", output_index=0, item=item),
            self._event("response.completed", response=whole),
        ]

    def _event(self, kind: str, **data: Any) -> bytes:
        self._number += 1
        return _event({"type": kind, "sequence_number": self._number, **data}, kind)

    def _item(self, text: str, tool: bool, status: str) -> dict[str, Any]:
        if tool:
            named = {"call_id": "call_scripted", "name": self.tool, "arguments": ARGUMENTS}
            return {"id": "fc_scripted", "type": "function_call", "status": status, **named}
        part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        head = {"id": "msg_scripted", "type": "message", "role": "assistant", "status": status}
        return {**head, "content": [part]}

    def _response(self, status: str, output: list[Any], text: str | None = None) -> dict[str, Any]:
        usage = None
        if text is not None:
            spoken = len(text.split())
            usage = {
                "input_tokens": 11,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": spoken,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": 11 + spoken,
            }
        return {
            "id": "resp_scripted",
            "object": "response",
            "created_at": 1,
            "status": status,
            "model": self.model,
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": usage,
        }


class Messages(Protocol):
    """Anthropic messages."""

    @staticmethod
    def fault(status: int, words: str) -> web.Response:
        """Return a failure, as this protocol has it."""
        error = {"type": "api_error", "message": words}
        document = {"type": "error", "error": error, "request_id": "req-scripted"}
        return web.json_response(document, status=status, headers={"Retry-After": "7"})

    def whole(self, text: str, tool: bool) -> dict[str, Any]:
        block: dict[str, Any] = {"type": "text", "text": text}
        if tool:
            block = {**self._use(), "input": json.loads(ARGUMENTS)}
        return {**self._head(), "content": [block], **self._end(tool), "usage": _usage(text)}

    def opening(self, tool: bool) -> list[bytes]:
        begun = {**self._head(), "content": [], "stop_reason": None, "usage": _usage("")}
        block = {**self._use(), "input": {}} if tool else {"type": "text", "text": ""}
        return [
            self._event("message_start", message=begun),
            self._event("content_block_start", index=0, content_block=block),
            self._event("ping"),
        ]

    def word(self, word: str) -> bytes:
        delta = {"type": "text_delta", "text": word}
        return self._event("content_block_delta", index=0, delta=delta)

    def arguments(self, piece: str) -> bytes:
        delta = {"type": "input_json_delta", "partial_json": piece}
        return self._event("content_block_delta", index=0, delta=delta)

    def closing(self, text: str, tool: bool) -> list[bytes]:
        spoken = {"output_tokens": len(text.split())}
        return [
            self._event("content_block_stop", index=0),
            self._event("message_delta", delta=self._end(tool), usage=spoken),
            self._event("message_stop"),
        ]

    def _event(self, kind: str, **data: Any) -> bytes:
        return _event({"type": kind, **data}, kind)

    def _head(self) -> dict[str, Any]:
        head = {"id": "msg_scripted", "type": "message", "role": "assistant"}
        return {**head, "model": self.model, "stop_sequence": None}

    def _use(self) -> dict[str, Any]:
        return {"type": "tool_use", "id": "toolu_scripted", "name": self.tool}

    @staticmethod
    def _end(tool: bool) -> dict[str, Any]:
        return {"stop_reason": "tool_use" if tool else "end_turn", "stop_sequence": None}


_PART: Final = {"item_id": "msg_scripted", "output_index": 0, "content_index": 0}


def _why(tool: bool) -> str:
    return "tool_calls" if tool else "stop"


def _chat_usage(text: str) -> dict[str, int]:
    spoken = len(text.split())
    return {"prompt_tokens": 11, "completion_tokens": spoken, "total_tokens": 11 + spoken}


def _usage(text: str) -> dict[str, int]:
    return {"input_tokens": 11, "output_tokens": len(text.split())}


def _event(data: Mapping[str, Any], name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()
