"""Elements of a drawing, written so that no text can become markup."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Attribute = str | int | float


def element(name: str, *children: SafeString | str, **attributes: Attribute) -> SafeString:
    """Return one element; texts are escaped, drawings are taken as they are.

    `class_` is written as `class`, `aria_label` as `aria-label`; numbers have at most two decimals.
    """
    written = format_html_join(
        "",
        ' {}="{}"',
        ((key.rstrip("_").replace("_", "-"), _value(it)) for key, it in attributes.items()),
    )
    inside = format_html_join("", "{}", ((child,) for child in children))
    return format_html("<{}{}>{}</{}>", name, written, inside, name)


def drawing(
    children: Iterable[SafeString], width: float, height: float, **attributes: Attribute
) -> SafeString:
    """Return a whole drawing, as large as it says, in pixels."""
    box = f"0 0 {_value(width)} {_value(height)}"
    return element("svg", *children, width=width, height=height, viewBox=box, **attributes)


def _value(value: Attribute) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
