"""Counting within a bound: how many there are, or that there are more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, or that there are more than were counted."""

    number: int
    capped: bool
    """There are more than `number`."""


def counted(rows: QuerySet[Any], at_most: int, *, more: bool = False) -> Count:
    """Count rows, no further than `at_most`; `more` where these are not all that there are."""
    number = rows.values("id")[: at_most + 1].count()
    return Count(min(number, at_most), more or number > at_most)
