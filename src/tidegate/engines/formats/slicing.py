"""Where one record ends and the next begins, in a stream that is too large to hold.

A cursor walks over a JSON document as it is read and hands out the bytes of single values, whole
and untouched, so that each goes through `documents.parse` and is held to the same rules as a
document of its own. No more of the stream is held than one value. Here only the frame around the
values is checked: commas, colons, keys that come twice, brackets that pair. A value that is passed
over is checked for its brackets and quotes alone.

No JSON reader that works by events is used for this: those at hand turn half characters into `?`,
hold a text of any length, and lose how a number was written.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Final, Protocol

from tidegate.engines.formats.documents import Fault, parse, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK: Final = 256 << 10
_DEEPEST: Final = 10_000
"""Open brackets; what is kept is held to less, and this only bounds what is passed over."""

_LONGEST_KEY: Final = 1024
_MOST_KEYS: Final = 1000
"""Keys of one object that is walked through, not sliced."""

_DRAIN_BYTES: Final = 1 << 20

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""What some editors put before UTF-8."""

_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^ \t\r\n,\[\]{}:\"]*+")
# Possessive, so that an unclosed or escape-ridden text costs one pass and no stack.
_TEXT = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_UNTIL_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)

_QUOTE: Final = ord('"')
_CLOSING: Final = {ord("["): ord("]"), ord("{"): ord("}")}


class BrokenFrameError(Exception):
    """The frame of a document cannot be followed any further; one sentence says where and why."""


class RepeatedKeyError(BrokenFrameError):
    """A key comes twice in the same object, so two readers would read two documents."""


class Readable(Protocol):
    """What is read from: `IO[bytes]`, or a raw stream that never has to wait."""

    def read(self, size: int, /) -> bytes | None:
        """Return at most `size` bytes; nothing at the end."""


def lines(stream: IO[bytes], most: int) -> Iterator[tuple[int, bytes | None]]:
    """Give each line that is not blank, with its number from 1 and without the space around it.

    A byte order mark before the first one is passed over. None stands for a line of more than
    `most` bytes; it is read over.
    """
    number = 0
    while raw := stream.readline(most + 2):
        number += 1
        if len(raw) > most + 1:
            while not raw.endswith(b"\n") and raw:
                raw = stream.readline(_DRAIN_BYTES)
            yield number, None
            continue
        if number == 1:
            raw = raw.removeprefix(BYTE_ORDER_MARK)
        if record := raw.strip(b" \t\r\n"):
            yield number, record


