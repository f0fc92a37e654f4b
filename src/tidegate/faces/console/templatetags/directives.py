"""Tags of the pages about what is asked: duties, the docket, feeds, and how clocks are said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import template
from django.utils.safestring import SafeString

from tidegate.engines.directives import Directive, DocketEntry, EntryKind
from tidegate.engines.directives.model import ByTable, Clock
from tidegate.faces.console import directive_words as words
from tidegate.faces.console.badges import badge
from tidegate.faces.console.coordination_words import look_in, said_in

register = template.Library()

_DAY: Final = timedelta(days=1)
_BINDS: Final = "Binding for "
_FROM_THEN: Final = " from this day on: "


@register.simple_tag
def entry_kind(word: str) -> SafeString:
    """Show what happens on a day of the docket."""
    return badge(look_in(words.ENTRIES, word))


@register.filter
def entry_words(entry: DocketEntry) -> str:
    """Say what an entry of the docket says; whom something binds from its day on, in words."""
    whom, sign, rest = entry.words.partition(_FROM_THEN)
    if entry.kind is not EntryKind.BINDING or not sign or not whom.startswith(_BINDS):
        return entry.words
    bound = ", ".join(words.whom_said(word) for word in whom.removeprefix(_BINDS).split(", "))
    return f"{_BINDS}{bound}{_FROM_THEN}{rest}"


@register.simple_tag
def duty_state(word: str) -> SafeString:
    """Show where a duty stands."""
    return badge(look_in(words.STATES, word))


@register.simple_tag
def standing(word: str) -> SafeString:
    """Show what has become of a directive."""
    return badge(look_in(words.STANDINGS, word))


@register.simple_tag
def second_hand() -> SafeString:
    """Show that something was not read at first hand."""
    return badge(words.SECOND_HAND)


@register.simple_tag
def edition_outcome(word: str) -> SafeString:
    """Show what became of an edition of a feed."""
    return badge(look_in(words.EDITIONS, word))


@register.filter
def directive_kind(word: str) -> str:
    """Say what kind of text a directive is."""
    return said_in(words.KINDS, word)


@register.filter
def whom(word: str) -> str:
    """Say whom a directive is about."""
    return words.whom_said(word)


@register.filter
def all_whom(many: Iterable[str]) -> str:
    """Say all whom a directive is about."""
    return ", ".join(words.whom_said(word) for word in many)


@register.simple_tag
def clock(directive: Directive, of: Clock) -> str:
    """Say by when a directive asks for something."""
    return words.clock_said(directive, of)


@register.filter
def is_by_table(of: Clock) -> bool:
    """Say whether a table says by when."""
    return isinstance(of, ByTable)


@register.filter
def day_said(value: date | str) -> str:
    """Say a day with its year: `7 Dec 2026`; a text as JSON has it as well."""
    if not value:
        return ""
    day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{day:%-d %b %Y}"


@register.filter
def day_of(value: str) -> date:
    """Return the day that a row of a report names."""
    return date.fromisoformat(value[:10])


@register.filter
def moment_of(value: str) -> datetime | None:
    """Return the instant that a row of a report names; None where it names a day, or nothing."""
    return datetime.fromisoformat(value) if "T" in value else None


@register.filter
def whole_days(value: timedelta | None) -> str:
    """Say an age in days, rounded down; hours below one day."""
    if value is None:
        return ""
    if value < _DAY:
        hours = value // timedelta(hours=1)
        return f"{hours} hour" if hours == 1 else f"{hours} hours"
    many = value // _DAY
    return f"{many:,} day" if many == 1 else f"{many:,} days"


@register.filter
def at_key(many: Any, key: str) -> Any:
    """Return what a mapping holds under a key; empty where it holds nothing."""
    return many.get(key, "") if hasattr(many, "get") else ""
