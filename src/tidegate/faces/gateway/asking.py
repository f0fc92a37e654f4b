"""What is asked of a model: read strictly, and without what would reach past the gateway.

A body is parsed and written anew before it is passed on, so that nobody behind us reads it in
another way. Terms let the model be used through the gateway and nowhere else, so what the endpoint
would do on a reviewer's word by itself is refused: tools that it runs, addresses that it fetches,
files and answers that it keeps. Tools that the client runs are passed on. Pure.

From: https://platform.openai.com/docs/api-reference and https://docs.anthropic.com/en/api/messages.
A field that is new there is refused by its name until it is on the list here (`fields`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from tidegate.desks.reviews.queries.usable import Reason
from tidegate.desks.reviews.states.grants import Operation
from tidegate.engines.watermarks import unmarked
from tidegate.faces.gateway.fields import AT_THE_ENDPOINT, PASSED_ON
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.refusing import RefusedError, malformed

Body = dict[str, Any]

_LONGEST_NAME: Final = 200
_CLIENT_TOOLS: Final = frozenset({"function", "custom"})
_ANTHROPIC_CLIENT_TOOLS: Final = re.compile(r"(bash|text_editor|memory)_[0-9]{8}")
"""What Anthropic has described and the client runs."""
_FETCHED: Final = re.compile(r"\s*data:", re.IGNORECASE)
_SIGNS_OF_A_TOKEN: Final = 4
_UNBOUNDED: Final = 4096
"""Tokens that an answer is taken to have, if its length was not bounded."""
_BUDGETED: Final = {
    Operation.CHAT: ("max_tokens", "max_completion_tokens"),
    Operation.RESPONSES: ("max_output_tokens",),
    Operation.MESSAGES: ("max_tokens",),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request's body, as far as it is understood."""

    body: Body
    model: str
    streams: bool
    previous: str | None
    """The answer that it goes on from, as it is named; the responses API has that."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an endpoint is asked."""

    content: bytes
    streams: bool
    drops_usage: bool
    """The event that counts tokens was asked for by us, and is not passed on."""
    is_prose: bool
    """Whether the answer is text for people, in which a mark may be hidden."""
    tokens: int
    """That the call may use, roughly: what is asked, and what is answered."""


def read_request(content: bytes, operation: Operation, limits: Limits | None = None) -> Request:
    """Return what a body asks for.

    Args:
        content: JSON.
        operation: of the grant's.
        limits: how much of it is read.

    Raises:
        RefusedError: it is not JSON, ambiguous, or asks for what is not passed on.
    """
    body = _parsed(content, limits or Limits())
    model = body.get("model")
    if not isinstance(model, str) or not 0 < len(model) <= _LONGEST_NAME:
        raise malformed("`model` is missing; name one of the grant's models.", Reason.BODY)
    streams = body.get("stream", False)
    if not isinstance(streams, bool | None):
        raise malformed("`stream` is true or false.", Reason.BODY)
    previous = body.get("previous_response_id")
    if previous is not None and (operation is not Operation.RESPONSES or not _is_name(previous)):
        raise malformed("`previous_response_id` is not the name of an answer.", Reason.BODY)
    _check_fields(body, operation)
    _check_numbers(body, operation)
    _check_tools(body.get("tools"), operation)
    _check_sources(body, operation)
    return Request(body, model, bool(streams), previous)


