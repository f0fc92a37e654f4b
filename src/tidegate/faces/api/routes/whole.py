"""A detail as one object: its row's fields beside its own."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


def whole(detail: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, and before them those of its `row`, if it has one."""
    row = getattr(detail, "row", None)
    own = {field.name: getattr(detail, field.name) for field in fields(detail)}
    return {**whole(row), **own} if row is not None else own
