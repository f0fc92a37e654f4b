"""Reading JSON that a registry sent, without letting it fill the memory or the stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tidegate.engines.reproduction.ecosystems.addresses import shown
from tidegate.engines.reproduction.ecosystems.download import Page
from tidegate.engines.reproduction.packages import PackageError

_MOST_VALUES = 6_000_000
"""A page of 64 MiB that means something has half as many; one of `[[],[],...]` has 40 million, and
each costs 30 times its length."""


def json_object(page: Page, what: str) -> dict[str, Any]:
    """Return the JSON object that a page is.

    Args:
        page: as it came.
        what: what it should be, for the message: `package document`.

    Raises:
        PackageError: it is none, or it is more than the bound.
    """
    values = page.body.count(b",") + page.body.count(b"[") + page.body.count(b"{")
    if values > _MOST_VALUES:
        raise PackageError(f"{shown(page.url)} holds more values than any {what}")
    try:
        document = json.loads(page.body)
    except (ValueError, RecursionError) as error:
        raise PackageError(f"{shown(page.url)} is no {what}: {error}") from error
    if not isinstance(document, dict):
        raise PackageError(f"{shown(page.url)} is no {what}")
    return document


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object of a document, and an empty one for whatever else stands there."""
    return value if isinstance(value, dict) else {}
