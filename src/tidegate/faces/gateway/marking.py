"""Which mark stands for which grant: answers are marked with it where the terms ask for that."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from django.conf import settings

from tidegate.engines.watermarks import Marker, frame_of, id_of, read

_PURPOSE: Final = b"tidegate: marks in answers"


def marker_for(grant_key: str) -> Marker:
    """Return what marks one text with a grant."""
    return Marker(_frame(grant_key))


def marked_in(text: str, grant_keys: Iterable[str]) -> frozenset[str]:
    """Return those of some grants, by their keys, whose mark is whole in a text."""
    found = read(text, _key())
    return frozenset(key for key in grant_keys if id_of(_key(), key) in found)


@lru_cache(maxsize=1024)
def _frame(grant_key: str) -> str:
    return frame_of(_key(), id_of(_key(), grant_key))


@cache
def _key() -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), _PURPOSE, hashlib.sha256)
