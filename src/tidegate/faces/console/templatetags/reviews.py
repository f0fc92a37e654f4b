"""Tags of the pages of engagements: what the desk's words look like, and how spans are said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django import template
from django.http import QueryDict
from django.utils.safestring import SafeString

from tidegate.desks.reviews.states.grants import Hours
from tidegate.faces.console import review_words as words
from tidegate.faces.console import spans
from tidegate.faces.console.badges import badge
from tidegate.faces.console.coordination_words import look_in, said_in

register = template.Library()

_DAY: Final = timedelta(days=1)


@register.simple_tag
def engagement_state(word: str) -> SafeString:
    """Show how far an engagement has come."""
    return badge(look_in(words.STATES, word))


@register.simple_tag
def grant_state(word: str) -> SafeString:
    """Show where a grant is between being asked for and its end."""
    return badge(look_in(words.GRANTS, word))


@register.simple_tag
def call_outcome(word: str) -> SafeString:
    """Show how a call ended."""
    return badge(look_in(words.OUTCOMES, word))


@register.simple_tag
def decision(word: str) -> SafeString:
    """Show what an official has decided."""
    return badge(look_in(words.DECISIONS, word))


@register.simple_tag
def terms_standing(word: str) -> SafeString:
    """Show what has become of a version of terms."""
    return badge(look_in(words.TERMS, word))


@register.simple_tag
def partner_standing(word: str) -> SafeString:
    """Show how far a trusted partner is."""
    return badge(look_in(words.PARTNERS, word))


@register.simple_tag
def view_of_body(word: str) -> SafeString:
    """Show what a consulted body thinks."""
    return badge(look_in(words.VIEWS, word))


@register.filter
def state_word(word: str) -> str:
    """Say a state in words, without a badge."""
    return look_in(words.STATES, word).label


@register.filter
def left_until(moment: datetime, now: datetime) -> str:
    """Say how long it is until an instant."""
    return spans.length(max(moment - now, timedelta(0)))


@register.filter
def review_part(word: str) -> str:
    """Say what an organisation is to an engagement."""
    return said_in(words.PARTS, word)


@register.filter
def duty(word: str) -> str:
    """Say what a named person does."""
    return said_in(words.DUTIES, word)


@register.filter
def heading(word: str) -> str:
    """Say the heading of a clause."""
    return said_in(words.HEADINGS, word)


@register.filter
def operation(word: str) -> str:
    """Say what a model may be asked for."""
    return said_in(words.OPERATIONS, word)


@register.filter
def action(word: str) -> str:
    """Say what takes two persons."""
    return said_in(words.ACTIONS, word)


@register.filter
def all_said(many: Iterable[str], kind: str) -> str:
    """Say several words of a kind, such as `operation`, with commas between them."""
    said = {"operation": operation, "action": action, "duty": duty}[kind]
    return ", ".join(said(word) for word in many)


@register.filter
def days(value: timedelta) -> str:
    """Say a span in days, as a bound is written."""
    many = value / _DAY
    return f"{many:g} day{'' if many == 1 else 's'}"


@register.filter
def hours_said(hours: Hours) -> str:
    """Say in which hours a grant is good."""
    named = sorted(hours.days)
    which = "" if len(named) == len(words.WEEKDAYS) else _weekdays(named)
    return f"from {hours.begins:%H:%M} to {hours.until:%H:%M}{which}, {hours.zone}"


def _weekdays(named: list[int]) -> str:
    """Return weekdays in words; those in a row as from the first to the last."""
    if len(named) > 2 and named == list(range(named[0], named[-1] + 1)):
        return f", {words.WEEKDAYS[named[0]]} to {words.WEEKDAYS[named[-1]]}"
    return "".join(f", {words.WEEKDAYS[day]}" for day in named)


@register.filter
def refused_because(word: str) -> str:
    """Say why calls were refused."""
    return said_in(words.REASONS, word)


@register.filter
def protocol(word: str) -> str:
    """Say how an endpoint is spoken to."""
    return said_in(words.PROTOCOLS, word)


@register.filter
def list_of(written: QueryDict, name: str) -> list[str]:
    """Return everything that was written under a name of a form."""
    return [str(one) for one in written.getlist(name)]


@register.filter
def of(many: Any, name: str) -> Any:
    """Return what a mapping holds under a name; empty where it has none, or is none itself."""
    return many.get(name, "") if isinstance(many, Mapping) else ""
