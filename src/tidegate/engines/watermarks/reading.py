"""Reading marks out of a text that has turned up somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.engines.watermarks.signs import DIGITS, FRAME, MARK, opened


def read(text: str, key: bytes) -> frozenset[bytes]:
    """Return the ids whose marks are whole in a text; none, if there are none, or of another key.

    A piece of a text will do, if it has a frame's length of marks in a row.
    """
    marks = [(bool(found[1]), f"{DIGITS.index(found[2]):x}") for found in MARK.finditer(text)]
    digits = "".join(digit for _, digit in marks)
    starts = [number for number, (is_start, _) in enumerate(marks) if is_start]
    ids = (opened(key, frame) for frame in _frames(digits, starts))
    return frozenset(found for found in ids if found is not None)


def _frames(digits: str, starts: list[int]) -> Iterator[str]:
    for start in starts:
        behind = digits[start : start + FRAME]
        if len(behind) == FRAME:
            yield behind
        # A piece that begins and ends within frames: what is missing behind stands before.
        missing = FRAME - len(behind)
        if 0 < missing <= start:
            yield behind + digits[start - missing : start]
