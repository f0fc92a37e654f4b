"""The names of publications, `TG-2026-k7m2x9qd`, and of fixes.

A publication's name is random: from numbers that follow one another anybody could read how many
are being prepared under embargo.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final

from tidegate.desks.access.keys import new_key
from tidegate.engines.formats.advisories.record import IDENTIFIER

LONGEST: Final = 16
"""Signs of a publication's name."""

_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""
_RANDOM: Final = 8


def new_identifier() -> str:
    """Return a new name for a publication; its year is the one in which it was begun."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_RANDOM))
    return f"TG-{datetime.now(UTC).year}-{signs}"


def new_fix_key() -> str:
    """Return a new name for a fix: `R-7K3M9-Q2X4D`."""
    return new_key("R")


def as_written(text: str) -> str:
    """Return the name of a publication that somebody means, whichever letters they wrote.

    What could be none is empty: no publication has that for one.
    """
    prefix, _, rest = text.strip().lower().partition("-")
    name = f"{prefix.upper()}-{rest}"
    return name if IDENTIFIER.fullmatch(name) else ""
