"""Tags of the pages on which parties work together: clocks, labels, consents, statuses.

What depends on the moment and on the reader takes them from the page: `now`, and `zone`, the name
of the reader's own time zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.http import HttpRequest
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tidegate.faces.console import coordination_words as words
from tidegate.faces.console import places, spans, texts
from tidegate.faces.console.badges import badge
from tidegate.faces.web.acting import actor_of_request

register = template.Library()

_PLAIN: Final = re.compile(r"[\n\t -~]*")
"""Text in which every sign can be seen as it is."""

_STEPS: Final = tuple(words.CONTACTS)
_LETTERS: Final = (("V", "v", "vendor aware"), ("F", "f", "fix ready"), ("D", "d", "fix deployed"))


@register.simple_tag(takes_context=True)
def instant(context: template.Context, moment: datetime | None) -> SafeString:
    """Show an instant in UTC, and beside it in the reader's own zone; no script changes either."""
    if moment is None:
        return SafeString("")
    there = moment.astimezone(UTC)
    shown = format_html(
        '<time class="nowrap" datetime="{}">{} UTC</time>',
        f"{there:%Y-%m-%dT%H:%M:%SZ}",
        f"{there:%-d %b %Y, %H:%M}",
    )
    name = str(context.get("zone") or "UTC")
    if name == "UTC":
        return shown
    own = moment.astimezone(zone_of(name))
    day = "" if own.date() == there.date() else f"{own:%-d %b} "
    return format_html(
        '{} <span class="own-zone"><span class="nowrap">{}</span> {}</span>',
        shown,
        f"{day}{own:%H:%M}",
        name,
    )


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name; UTC for one that is not known any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@register.simple_tag(takes_context=True)
def far(context: template.Context, moment: datetime | None) -> str:
    """Say how far an instant is from now: `in 29 days`, `3 hours ago`."""
    return "" if moment is None else spans.told(moment, context["now"])


@register.filter
def age(value: Any) -> str:
    """Say how long a span of time is."""
    return spans.length(value)


@register.simple_tag
def tlp(label: str) -> SafeString:
    """Show a label of the Traffic Light Protocol as the protocol asks for."""
    kind = label.removeprefix("TLP:").partition("+")[0].lower()
    meaning = words.said_in(words.LABELS, label)
    return format_html('<span class="tlp tlp--{}" title="{}">{}</span>', kind, meaning, label)


@register.simple_tag
def consent(word: str, on_the_table: datetime | None = None) -> SafeString:
    """Show where a party stands to the terms on the table, if there are any."""
    if on_the_table is not None and word == words.UNBOUND:
        return badge(words.HAS_NOT_AGREED)
    return badge(words.look_in(words.CONSENTS, word))


@register.simple_tag
def embargo(word: str) -> SafeString:
    """Show where the embargo of a case is."""
    return badge(words.look_in(words.EMBARGOES, word))


@register.simple_tag
def status(word: str) -> SafeString:
    """Show what a vendor says of a product; without a word, that it has said nothing."""
    return badge(words.look_in(words.STATUSES, word) if word else words.SILENT)


@register.simple_tag
def in_line() -> SafeString:
    """Show that a party waits in its line."""
    return badge(words.WAITS_IN_LINE)


@register.simple_tag
def contact(word: str) -> SafeString:
    """Show how far the contact with a party has come: a word, and as many steps as are done."""
    look = words.look_in(words.CONTACTS, word)
    done = _STEPS.index(word) if word in _STEPS else 0
    steps = format_html_join(
        "",
        '<rect x="{}" y="0" width="7" height="5" rx="1"{}></rect>',
        (
            (8.5 * at, SafeString(' class="contact__done"' if at < done else ""))
            for at in range(len(_STEPS) - 1)
        ),
    )
    return format_html(
        '<span class="contact" title="{}"><svg viewBox="0 0 32.5 5" aria-hidden="true">{}</svg>'
        "{}</span>",
        look.meaning,
        steps,
        look.label,
    )


@register.simple_tag
def progress(happened: Any) -> SafeString:
    """Show how far a vendor is: aware, fix ready, fix deployed."""
    reached = len(tuple(happened))
    look = tuple(words.VENDORS.values())[reached]
    letters = format_html_join(
        "",
        "<span{}>{}</span>",
        (
            (SafeString(' class="vfd__done"'), large) if at < reached else (SafeString(""), small)
            for at, (large, small, _) in enumerate(_LETTERS)
        ),
    )
    return format_html(
        '<span class="vfd" title="{}"><span class="vfd__letters mono" aria-hidden="true">{}</span>'
        " {}</span>",
        look.meaning,
        letters,
        look.label,
    )


@register.filter
def justified(word: str) -> str:
    """Say why a product is not affected."""
    return words.said_in(words.JUSTIFICATIONS, word)


@register.filter
def part(word: str) -> str:
    """Say what an organisation is to a case."""
    return words.said_in(words.PARTS, word)


@register.filter
def report(word: str) -> str:
    """Say where a party is with the report."""
    return words.said_in(words.REPORTS, word)


@register.filter
def outcome(word: str) -> str:
    """Say what became of proposed terms."""
    return words.said_in(words.OUTCOMES, word)


@register.filter
def happening(word: str) -> str:
    """Say what was seen."""
    return words.said_in(words.EVENTS, word)


@register.filter
def not_happened(word: str) -> str:
    """Say that a fact is not known."""
    return words.said_in(words.NOT_KNOWN, word)


@register.filter
def named(names: Mapping[str, str], key: str) -> SafeString:
    """Show the name that a key has among some names; the key itself where it has none."""
    return texts.visible(names.get(key, key))


@register.filter
def clock_kind(word: str) -> str:
    """Say what follows when a clock rings."""
    return words.said_in(words.CLOCKS, word)


@register.filter
def audience(word: str) -> str:
    """Say whom a message reaches."""
    return words.said_in(words.AUDIENCES, word)


@register.filter
def organisation_kind(word: str) -> str:
    """Say what an organisation is."""
    return words.said_in(words.KINDS, word)


@register.filter
def role(word: str) -> str:
    """Say what somebody is in an organisation."""
    return words.said_in(words.ROLES, word)


@register.filter
def unhyphened(word: object) -> str:
    """Show a short word with dashes as people write it."""
    return texts.spelled(str(word).replace("-", " ").replace("_", " ")).capitalize()


@register.filter
def said(text: str) -> SafeString:
    """Show a stranger's text with its lines, as `visible_lines` does; quick where it is plain."""
    if _PLAIN.fullmatch(text):
        return mark_safe(f"<bdi>{escape(text)}</bdi>")  # noqa: S308 - it is escaped
    return texts.visible(text, lines=True)


@register.simple_tag(takes_context=True)
def going(context: template.Context) -> places.Going:
    """Return where in the console whoever asks may go."""
    request = context.get("request")
    if not isinstance(request, HttpRequest) or not hasattr(request, "user"):
        return places.NOWHERE
    return places.going(actor_of_request(request))
