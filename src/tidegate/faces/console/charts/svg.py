"""Elements of a drawing, written so that no text can become markup."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Attribute = str | int | float


def element(
    name: str, *children: SafeString | str, attributes: dict[str, Attribute] | None = None
) -> SafeString:
    """Return one element; texts are escaped, drawings are taken as they are.

    Numbers are written with at most two decimals.
    """
    written = format_html_join(
        "", ' {}="{}"', ((key, _value(value)) for key, value in (attributes or {}).items())
    )
    return format_html(
        "<{}{}>{}</{}>", name, written, format_html_join("", "{}", ((c,) for c in children)), name
    )


def drawing(
    children: Iterable[SafeString],
    *,
    width: float,
    height: float,
    attributes: dict[str, Attribute] | None = None,
) -> SafeString:
    """Return a whole drawing, as large as it says, in pixels."""
    return element(
        "svg",
        *children,
        attributes={
            "width": width,
            "height": height,
            "viewBox": f"0 0 {_value(width)} {_value(height)}",
            **(attributes or {}),
        },
    )


def text(content: str, x: float, y: float, *, anchor: str = "middle", kind: str = "") -> SafeString:
    """Return one line of text."""
    placed: dict[str, Attribute] = {"x": x, "y": y, "text-anchor": anchor}
    return element("text", content, attributes={**placed, "class": kind} if kind else placed)


def _value(value: Attribute) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
