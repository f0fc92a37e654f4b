"""Tags of the pages of what is exposed: where it stands, by when, what binds, how bad it is.

A date is shown as the last day in the operator's zone, and always with whether it binds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tidegate.engines.formats.severities import word_of_score
from tidegate.faces.console import exposure_words as words
from tidegate.faces.console import texts
from tidegate.faces.console.badges import badge
from tidegate.faces.console.coordination_words import look_in, said_in
from tidegate.faces.console.templatetags.console import severity
from tidegate.faces.console.templatetags.coordination import zone_of
from tidegate.faces.console.views.exposure.reasons import said_day

register = template.Library()


@register.simple_tag
def stand(word: str) -> SafeString:
    """Show where an exposure stands."""
    return badge(look_in(words.STANDS, word))


@register.simple_tag
def force(word: str) -> SafeString:
    """Show whether a date binds or is guidance."""
    return badge(look_in(words.FORCES, word))


@register.simple_tag
def certainty(word: str) -> SafeString:
    """Show whether what is installed is affected, or could not be told."""
    return badge(look_in(words.CERTAINTIES, word))


@register.simple_tag
def kev() -> SafeString:
    """Show that CISA's catalogue lists it."""
    return badge(words.IN_KEV)


@register.simple_tag
def ground_certainty(ground: Any) -> SafeString:
    """Show what a ground says; whether it counts."""
    if ground.ended_at is not None:
        return badge(words.ENDED)
    if ground.is_overruled:
        return badge(words.OVERRULED)
    return certainty(ground.certainty)


@register.simple_tag
def public(word: str) -> SafeString:
    """Show whether an asset is reached over a public network."""
    return badge(look_in(words.EXPOSED, word))


@register.simple_tag
def vex(word: str) -> SafeString:
    """Show what VEX statements come to; nothing without any."""
    return badge(look_in(words.VEX, word)) if word else SafeString("")


@register.simple_tag
def triage_outcome(word: str) -> SafeString:
    """Show what forensic triage has come to."""
    return badge(look_in(words.TRIAGE, word))


@register.simple_tag
def move(word: str) -> SafeString:
    """Show where a deadline has moved."""
    return badge(look_in(words.MOVES, word))


@register.simple_tag
def score(value: float | None) -> SafeString:
    """Show a CVSS score with the bars of its severity; a dash where nobody gives one."""
    if value is None:
        return SafeString('<span class="quiet">no score</span>')
    shown = severity(word_of_score(value) or "")
    return format_html(
        '<span class="scored">{} <span class="number">{}</span></span>', shown, value
    )


@register.simple_tag
def utc(moment: datetime | None) -> SafeString:
    """Show an instant in UTC alone."""
    if moment is None:
        return SafeString("")
    there = moment.astimezone(UTC)
    return format_html(
        '<time class="nowrap" datetime="{}">{} UTC</time>',
        f"{there:%Y-%m-%dT%H:%M:%SZ}",
        f"{there:%-d %b %Y, %H:%M}",
    )


@register.filter
def plainly(value: object) -> str:
    """Return a stranger's text where there is room for no HTML, such as in a title."""
    return texts.spelled(str(value))


@register.filter
def percent(value: float | None) -> str:
    """Show a probability."""
    if value is None:
        return ""
    return f"{100 * value:.1f} %" if value >= 0.001 else "under 0.1 %"


@register.filter
def full_day(value: date | None) -> str:
    """Show a day with its year."""
    return said_day(value) if value else ""


@register.filter
def days_left(row: Any, now: datetime) -> str:
    """Say how many days it is until the last day of an exposure, or since it, in its own zone."""
    return days_from(row.due_on, now.astimezone(zone_of(row.zone)).date())


@register.filter
def days_from(value: date | None, today: date) -> str:
    """Say how many days it is until a day, or since one."""
    if value is None:
        return ""
    number = (value - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(number)
    if near is not None:
        return near
    return f"in {number:,} days" if number > 0 else f"{-number:,} days ago"


@register.filter
def state_said(word: str) -> str:
    """Say the word by which a list is narrowed."""
    return said_in(words.STATES, word)


@register.filter
def scope_said(word: str) -> str:
    """Say whose an asset is."""
    return said_in(words.SCOPES, word)


@register.filter
def exposed_said(word: str) -> str:
    """Say whether an asset is reached over a public network."""
    return said_in(words.EXPOSED_SAID, word)


@register.filter
def remedy_said(word: str) -> str:
    """Say what was done."""
    return said_in(words.REMEDIES, word)


@register.filter
def advised(word: str) -> str:
    """Say what kind of step it is."""
    return said_in(words.STEPS, word)


@register.filter
def reason_said(word: str) -> str:
    """Say why nothing can be said of a component."""
    return said_in(words.UNPLACED, word)


@register.filter
def said_of_kind(word: str) -> str:
    """Say what a source's assertion is about."""
    return said_in(words.KINDS, word)


@register.filter
def asset_event(word: str) -> str:
    """Say what has happened to an asset."""
    return said_in(words.HAPPENED, word)


@register.filter
def columns_said(many: tuple[str, ...]) -> str:
    """Say which columns of an asset were changed."""
    return ", ".join(said_in(words.COLUMNS, one) for one in many)


@register.filter
def criticality(word: str) -> str:
    """Say what depends on an asset."""
    return said_in(words.CRITICALITIES, word) if word else ""
