"""Tags of the pages of advisories and of adoption."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils.safestring import SafeString

from tidegate.faces.console.adoption_words import BASES
from tidegate.faces.console.badges import badge
from tidegate.faces.console.words import Look

register = template.Library()


@register.simple_tag
def look(one: Look) -> SafeString:
    """Show a word with its tone, its shape, and what it means."""
    return badge(one)


@register.filter
def stage_basis(word: str) -> str:
    """Say how it is known that a stage was reached."""
    return BASES.get(word, word)


@register.filter
def utc_day(moment: datetime) -> str:
    """Show the day of an instant, in UTC."""
    return f"{moment.astimezone(UTC):%-d %b %Y}"
