"""JSON on stdout: one document a line, safe on a terminal."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any


def print_json(document: Any) -> None:
    """Print one document on one line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True, default=_written) + "\n")
    sys.stdout.flush()


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} has no form in JSON")
