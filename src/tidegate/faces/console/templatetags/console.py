"""Tags and filters of the console's templates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.queries.relations import EventRow
from tidegate.faces.console import texts, words

register = template.Library()

_THEMES: Final = ("light", "dark")
_LONG: Final = 1200


@register.filter
def visible(value: object) -> SafeString:
    """Show a stranger's text on one line, with what hides in it written out."""
    return texts.visible("" if value is None else str(value))


@register.filter
def visible_lines(value: object) -> SafeString:
    """Show a stranger's text with its lines as they are."""
    return texts.visible("" if value is None else str(value), lines=True)


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Show one icon of `parts/icons.html`; it says nothing that text does not say."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 20 20" aria-hidden="true">'
        '<use href="#i-{}"></use></svg>',
        kind,
        name,
    )


@register.simple_tag
def verdict(word: str, stage: str = "", size: str = "") -> SafeString:
    """Show a verdict as a badge; without one, the stage that the finding is at."""
    look = words.look_of(word, stage)
    return format_html(
        '<span class="badge badge--{} {}" title="{}">{}{}</span>',
        look.tone,
        f"badge--{size}" if size else "",
        look.meaning,
        _shape(look.shape),
        look.label,
    )


@register.simple_tag
def severity(word: str | int) -> SafeString:
    """Show a severity: its word, and as many bars as its rank."""
    rank = words.severity_of(word)
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="3" height="{}"{}></rect>',
        (
            (
                index * 4.5,
                9 - 3 * index,
                4 + 3 * index,
                SafeString(' class="severity__on"' if index < rank else ""),
            )
            for index in range(4)
        ),
    )
    label = rank.word.capitalize() if rank is not Severity.UNKNOWN else "Not stated"
    return format_html(
        '<span class="severity severity--{}"><svg viewBox="0 0 16.5 13" aria-hidden="true">{}</svg>'
        "{}</span>",
        int(rank),
        bars,
        label,
    )


def _shape(name: str) -> SafeString:
    return format_html(
        '<svg viewBox="0 0 12 12" aria-hidden="true"><use href="#s-{}"></use></svg>', name
    )


@register.simple_tag
def when(moment: datetime | None, form: str = "long") -> SafeString:
    """Show an instant in UTC; a script turns it into the reader's own time, and UTC stays behind.

    `short` leaves the year out for lists.
    """
    if moment is None:
        return SafeString("")
    there = moment.astimezone(UTC)
    shown = f"{there:%-d %b %H:%M}" if form == "short" else f"{there:%-d %b %Y, %H:%M} UTC"
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}" data-form="{}">{}</time>',
        f"{there:%Y-%m-%dT%H:%M:%SZ}",
        f"{there:%Y-%m-%d %H:%M:%S} UTC",
        form,
        shown,
    )


@register.simple_tag
def day(value: date) -> str:
    """Show a day."""
    return f"{value:%-d %b}"


@register.filter
def grouped(number: int | None) -> str:
    """Show a number with its thousands apart."""
    return "" if number is None else f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


@register.filter
def bytes_shown(number: int | None) -> str:
    """Show a size in the unit that keeps it short."""
    size = float(number or 0)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


@register.filter
def effect(word: str) -> str:
    """Show an effect in words."""
    return words.EFFECTS.get(word) or texts.spelled(word) if word else "Not stated"


@register.filter
def purpose(word: str) -> str:
    """Show what a run was for."""
    return words.PURPOSES.get(word) or texts.spelled(word)


@register.filter
def basis(word: str) -> str:
    """Show what a link rests on."""
    return words.BASES.get(word) or texts.spelled(word)


@register.filter
def kind(word: str) -> str:
    """Show what one finding is to another."""
    return words.KINDS.get(word) or texts.spelled(word)


@register.filter
def trust_meaning(word: str) -> str:
    """Say what stands behind a level of trust."""
    return {level.value: said for level, said in words.TRUST.items()}.get(word, "")


@register.filter
def web_address(value: object) -> str:
    """Return an address if a browser may be led there (`http`, `https`); nothing else is a link."""
    try:
        parts = urlsplit(str(value))
    except ValueError:
        return ""
    return str(value) if parts.scheme in ("http", "https") and parts.netloc else ""


@register.filter
def stage_meaning(word: str) -> str:
    """Say what it means that a finding is at a stage."""
    return words.look_of("", word).meaning


@register.filter
def event_text(event: EventRow) -> SafeString:
    """Tell one event of a history in a sentence."""
    told = words.EVENTS.get(event.verb)
    if told is None:
        return texts.visible(event.verb.replace("-", " ").capitalize())
    detail = {name: str(value) for name, value in event.detail.items()}
    for name in ("other", "kind", "verdict"):
        detail.setdefault(name, "")
    detail["kind"] = words.RELATIONS.get(detail["kind"], detail["kind"])
    return texts.visible(told.format_map(detail).strip())


@register.filter
def theme(value: object) -> str:
    """Return the theme that a cookie names, if it is one."""
    return str(value) if value in _THEMES else ""


@register.filter
def target_frame(frame: str) -> bool:
    """Whether a frame of a stack is the target's own code."""
    return "/store/" in frame


@register.inclusion_tag("console/parts/long_text.html")
def long_text(value: object, kind: str = "prose", most: int = _LONG) -> dict[str, Any]:
    """Show a text whole if it is short; else its beginning, and the rest where it is asked for."""
    whole = "" if value is None else str(value)
    return {
        "whole": whole,
        "cut": whole[:most] if len(whole) > most else "",
        "signs": len(whole),
        "kind": kind,
    }
