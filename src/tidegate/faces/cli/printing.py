"""JSON on stdout: one document a line, safe on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

_DAY: Final = timedelta(days=1)


def print_json(document: Any) -> None:
    """Print one document on one line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True, default=_written) + "\n")
    sys.stdout.flush()


def as_data(value: Any) -> Any:
    """Return a value as JSON data: sets sorted, days as 2026-12-13, times as 09:00, spans in days.

    A dataclass is the object of its fields; what follows from them is left out. Instants stay, and
    are written by `print_json`.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_data(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): as_data(one) for name, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(as_data(one) for one in value)
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return [as_data(one) for one in value]
    if isinstance(value, timedelta):
        return value / _DAY
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} has no form in JSON")
