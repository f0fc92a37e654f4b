"""How a word of the desks looks: a badge with a shape, so that colour alone says nothing."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tidegate.faces.console.words import Look


def badge(look: Look) -> SafeString:
    """Show a word with its tone, its shape, and what it means."""
    return format_html(
        '<span class="badge badge--{}" title="{}"><svg viewBox="0 0 12 12" aria-hidden="true">'
        '<use href="#s-{}"></use></svg>{}</span>',
        look.tone,
        look.meaning,
        look.shape,
        look.label,
    )