def prepared(
    request: Request,
    operation: Operation,
    *,
    model: str,
    tokens_left: int | None = None,
    watermark: bool = False,
    counts: bool = False,
) -> Prepared:
    """Return what an endpoint is asked.

    Args:
        request: what was asked of us.
        operation: of the grant's.
        model: what the endpoint calls the model.
        tokens_left: of the grant's budget; what bounds an answer's length is lowered to it, and
            answers of the responses API get such a bound.
        watermark: whether answers are marked; marks of earlier ones are then taken out.
        counts: whether the request only counts tokens.

    Raises:
        RefusedError: it is nested too deeply.
    """
    body: Body = {**request.body, "model": model}
    drops_usage = False
    if operation is Operation.RESPONSES or (operation is Operation.CHAT and "store" in body):
        body["store"] = False
    if operation is Operation.CHAT and request.streams:
        options = body.get("stream_options")
        options = options if isinstance(options, dict) else {}
        drops_usage = not options.get("include_usage")
        body["stream_options"] = {**options, "include_usage": True}
    if tokens_left is not None and not counts:
        _bound(body, operation, tokens_left)
    try:
        written = _written(_without_marks(body) if watermark else body)
    except RecursionError as error:
        raise _too_deep() from error
    used = 0 if counts else len(written) // _SIGNS_OF_A_TOKEN + _most_answered(body, operation)
    return Prepared(written, request.streams, drops_usage, _is_prose(body), used)


def _bound(body: Body, operation: Operation, tokens_left: int) -> None:
    """Lower what bounds an answer's length to what is left of a budget."""
    each = max(1, tokens_left // _answers(body, operation))
    for field in _BUDGETED[operation]:
        if body.get(field) is not None:
            body[field] = min(body[field], each)
        elif operation is Operation.RESPONSES:
            body[field] = each


def _most_answered(body: Body, operation: Operation) -> int:
    bounds = [body[field] for field in _BUDGETED[operation] if body.get(field) is not None]
    return max(bounds, default=_UNBOUNDED) * _answers(body, operation)


def _answers(body: Body, operation: Operation) -> int:
    return max(1, body.get("n") or 1) if operation is Operation.CHAT else 1


def _written(body: Body) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair: possible in JSON, and in no text.
        return json.dumps(body, separators=(",", ":")).encode()


def _parsed(content: bytes, limits: Limits) -> Body:
    # Before anything is made of it: an empty list of two bytes takes sixty.
    if sum(map(content.count, (b",", b"[", b"{"))) > limits.structures:
        raise malformed(
            f"The body has more than {limits.structures:,} values; send less at once.",
            Reason.BODY,
            413,
        )
    try:
        body = json.loads(
            content.decode("utf-8"), object_pairs_hook=_unambiguous, parse_constant=_no_number
        )
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        raise malformed("The body is not JSON in UTF-8.", Reason.BODY) from error
    if not isinstance(body, dict):
        raise malformed("The body is no JSON object.", Reason.BODY)
    if content.count(b"[") + content.count(b"{") > limits.depth:
        _check_depth(body, limits.depth)
    return body


def _check_depth(body: Body, most: int) -> None:
    level: list[Any] = [body]
    for _ in range(most):
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level]
        level = [one for values in inner for one in values if isinstance(one, dict | list)]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> RefusedError:
    return malformed("The body is nested too deeply; send it flatter.", Reason.BODY)


def _unambiguous(pairs: list[tuple[str, Any]]) -> Body:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise malformed(
            "A field is there twice, and readers differ on which one counts; send it once.",
            Reason.BODY,
        )
    return made


def _no_number(said: str) -> NoReturn:
    raise malformed(f"{said} is no number in JSON.", Reason.BODY)


def _is_name(said: Any) -> bool:
    return isinstance(said, str) and 0 < len(said) <= _LONGEST_NAME


def _check_fields(body: Body, operation: Operation) -> None:
    for field in AT_THE_ENDPOINT[operation]:
        if body.get(field) not in (None, False):
            raise _outside(
                f"`{field}` makes the endpoint do or keep something by itself", mend="leave it out"
            )
    known = PASSED_ON[operation].union(AT_THE_ENDPOINT[operation])
    unknown = sorted(body.keys() - known)
    if unknown:
        raise _outside(
            f"what the field {unknown[0]!r:.60} makes the endpoint do is not known here",
            mend="leave it out",
        )


def _check_numbers(body: Body, operation: Operation) -> None:
    """Refuse a bound that is no number, which an endpoint may read as another one than we do."""
    fields = (*_BUDGETED[operation], "n") if operation is Operation.CHAT else _BUDGETED[operation]
    for field in fields:
        said = body.get(field)
        if said is not None and (type(said) is not int or said < 0):
            raise malformed(f"`{field}` is a whole number, and not negative.", Reason.BODY)


