"""How the commands about organisations and people say what they did."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any, Final

from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import print_json

_LOOPBACK: Final = "http://127.0.0.1:8750"


def is_terminal() -> bool:
    """Say whether somebody can be asked."""
    return sys.stdin.isatty()


def instance_address() -> str:
    """Return how people reach this instance."""
    from django.conf import settings

    return settings.REACH.address or _LOOPBACK


def tell(document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print what was done: a document for programs, a sentence for people."""
    if as_json:
        print_json(document)
    else:
        screens.OUT.print(sentence, highlight=False, markup=False, soft_wrap=True)


def state(suspended_at: datetime | None) -> str:
    """Return whether somebody stands, in words."""
    return f"suspended {moment(suspended_at)}" if suspended_at else "stands"


def moment(at: datetime | None) -> str:
    """Return a moment as lists show it; empty without one."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if at else ""
