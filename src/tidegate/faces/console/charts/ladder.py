"""The ladder that a fix climbs, as a picture: rungs that hold, that broke, and that were not tried.

On a fix's page each rung is a piece of the ladder beside what was seen there; the pieces stand one
on the other, so the ladder is as tall as what is told of it. In lists the whole of it lies on its
side. A rung is known by its shape: whole, broken in two, wavy, dashed, or not there yet. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.safestring import SafeString

from tidegate.engines.reproduction.fixes.ladder import ORDER
from tidegate.faces.console.charts.svg import drawing, element
from tidegate.faces.console.coordination_words import look_in, said_in
from tidegate.faces.console.publication_words import RUNG_WORDS, RUNGS

_LEFT: Final = 10
"""Where the left rail stands, in pixels; the right one stands as far from the other edge."""
_RIGHT: Final = 46
_AT: Final = 25
"""How far down its piece a rung is."""
_WIDE: Final = 56

_STEP: Final = 17.0
_TALL: Final = 22.0
_KINDS: Final = ("passed", "failed", "flaky", "not-possible", "skipped")


def rung(name: str, word: str) -> SafeString:
    """Draw a piece of a ladder with one rung, as tall as the place that it is put in."""
    kind = word if word in _KINDS else "none"
    return element(
        "svg",
        element("title", said_of(name, word)),
        _rail(_LEFT),
        _rail(_RIGHT),
        *_across(kind, _LEFT, _RIGHT, _AT),
        class_=f"rung rung--{kind}",
        role="img",
        aria_label=said_of(name, word),
        width=_WIDE,
        height="100%",
    )


def lying_ladder(words: Sequence[tuple[str, str]]) -> SafeString:
    """Draw a whole ladder on its side, the lowest rung first; `words` are names and words."""
    known = dict(words)
    said = summary_of(known)
    wide = _STEP * len(ORDER) + 2
    parts = [
        element("title", said),
        *(
            element("line", class_="rung__rail", x1=0, x2=wide, y1=at, y2=at)
            for at in (2.0, _TALL - 2)
        ),
    ]
    for index, name in enumerate(ORDER):
        word = known.get(name, "")
        kind = word if word in _KINDS else "none"
        x = 1 + _STEP * (index + 0.5)
        shape = element("g", element("title", said_of(name, word)), *_upright(kind, x))
        parts.append(element("g", shape, class_=f"rung--{kind}"))
    return drawing(parts, wide, _TALL, class_="ladder-lying", role="img", aria_label=said)


def said_of(name: str, word: str) -> str:
    """Say a rung in words."""
    return f"{said_in(RUNGS, name)}: {look_in(RUNG_WORDS, word).label.lower()}"


def summary_of(known: Mapping[str, str]) -> str:
    """Say a whole ladder in words: how many rungs hold, and which do not."""
    held = sum(known.get(name) == "passed" for name in ORDER)
    others = [
        f"{said_in(RUNGS, name).lower()}: {look_in(RUNG_WORDS, word).label.lower()}"
        for name in ORDER
        if (word := known.get(name, "")) not in ("passed", "")
    ]
    first = f"{held} of {len(ORDER)} rungs passed"
    return "; ".join([first, *others])


def _rail(x: int) -> SafeString:
    return element("line", class_="rung__rail", x1=x, x2=x, y1=0, y2="100%")


def _across(kind: str, left: int, right: int, y: int) -> list[SafeString]:
    middle = (left + right) / 2
    if kind == "failed":
        return [
            _path(f"M{left} {y}L{middle - 4} {y + 4}"),
            _path(f"M{right} {y}L{middle + 4} {y + 4}"),
            _path(f"M{middle - 3} {y - 8}l6 6m0 -6l-6 6"),
        ]
    if kind == "flaky":
        wave = f"M{left} {y}q4.5 -7 9 0t9 0 9 0 9 0"
        return [_path(wave)]
    return [_path(f"M{left} {y}H{right}")]


def _upright(kind: str, x: float) -> list[SafeString]:
    top, foot = 2, int(_TALL) - 2
    middle = (top + foot) / 2
    if kind == "failed":
        return [
            _path(f"M{x:g} {top}L{x - 3:g} {middle - 3:g}"),
            _path(f"M{x:g} {foot}L{x - 3:g} {middle + 3:g}"),
        ]
    if kind == "flaky":
        return [_path(f"M{x:g} {top}q-5 2.25 0 4.5t0 4.5 0 4.5 0 4.5")]
    return [_path(f"M{x:g} {top}V{foot}")]


def _path(drawn: str) -> SafeString:
    return element("path", class_="rung__step", d=drawn)
