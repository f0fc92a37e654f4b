"""Texts of strangers, made so that they can be kept: signed as JSON, and stored by any database.

Signing needs Unicode without halves of surrogate pairs (RFC 8785, section 3.2.2.2); PostgreSQL's
`jsonb` refuses U+0000. A hostile program may print or be called either, and must not get out of a
receipt by that.
"""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """Return a text with a replacement character for each that not everybody can keep."""
    whole = "".join(_REPLACEMENT if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return whole.replace("\0", _REPLACEMENT)
