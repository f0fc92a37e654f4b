"""The names under which people and programs speak of what is kept here: `F-7K3M9-Q2X4D`.

They are random, so that whoever is told one learns neither how many there are nor what came
before; and they are written in Crockford's base 32, so that they survive being read aloud.
"""

from __future__ import annotations

import secrets
from typing import Final

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS: Final = 5
"""Of one sign."""
_HALF: Final = 5
"""Signs on either side of the dash."""

LENGTH: Final = 2 + 2 * _HALF + 1
"""Signs in a key, its letter and its dashes included."""


def new_key(letter: str) -> str:
    """Return a new name for a thing whose names begin with a letter."""
    number = secrets.randbits(_BITS * 2 * _HALF)
    signs = "".join(_SIGNS[number >> at & 31] for at in range(0, _BITS * 2 * _HALF, _BITS))
    return f"{letter}-{signs[:_HALF]}-{signs[_HALF:]}"


def as_written(text: str) -> str:
    """Return the key that somebody means: case, spaces and look-alike letters are forgiven.

    What could be no key, and what no database takes in a text, is empty: no row has that for one.
    """
    if not text.isascii() or "\0" in text:
        return ""
    letter, _, rest = text.strip().upper().partition("-")
    signs = rest.replace("-", "").translate(str.maketrans("OIL", "011"))
    return f"{letter}-{signs[:_HALF]}-{signs[_HALF:]}"