def _check_tools(tools: Any, operation: Operation) -> None:
    if tools is None:
        return
    if not isinstance(tools, list):
        raise malformed("`tools` is a list.", Reason.BODY)
    for tool in tools:
        kind = tool.get("type") if isinstance(tool, dict) else ""
        if isinstance(kind, str) and kind in _CLIENT_TOOLS:
            continue
        if operation is Operation.MESSAGES and _is_anthropics_client_tool(kind):
            continue
        raise _outside(
            f"the tool {str(kind)!r:.60} is run by the endpoint, or not known here",
            mend="pass on tools that your own program runs (type function or custom)",
        )


def _is_anthropics_client_tool(kind: Any) -> bool:
    return kind is None or bool(isinstance(kind, str) and _ANTHROPIC_CLIENT_TOOLS.fullmatch(kind))


def _check_sources(body: Body, operation: Operation) -> None:
    """Refuse what would be run or fetched elsewhere, or is kept at the endpoint."""
    for part in _objects(_spoken(body, operation)):
        kind = part.get("type")
        if kind == "item_reference":
            raise _stored("an item that is kept at the endpoint is referred to")
        if "file_id" in part or "container_id" in part or kind == "container_upload":
            raise _stored("a file that is kept at the endpoint is referred to")
        audio = part.get("audio")
        if isinstance(audio, dict) and "id" in audio:
            raise _stored("an answer that is kept at the endpoint is referred to")
        _check_tools(part.get("tools"), operation)
        for url in _URLS:
            _check_url(part.get(url))
        if kind == "url" and "url" in part:
            _check_url(part["url"])


def _spoken(body: Body, operation: Operation) -> list[Any]:
    """Return what is said to a model, but for what its tools were called with in Anthropic's.

    That is what the model has made up, and the client's own program has read.
    """
    said = [body.get(field) for field in _SPOKEN]
    messages = body.get("messages")
    if operation is not Operation.MESSAGES or not isinstance(messages, list):
        return said
    return [*said[1:], *map(_without_calls, messages)]


def _without_calls(message: Any) -> Any:
    if not isinstance(message, dict) or message.get("role") != "assistant":
        return message
    content = message.get("content")
    parts = content if isinstance(content, list) else [content]
    left = [
        {name: inner for name, inner in part.items() if name != "input"}
        if isinstance(part, dict) and part.get("type") == "tool_use"
        else part
        for part in parts
    ]
    return {**message, "content": left}


_SPOKEN: Final = ("messages", "input", "instructions", "system")
_URLS: Final = ("image_url", "file_url", "video_url", "audio_url")


def _check_url(said: Any) -> None:
    url = said.get("url") if isinstance(said, dict) else said
    if url is None or (isinstance(url, str) and _FETCHED.match(url)):
        return
    raise _outside(
        "an address is given for the endpoint to fetch", mend="send what is there as a data: URL"
    )


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object within."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _outside(what: str, *, mend: str) -> RefusedError:
    return malformed(
        f"The terms let the model be reached through this gateway alone, and {what}; {mend}.",
        Reason.OUTSIDE,
        status=403,
    )


def _stored(what: str) -> RefusedError:
    return malformed(
        f"Nothing is kept at the endpoint for reviewers, and {what}; send it with the request.",
        Reason.STORED,
        status=403,
    )


def _is_prose(body: Body) -> bool:
    """Say whether an answer is text, by what was asked for: structured ones are left alone."""
    text = body.get("text")
    asked = [body.get("response_format"), body.get("output_format"), body.get("output_config")]
    asked.append(text.get("format") if isinstance(text, dict) else None)
    return all(one is None or one == {"type": "text"} for one in asked)


def _without_marks(value: Any) -> Any:
    return _mapped(value, unmarked)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _mapped(one, change) for name, one in value.items()}
    return value
