"""Tags of the pages on which somebody signs in and keeps their own account."""

from __future__ import annotations

import json
from typing import Any, Final

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_CHECKED: Final = "checkbox"


@register.simple_tag
def field(bound: BoundField, help_text: str = "") -> SafeString:
    """Show one field of a form: its label, its input, what helps, and what is wrong with it."""
    name = bound.auto_id
    told = [(f"{name}-help", help_text)] if help_text else []
    wrong = [(f"{name}-error-{number}", error) for number, error in enumerate(bound.errors)]
    attributes: dict[str, Any] = {"class": "input", "placeholder": False}
    if told or wrong:
        attributes["aria-describedby"] = " ".join(ident for ident, _ in (*told, *wrong))
    if wrong:
        attributes["aria-invalid"] = "true"
    helped = format_html_join("", '<p class="field__help" id="{}">{}</p>', told)
    mended = format_html_join("", '<p class="field__error" id="{}">{}</p>', wrong)
    if getattr(bound.field.widget, "input_type", "") == _CHECKED:
        box = bound.as_widget(attrs={**attributes, "class": False})
        return format_html(
            '<div class="field"><label for="{}">{} {}</label>{}{}</div>',
            bound.id_for_label,
            box,
            bound.label,
            helped,
            mended,
        )
    return format_html(
        '<div class="field"><label for="{}">{}</label>{}{}{}</div>',
        bound.id_for_label,
        bound.label,
        bound.as_widget(attrs=attributes),
        helped,
        mended,
    )


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON, for an attribute."""
    return json.dumps(value, default=dict)
