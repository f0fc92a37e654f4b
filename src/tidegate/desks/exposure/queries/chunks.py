"""Ids in lists of a size that one query takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

IN_ONE_QUERY: Final = 400
"""Ids in one query; SQLite takes some thousand variables."""
_T = TypeVar("_T")


def in_chunks(ids: Iterable[_T], size: int = IN_ONE_QUERY) -> Iterator[list[_T]]:
    """Yield ids in lists of a size that a query takes."""
    rest = iter(ids)
    while chunk := list(islice(rest, size)):
        yield chunk
