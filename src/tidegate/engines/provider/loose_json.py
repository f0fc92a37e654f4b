"""JSON of strangers, read without trust in its shape: what is not as it should be is not there."""

from __future__ import annotations

from typing import Any

import orjson


def json_object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object; an empty one if it is none."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def member(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object that is a member of another one; an empty one if it is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, and nothing else of it."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """Return the texts of a list, and nothing else of it."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
