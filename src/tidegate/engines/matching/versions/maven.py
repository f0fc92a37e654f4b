"""The order of Maven: `ComparableVersion` of Maven 4 (maven-artifact), Maven's own definition.

A version is numbers and qualifiers; `-`, and each step from digits to letters, opens a list within
the list, which goes on to the end. Zeros before the end and before a qualifier do not count.
`alpha` < `beta` < `milestone` < `rc` < `snapshot` < none < `sp` < other words < lists that begin
with a number < numbers. A word with a number (`rc1`, `rc-1`) is one item.

Two things shape the key. A word within a list is held to be equal to a list of that word alone, so
it needs a mark where such a list would end. And what is missing is compared with whatever comes:
a word that means 'released' (`ga`, `final`, `release`), and that mark, are like nothing at all, so
they are written by what comes after them, before or after the end.

Older ones, and the ports of them in other tools, order some rare forms otherwise (`1-ga-1`,
`1.foo`), and not always consistently: there 1-alpha < 1 < 1.sp < 1-alpha, which no key can follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tidegate.engines.matching.versions.encoding import (
    UnparsableVersionError,
    high_number,
    number,
    shown,
)

_LONGEST: Final = 256
"""Maven's own limit."""
_PRINTABLE: Final = re.compile(r"[!-~]+")
_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_RELEASED: Final = frozenset({"ga", "final", "release"})
_SHORT: Final = {"a": "alpha", "b": "beta", "m": "milestone"}
_BEFORE: Final = {
    "alpha": b"\x04", "beta": b"\x05", "milestone": b"\x06", "rc": b"\x07", "cr": b"\x07",
    "snapshot": b"\x08",
}  # fmt: skip
_RELEASED_THEN_LESS, _CLOSED_THEN_LESS, _END = b"\x09", b"\x0a", b"\x10"
_CLOSED_THEN_MORE, _RELEASED_THEN_MORE, _RELEASED_NUMBER = b"\x11", b"\x12", b"\x13"
_PATCH, _OTHER, _LIST_OF_NUMBERS = b"\x14", b"\x15", b"\x16"
_NO_NUMBER: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class Item:
    """A number (`word` is empty), a word, or a word with a number."""

    word: str
    digits: str
    """Without zeros in front; empty for a word alone, and for 0."""
    numbered: bool
    """Whether there are digits, of which `digits` may be none."""

    @property
    def is_zero(self) -> bool:
        """Whether it is the number 0."""
        return not self.word and not self.digits


Lists = list[list[Item]]
"""Each list is the last item of the one before."""


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` if empty, not ASCII, or above 256 signs."""
    if len(version) <= _LONGEST and _PLAIN.fullmatch(version):
        numbers = version.split(".")
        while numbers and not numbers[-1].strip("0"):
            numbers.pop()
        return b"".join(map(high_number, numbers)) + _END
    if len(version) > _LONGEST or _PRINTABLE.fullmatch(version) is None:
        raise UnparsableVersionError(f"{shown(version)} is no version of Maven's")
    return _encoded(lists_of(version.lower()))


def lists_of(version: str) -> Lists:
    """Return the items of a version in lower case, without what does not count."""
    return _trimmed(_parsed(version))


def _parsed(version: str) -> Lists:
    lists: Lists = [[]]
    start, in_digits, numbered = 0, False, False

    def take(end: int) -> None:
        lists[-1].append(_item(version[start:end], in_digits, numbered))

    def open_list() -> None:
        if lists[-1]:
            lists.append([])

    for place, sign in enumerate(version):
        if sign == ".":
            take(place)
            start, numbered = place + 1, False
        elif sign == "-":
            if place > start and not in_digits and version[place + 1 : place + 2].isdigit():
                numbered = True  # rc-1 is rc1
                continue
            take(place)
            open_list()
            start, numbered = place + 1, False
        elif sign.isdigit():
            if not in_digits and place > start:
                numbered = True
                open_list()
            in_digits = True
        else:
            if in_digits and place > start:
                take(place)
                open_list()
                start, numbered = place, False
            in_digits = False
    if len(version) > start:
        if not in_digits:
            open_list()
        take(len(version))
    return lists


def _item(text: str, in_digits: bool, numbered: bool) -> Item:
    if numbered:
        word = text.rstrip("0123456789")
        digits = text[len(word) :].lstrip("0")
        word = word.replace("-", "")
        return Item(_SHORT.get(word, word), digits, numbered=True)
    if in_digits or not text:
        return Item("", text.lstrip("0"), numbered=True)
    return Item(text, "", numbered=False)


def _trimmed(lists: Lists) -> Lists:
    kept: Lists = []  # from the innermost list outwards
    for items in reversed(lists):
        later = kept[-1][0] if kept else None
        rest: list[Item] = []
        for item in reversed(items):
            # Only a word alone swallows zeros of its own list; but a list may begin with either.
            follows = rest[-1] if rest else later
            if item.is_zero and (follows is None or follows.word):
                continue
            rest.append(item)
        if rest:
            kept.append(rest[::-1])
    return kept[::-1]


def _encoded(lists: Lists) -> bytes:
    """Write the items from the last to the first, since some marks depend on what follows."""
    encoded: list[bytes] = [_END]
    sign = 0  # how all that follows compares with nothing
    for depth in range(len(lists) - 1, -1, -1):
        items = lists[depth]
        for place in range(len(items) - 1, -1, -1):
            item, opens = items[place], place == 0
            if not item.word:
                encoded.append(high_number(item.digits))
                sign = 1
                if opens and depth:
                    encoded.append(_LIST_OF_NUMBERS)
                continue
            if not opens and sign:
                encoded.append(_CLOSED_THEN_LESS if sign < 0 else _CLOSED_THEN_MORE)
            if item.word not in _RELEASED:
                encoded.append(_word(item))
                sign = -1 if item.word in _BEFORE else 1
            elif item.digits:
                encoded.append(_RELEASED_NUMBER + number(item.digits))
                sign = 1
            elif sign:
                encoded.append(_RELEASED_THEN_LESS if sign < 0 else _RELEASED_THEN_MORE)
    return b"".join(reversed(encoded))


def _word(item: Item) -> bytes:
    count = number(item.digits) if item.numbered else _NO_NUMBER
    known = _BEFORE.get(item.word)
    if known is not None:
        return known + count
    if item.word == "sp":
        return _PATCH + count
    return _OTHER + item.word.encode("ascii") + b"\x00" + count
