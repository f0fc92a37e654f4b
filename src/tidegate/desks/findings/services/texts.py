"""Texts of strangers, as every database can keep them."""

from __future__ import annotations

import re
from typing import Final

_NOT_KEPT: Final = re.compile("[\0\ud800-\udfff]")


def kept_text(text: str) -> str:
    """Return a text without what no database keeps: NUL, and halves of surrogate pairs.

    PostgreSQL takes NUL in no text and in no JSON, and the halves have no UTF-8.
    """
    return _NOT_KEPT.sub("\N{REPLACEMENT CHARACTER}", text)
