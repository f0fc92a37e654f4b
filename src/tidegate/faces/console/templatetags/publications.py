"""Tags of the pages of fixes and publications: rungs, labels, states, spans of versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import template
from django.utils.safestring import SafeString

from tidegate.desks.findings.priority import Severity
from tidegate.engines.formats.advisories.record import BEGINNING, Span
from tidegate.engines.formats.severities import score_of, word_of_score
from tidegate.faces.console import publication_words as words
from tidegate.faces.console.badges import badge
from tidegate.faces.console.charts import ladder
from tidegate.faces.console.coordination_words import look_in, said_in
from tidegate.faces.console.templatetags.console import severity
from tidegate.faces.console.texts import visible

register = template.Library()

_SHORT: Final = 16
"""Signs of a digest where it stands for the whole of it."""


@register.simple_tag
def rung_picture(name: str, word: str) -> SafeString:
    """Draw a piece of the ladder, with one rung."""
    return ladder.rung(name, word)


@register.simple_tag
def lying_ladder(rungs: Sequence[tuple[str, str]]) -> SafeString:
    """Draw a whole ladder on its side."""
    return ladder.lying_ladder(rungs)


@register.filter
def ladder_said(rungs: Sequence[tuple[str, str]]) -> str:
    """Say a whole ladder in words."""
    return ladder.summary_of(dict(rungs)).partition(";")[0]


@register.filter
def rung_name(name: str) -> str:
    """Say what a rung asks."""
    return said_in(words.RUNGS, name)


@register.simple_tag
def rung_word(word: str) -> SafeString:
    """Show what became of a rung."""
    return badge(look_in(words.RUNG_WORDS, word))


@register.simple_tag
def fix_label(word: str) -> SafeString:
    """Show what may be said of a fix."""
    return badge(look_in(words.LABELS, word))


@register.simple_tag
def trial_state(word: str) -> SafeString:
    """Show how far a trial has come."""
    return badge(look_in(words.TRIALS, word))


@register.filter
def fix_kind(word: str) -> str:
    """Say what a fix is."""
    return said_in(words.FIX_KINDS, word)


@register.simple_tag
def publication_state(word: str, held_because: str = "") -> SafeString:
    """Show where a revision is; what is approved and cannot go out is said to be held."""
    return badge(look_in(words.STATES, "held" if held_because else word))


@register.simple_tag
def cve_state(word: str) -> SafeString:
    """Show what has become of a CVE identifier."""
    return badge(look_in(words.CVE_STATES, word))


@register.filter
def format_said(word: str) -> str:
    """Say the name of a format, or of another document of a publication."""
    return words.FORMATS.get(word) or {"bundle": "Signed bundle"}.get(
        word, word.removeprefix("fix/")
    )


@register.filter
def basis_said(word: str) -> str:
    """Say what stands behind a statement about versions."""
    return said_in(words.BASES, word)


@register.filter
def vex_said(word: str) -> str:
    """Say the status that a vendor gives a product."""
    return said_in(words.STATUSES, word)


@register.filter
def remedy_said(word: str) -> str:
    """Say what can be done."""
    return said_in(words.REMEDIES, word)


@register.filter
def credit_said(word: str) -> str:
    """Say for what somebody is thanked."""
    return said_in(words.CREDITS, word)


@register.filter
def short_digest(value: str) -> str:
    """Return the beginning of a digest."""
    return f"{value[:_SHORT]}…" if len(value) > _SHORT else value


@register.filter
def in_fours(value: str) -> str:
    """Return a digest in groups of eight, so that two people can compare it aloud."""
    return " ".join(value[at : at + 8] for at in range(0, len(value), 8))


@register.filter
def span_said(span: Span | Mapping[str, Any]) -> str:
    """Say a run of versions: `from 1.0.0 until before 1.2.6, which is fixed`."""
    data = span if isinstance(span, Mapping) else None
    introduced = data["introduced"] if data else getattr(span, "introduced", "")
    ended = data.get("ended") if data else getattr(span, "ended", None)
    fixed = data.get("is_fixed") if data else getattr(span, "is_fixed", False)
    begins = "all versions" if introduced == BEGINNING else f"from {introduced}"
    if not ended:
        return f"{begins} on; no end is known"
    if fixed:
        return f"{begins} before {ended}, which is fixed"
    return f"{begins} up to and with {ended}"


@register.simple_tag
def vector_score(vector: str) -> SafeString:
    """Show the score that follows from a CVSS vector, computed here; none where it has none."""
    score = score_of(vector)
    if score is None:
        return SafeString('<span class="untold">no score can be computed</span>')
    word = word_of_score(score) or Severity.UNKNOWN.word
    return SafeString(f'{severity(word)} <span class="number">{score:.1f}</span>')


@register.filter
def place_said(place: str) -> str:
    """Say in which part of a record two of them differ."""
    head, _, rest = place.partition(" ")
    return f"{said_in(words.FIELDS, head)} {rest.replace('_', ' ')}".strip()


@register.filter
def value_said(text: str) -> SafeString:
    """Show one side of a difference: a text as it is, and what has parts as a line of them."""
    try:
        data = json.loads(text) if text[:1] in "{[" else None
    except ValueError:
        data = None
    return visible(text if data is None else _told(data), lines=True)


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        if "introduced" in value and "ended" in value:
            by = value.get("evidence") or {}
            return f"{span_said(value)} ({basis_said(by.get('basis', ''))}, {by.get('by', '')})"
        if {"number", "at", "words"} == value.keys():
            return f"revision {value['number']}: {value['words']}"
        said = [(name, _told(one)) for name, one in value.items() if one not in (None, "", [], {})]
        return "; ".join(f"{name.replace('_', ' ')}: {one}" for name, one in said)
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
