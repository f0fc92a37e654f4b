"""What an answer says of itself, read as it passes: its name, its tokens, whether it has ended.

One meter for each protocol, streamed or whole; each also knows where the text for people is, so
that a mark can be hidden in it and nowhere else. Nothing is believed for more than a count. Pure.

From: https://platform.openai.com/docs/api-reference/chat-streaming,
https://platform.openai.com/docs/api-reference/responses-streaming and
https://docs.anthropic.com/en/docs/build-with-claude/streaming
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from tidegate.desks.reviews.states.grants import Operation
from tidegate.engines.watermarks import Marker

_LONGEST_NAME: Final = 200
_SIGNS_OF_A_TOKEN: Final = 4
"""Where an endpoint does not count, roughly so many signs are one token."""
_MOST_TOKENS: Final = 1 << 40

Marking = Callable[[], Marker]
"""Makes a marker for one text."""


class Meter:
    """Reads one answer."""

    drops_usage = False

    def __init__(self, marking: Marking | None = None) -> None:
        """Make a meter.

        Args:
            marking: makes what marks a text, if answers are marked.
        """
        self._marking = marking
        self._markers: dict[str, Marker] = {}
        self.response_id = ""
        self.tokens_in = 0
        self.tokens_out = 0
        self.has_counted = False
        """The endpoint has said how many tokens there were."""
        self.is_over = False
        """The last event has come."""
        self.has_failed = False
        """The endpoint has said, in the middle of it, that it has failed."""
        self.listens_for = ""
        """What must not be told in a text, though it comes in pieces."""
        self.has_leaked = False
        """It was."""
        self._heard: dict[str, str] = {}
        self._signs = 0

    @property
    def counted(self) -> int:
        """How many tokens were used so far, as far as it is known."""
        return self.tokens_in + max(self.tokens_out, self.estimated)

    @property
    def estimated(self) -> int:
        """How many tokens were put out, by their signs."""
        return -(-self._signs // _SIGNS_OF_A_TOKEN)

    def event(self, said: Any) -> bool | None:
        """Read an event's data, and mark it in place.

        Returns:
            whether it was changed; None if it is not to be passed on.
        """
        raise NotImplementedError

    def done(self) -> None:
        """Take note that all of it has come."""
        self.is_over = True

    def whole(self, said: Any) -> bool:
        """Read an answer that is not streamed, and mark it in place; say whether it was changed."""
        raise NotImplementedError

    def _named(self, said: Any) -> None:
        name = said.get("id")
        if not self.response_id and isinstance(name, str):
            self.response_id = name[:_LONGEST_NAME]

    def _usage(self, usage: Any, into: str, out: str) -> None:
        if not isinstance(usage, dict):
            return
        for field, name in (("tokens_in", into), ("tokens_out", out)):
            number = usage.get(name)
            if isinstance(number, int) and 0 <= number < _MOST_TOKENS:
                # Counts go up while a stream goes on; the last one says it all.
                setattr(self, field, max(getattr(self, field), number))
                self.has_counted = True

    def _text(self, holder: Any, name: str, of: tuple[Any, ...]) -> bool:
        """Count a piece of a text and mark it in its place; say whether it was changed."""
        piece = holder.get(name)
        if not isinstance(piece, str) or not piece:
            return False
        self._signs += len(piece)
        self._listen(piece, f"{name} {of}")
        if self._marking is None:
            return False
        # Written out: where a number belongs, an endpoint may say a list, which is no key.
        marker = self._markers.get(place := repr(of))
        if marker is None:
            marker = self._markers[place] = self._marking()
        holder[name] = marker.take(piece)
        return bool(holder[name] != piece)

    def _again(self, holder: Any, name: str) -> bool:
        """Mark a whole text that was streamed before, as it was then."""
        text = holder.get(name)
        if self._marking is None or not isinstance(text, str):
            return False
        holder[name] = self._marking().take(text)
        return bool(holder[name] != text)

    def _count(self, holder: Any, name: str) -> None:
        piece = holder.get(name)
        if isinstance(piece, str):
            self._signs += len(piece)
            self._listen(piece, name)

    def _listen(self, piece: str, of: str) -> None:
        if self.listens_for:
            heard = self._heard.get(of, "") + piece
            self.has_leaked |= self.listens_for in heard
            self._heard[of] = heard[1 - len(self.listens_for) :]


class ChatMeter(Meter):
    """OpenAI chat completions."""

    def event(self, said: Any) -> bool | None:
        """Read a chunk."""
        self._named(said)
        self.has_failed |= "error" in said
        self._usage(said.get("usage"), "prompt_tokens", "completion_tokens")
        choices = _objects(said.get("choices"))
        if self.drops_usage and said.get("usage") and not choices:
            return None
        changed = False
        for choice in choices:
            delta = choice.get("delta")
            if not isinstance(delta, dict):
                continue
            changed |= self._text(delta, "content", (choice.get("index"),))
            for name in ("refusal", "reasoning_content", "reasoning"):
                self._count(delta, name)
            for call in _objects(delta.get("tool_calls")):
                if isinstance(call.get("function"), dict):
                    self._count(call["function"], "arguments")
        return changed

    def whole(self, said: Any) -> bool:
        """Read a completion."""
        self._named(said)
        self._usage(said.get("usage"), "prompt_tokens", "completion_tokens")
        changed = False
        for number, choice in enumerate(_objects(said.get("choices"))):
            if isinstance(choice.get("message"), dict):
                changed |= self._text(choice["message"], "content", (number,))
        return changed


class ResponsesMeter(Meter):
    """OpenAI responses."""

    def event(self, said: Any) -> bool | None:
        """Read an event."""
        kind = _kind(said)
        if kind == "response.output_text.delta":
            of = (said.get("output_index"), said.get("content_index"))
            return self._text(said, "delta", of)
        if kind == "response.output_text.done":
            return self._again(said, "text")
        if kind in ("response.content_part.added", "response.content_part.done"):
            return self._part(said.get("part"))
        if kind in ("response.output_item.added", "response.output_item.done"):
            return self._item(said.get("item"))
        response = said.get("response")
        if isinstance(response, dict):
            self._named(response)
            self._usage(response.get("usage"), "input_tokens", "output_tokens")
            self.is_over |= kind in _LAST
            self.has_failed |= kind == "response.failed"
            return self._items(response)
        self.has_failed |= kind == "error"
        self._count(said, "delta")
        return False

    def whole(self, said: Any) -> bool:
        """Read a response."""
        self._named(said)
        self._usage(said.get("usage"), "input_tokens", "output_tokens")
        return self._items(said)

    def _items(self, response: Any) -> bool:
        changed = False
        for item in _objects(response.get("output")):
            changed |= self._item(item)
        return changed

    def _item(self, item: Any) -> bool:
        changed = False
        if isinstance(item, dict) and item.get("type") == "message":
            for part in _objects(item.get("content")):
                changed |= self._part(part)
        return changed

    def _part(self, part: Any) -> bool:
        is_text = isinstance(part, dict) and part.get("type") == "output_text"
        return is_text and self._again(part, "text")


_LAST: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})


class MessagesMeter(Meter):
    """Anthropic messages."""

    def event(self, said: Any) -> bool | None:
        """Read an event."""
        kind = _kind(said)
        if kind == "content_block_delta" and isinstance(said.get("delta"), dict):
            delta = said["delta"]
            if delta.get("type") == "text_delta":
                return self._text(delta, "text", (said.get("index"),))
            self._count(delta, "partial_json")
            self._count(delta, "thinking")
        elif kind == "message_start" and isinstance(said.get("message"), dict):
            self._named(said["message"])
            self._usage(said["message"].get("usage"), "input_tokens", "output_tokens")
        elif kind == "message_delta":
            self._usage(said.get("usage"), "input_tokens", "output_tokens")
        self.is_over |= kind == "message_stop"
        self.has_failed |= kind == "error"
        return False

    def whole(self, said: Any) -> bool:
        """Read a message."""
        self._named(said)
        self._usage(said.get("usage"), "input_tokens", "output_tokens")
        changed = False
        for number, block in enumerate(_objects(said.get("content"))):
            if block.get("type") == "text":
                changed |= self._text(block, "text", (number,))
        return changed


class CountMeter(Meter):
    """Counting tokens: an answer without any."""

    def whole(self, said: Any) -> bool:  # noqa: ARG002 - there is nothing to read
        """Read a count."""
        self.has_counted = True
        return False


METERS: Final[dict[Operation, type[Meter]]] = {
    Operation.CHAT: ChatMeter,
    Operation.RESPONSES: ResponsesMeter,
    Operation.MESSAGES: MessagesMeter,
}


def compact(said: Any) -> str:
    """Return an event's data as it is written anew."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _kind(said: Any) -> str:
    """Return an event's type; a hostile endpoint may say a list where a word belongs."""
    kind = said.get("type")
    return kind if isinstance(kind, str) else ""


def _objects(said: Any) -> list[dict[str, Any]]:
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
