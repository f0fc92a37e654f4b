"""Texts of strangers, as every database can keep them."""

from __future__ import annotations


def kept_text(text: str) -> str:
    """Return a text without NUL, which PostgreSQL takes in no text and in no JSON."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
