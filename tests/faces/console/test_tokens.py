"""The design's colours: both dark blocks agree, and every text can be read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tidegate.faces import console

TOKENS = (Path(console.__file__).parent / "static/console/tokens.css").read_text()
DECLARATION = re.compile(r"--([\w-]+):\s*([^;]+);")

GROUNDS = ("ground", "surface", "sunken", "hover")
WORDS = ("ink", "ink-2", "ink-3", "tide", "affected", "unaffected")
TONES = ("affected", "unaffected", "unsure", "apart", "unknown", "good")

TEXTS = [
    *((word, ground) for word in WORDS for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in TONES),
    *(("ink", f"{tone}-soft") for tone in ("affected", "unsure", "good", "tide")),
    ("ink-2", "good-soft"), ("ink-2", "affected-soft"), ("unsure", "surface"), ("unsure", "hover"),
    ("tide-strong", "tide-soft"), ("on-tide", "tide"), ("on-tide", "tide-strong"),
    ("deep-ink", "deep"), ("deep-ink-2", "deep"), ("deep-ink-2", "deep-2"), ("deep-light", "deep"),
]  # fmt: skip
MARKS = [
    ("control", "surface"), ("focus", "ground"), ("focus", "surface"), ("unknown", "surface"),
    ("unknown", "unknown-soft"), ("affected", "affected-soft"), ("apart", "surface"),
    ("deep-light", "deep-2"),
]  # fmt: skip


def block(start: str) -> dict[str, str]:
    """Return the declarations of the block that begins with a selector."""
    body = TOKENS.split(start, 1)[1].split("}", 1)[0]
    return dict(DECLARATION.findall(body))


LIGHT = block(":root {")
DARK = {**LIGHT, **block(':root[data-theme="dark"] {')}


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`. From: WCAG 2.2, definition."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_dark_by_choice_and_dark_by_preference_are_the_same() -> None:
    assert block(':root[data-theme="dark"] {') == block(':root:not([data-theme="light"]) {')


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_can_be_told_from_their_ground(theme: dict[str, str], mark: str, ground: str) -> None:
    assert contrast(theme[mark], theme[ground]) >= 3
