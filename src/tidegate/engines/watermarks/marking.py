"""Marking a text as it streams by: a sign behind a space, in prose alone.

Whether a space is marked depends on what came before it and on nothing else, so a text is marked
alike however it is cut into pieces. Code is left alone, fenced, indented or between backticks; so
is what begins like data, a table or markup: a sign in there would not be harmless.
"""

from __future__ import annotations

from typing import Final

from tidegate.engines.watermarks.signs import DIGITS, MARK, START

_FENCES: Final = "`~"
_FENCE: Final = 3
"""Signs that open a fence. From: https://spec.commonmark.org/0.31.2/#fenced-code-blocks"""
_INDENT: Final = 4
"""Spaces before a line that is code. From: https://spec.commonmark.org/0.31.2/#indented-code-blocks"""
_DATA: Final = "{[<|}]\\$%&=/@(;"
"""What lines begin with that are no prose."""


class Marker:
    """Marks one text with a frame, over and over."""

    def __init__(self, frame: str) -> None:
        """Make a marker.

        Args:
            frame: as `frame_of` gives it.
        """
        self._frame = frame
        self._next = 0
        self._line = _Line()
        self._fence = ""
        """The sign of the fence that is open."""
        self._fence_length = 0
        self._is_data = False
        """The text began like data: all of it is left alone."""
        self._has_begun = False

    def take(self, piece: str) -> str:
        """Return the next piece of the text, marked."""
        out: list[str] = []
        for sign in piece:
            out.append(sign)
            if self._is_marked_after(sign):
                out.append(self._mark())
        return "".join(out)

    def _mark(self) -> str:
        digit = DIGITS[int(self._frame[self._next], 16)]
        start = START if self._next == 0 else ""
        self._next = (self._next + 1) % len(self._frame)
        return start + digit

    def _is_marked_after(self, sign: str) -> bool:
        line = self._line
        if sign == "\n":
            self._end_line()
            return False
        if not self._has_begun and not sign.isspace():
            self._has_begun = True
            self._is_data = sign in "{[<"
        if line.is_blank:
            if sign in " \t":
                line.indent += _INDENT if sign == "\t" else 1
                return False
            line.is_blank = False
            line.first = sign
            line.is_code = line.indent >= _INDENT or sign in _DATA
        if line.only_first and sign == line.first:
            line.run += 1
        else:
            line.only_first = False
        self._follow_backticks(sign)
        before, line.before = line.before, sign
        return sign == " " and self._is_prose() and (before.isalpha() or before in _ENDS)

    def _is_prose(self) -> bool:
        line = self._line
        return not (
            self._is_data
            or self._fence
            or line.is_code
            or line.ticks
            or (line.first in _FENCES and line.run >= _FENCE)
        )

    def _follow_backticks(self, sign: str) -> None:
        """Follow code within a line: a run of backticks opens it, another one as long ends it."""
        line = self._line
        if sign == "`":
            line.running += 1
            return
        if line.running:
            if not line.ticks:
                line.ticks = line.running
            elif line.ticks == line.running:
                line.ticks = 0
            line.running = 0

    def _end_line(self) -> None:
        line = self._line
        if line.indent < _INDENT and line.first in _FENCES and line.run >= _FENCE:
            if not self._fence:
                self._fence, self._fence_length = line.first, line.run
            elif line.first == self._fence and line.run >= self._fence_length:
                self._fence = ""
        self._line = _Line()


_ENDS: Final = frozenset(".,;:!?")


class _Line:
    """What is known of the line so far."""

    __slots__ = (
        "before",
        "first",
        "indent",
        "is_blank",
        "is_code",
        "only_first",
        "run",
        "running",
        "ticks",
    )

    def __init__(self) -> None:
        self.is_blank = True
        self.indent = 0
        self.first = " "
        self.run = 0
        """How often its first sign is repeated."""
        self.only_first = True
        self.is_code = False
        self.before = "\n"
        self.running = 0
        """Backticks just now."""
        self.ticks = 0
        """Backticks that have opened code in this line."""


def unmarked(text: str) -> str:
    """Return a text without marks: what a model is told of its own earlier words."""
    return MARK.sub("", text)