class Cursor:
    """A place in a JSON document that is being read.

    Every method raises `BrokenFrameError` where the document is not JSON, and whatever the stream
    raises.
    """

    def __init__(self, stream: Readable, *, line: int = 1) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._counted = 0  # Newlines of the buffer are counted up to here.
        self._line = line
        self._before = 0  # Bytes of the stream that came before the buffer.

    @property
    def line(self) -> int:
        """The line that the cursor is on, counted from 1."""
        self._line += self._buffer.count(b"\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    @property
    def offset(self) -> int:
        """Bytes between where the stream stood at first and the cursor."""
        return self._before + self._at

    @property
    def read_to(self) -> int:
        """Bytes between where the stream stood at first and where the cursor will read on."""
        return self._before + len(self._buffer)

    def peek(self) -> bytes:
        """Pass over white space and return the byte that follows; nothing at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._refill():
                return b""

    def elements(self) -> Iterator[int]:
        """Walk over a list: give each index, with the cursor on the value, which must be taken."""
        self._expect(b"[")
        if self._passed(b"]"):
            return
        index = 0
        while True:
            yield index
            index += 1
            if self._passed(b"]"):
                return
            self._expect(b",")

    def members(self) -> Iterator[str]:
        """Walk over an object: give each key, with the cursor on its value, which must be taken.

        A key that comes twice is refused, and so are more than 1,000.
        """
        self._expect(b"{")
        if self._passed(b"}"):
            return
        seen: set[str] = set()
        while True:
            key = self._key()
            if key in seen:
                raise RepeatedKeyError(
                    f"line {self.line}: the key {shown(key)} comes twice in the same object;"
                    " keep one"
                )
            seen.add(key)
            if len(seen) > _MOST_KEYS:
                raise self.broken(f"one object has more than {_MOST_KEYS:,} keys; leave some out")
            self._expect(b":")
            yield key
            if self._passed(b"}"):
                return
            self._expect(b",")

    def value(self, most: int) -> bytes | None:
        """Take one value and return its bytes; None if it has more than `most`."""
        first = self.peek()
        if not first:
            raise self.broken("the document ends too early; copy the whole file again")
        kept = bytearray()
        fits = True
        for piece in self._pieces(first):
            fits = fits and len(kept) + len(piece) <= most
            if fits:
                kept += piece
            elif kept:
                kept = bytearray()
        return bytes(kept) if fits else None

    def skip(self) -> None:
        """Pass over one value."""
        self.value(-1)

    def end(self) -> None:
        """Refuse whatever follows but white space."""
        if self.peek():
            raise self.broken("something follows the document's end; cut it off")

    def broken(self, reason: str) -> BrokenFrameError:
        """Return the error that says where the cursor is."""
        return BrokenFrameError(f"line {self.line}: {reason}")

    def _expect(self, sign: bytes) -> None:
        found = self.peek()
        if found != sign:
            instead = shown(found.decode("latin-1")) if found else "the end of the document"
            raise self.broken(f"not JSON: {instead} where {sign.decode()!r} has to be; mend it")
        self._at += 1

    def _passed(self, sign: bytes) -> bool:
        if self.peek() != sign:
            return False
        self._at += 1
        return True

    def _key(self) -> str:
        if self.peek() != b'"':
            self._expect(b'"')
        raw = self.value(_LONGEST_KEY)
        if raw is None:
            raise self.broken(f"a key has more than {_LONGEST_KEY} bytes; shorten it")
        parsed = parse(raw)
        if isinstance(parsed, Fault):
            raise self.broken(f"a key is {parsed.reason}")
        key: str = parsed.value
        return key

    def _refill(self) -> bool:
        """Let go of the buffer, which has been read to its end, and read the next one."""
        self._line = self.line
        self._before += len(self._buffer)
        self._buffer = self._stream.read(_CHUNK) or b""
        self._at = self._counted = 0
        return bool(self._buffer)

    def _pieces(self, first: bytes) -> Iterator[bytes]:
        """Give the bytes of the value under the cursor, one buffer after the other."""
        if first == b'"':
            self._at += 1
            yield first
            yield from self._text()
        elif first in (b"[", b"{"):
            yield from self._nested()
        else:
            yield from self._scalar()

    def _scalar(self) -> Iterator[bytes]:
        start = self._at
        match = _SCALAR.match(self._buffer, start)
        assert match is not None
        if match.end() == start:
            raise self.broken(
                f"not JSON: {shown(chr(self._buffer[start]))} where a value has to be; mend it"
            )
        while True:
            self._at = match.end()
            yield self._buffer[start : self._at]
            if self._at < len(self._buffer) or not self._refill():
                return
            start = 0
            match = _SCALAR.match(self._buffer, 0)
            assert match is not None

    def _text(self) -> Iterator[bytes]:
        """Give the rest of a text whose opening quote has been passed, with the closing one."""
        escaped = False
        while True:
            start = self._at
            if start == len(self._buffer):
                self._refill_or_fail()
                continue
            # A backslash that ended the last buffer takes the first byte of this one with it.
            match = _TEXT.match(self._buffer, start + escaped)
            assert match is not None
            self._at = match.end()
            escaped = False
            if self._at < len(self._buffer):
                closed = self._buffer[self._at] == _QUOTE
                escaped = not closed
                self._at += 1
                yield self._buffer[start : self._at]
                if closed:
                    return
            else:
                yield self._buffer[start:]

    def _nested(self) -> Iterator[bytes]:
        open_brackets = bytearray()
        while True:
            start = self._at
            if start == len(self._buffer):
                self._refill_or_fail()
                continue
            in_text = self._to_text_or_end(open_brackets)
            yield self._buffer[start : self._at]
            if in_text:
                yield from self._text()
            elif not open_brackets:
                return

    def _to_text_or_end(self, open_brackets: bytearray) -> bool:
        """Go on to the last bracket or the end of the buffer; True if that is inside a text."""
        buffer = self._buffer
        match_run = _UNTIL_BRACKET.match
        at = self._at
        while True:
            match = match_run(buffer, at)
            assert match is not None
            at = match.end()
            if at == len(buffer):
                self._at = at
                return False
            sign = buffer[at]
            at += 1
            if sign == _QUOTE:
                self._at = at
                return True
            if sign in _CLOSING:
                open_brackets.append(_CLOSING[sign])
                if len(open_brackets) > _DEEPEST:
                    self._at = at
                    raise self.broken(f"nested more than {_DEEPEST:,} deep; flatten it")
            else:
                if open_brackets.pop() != sign:
                    self._at = at
                    raise self.broken(f"not JSON: {chr(sign)!r} closes what it did not open")
                if not open_brackets:
                    self._at = at
                    return False

    def _refill_or_fail(self) -> None:
        if not self._refill():
            raise self.broken("the document ends too early; copy the whole file again")
