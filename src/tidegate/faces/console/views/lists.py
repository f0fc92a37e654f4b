"""What the lists have in common: words of a filter in the address, chips, sorts, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

LIMIT: Final = 50
"""Rows of a page."""

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Chip:
    """A word that narrows the list, and the address of the list without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Sort:
    """A column's head: where a click leads, and how it is sorted now."""

    address: str
    now: str
    """`ascending`, `descending`, or empty."""


def filter_of(request: HttpRequest, kind: type[F]) -> F:
    """Return the filter that an address holds; what is not in it keeps its default."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: request.GET[name].strip() for name in known & request.GET.keys()})


def cleaned(request: HttpRequest) -> str | None:
    """Return the address without its empty words, if it has any; None if not.

    A form that no script looks after sends all of its fields.
    """
    kept = [(name, value) for name, value in request.GET.items() if value]
    return None if len(kept) == len(request.GET) else f"{request.path}?{urlencode(kept)}"


def chips(request: HttpRequest, names: Mapping[str, str]) -> list[Chip]:
    """Return the words that narrow the list, in the order of `names` (parameter: label)."""
    return [
        Chip(label, request.GET[name], _address(request, drop=(name, "after")))
        for name, label in names.items()
        if request.GET.get(name)
    ]


def sorts(request: HttpRequest, sort: str, columns: Iterable[str]) -> dict[str, Sort]:
    """Return the heads of the columns that can be sorted by."""
    heads: dict[str, Sort] = {}
    for column in columns:
        now = {column: "ascending", f"-{column}": "descending"}.get(sort, "")
        # The largest comes first at the first click: newest, gravest, most urgent.
        wanted = column if now == "descending" else f"-{column}"
        heads[column] = Sort(_address(request, drop=("after",), sort=wanted), now)
    return heads


def kept(request: HttpRequest, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the words of an address that a form does not ask for, so that it keeps them."""
    return [(name, request.GET[name]) for name in names if request.GET.get(name)]


def turned(request: HttpRequest, cursor: str | None) -> str | None:
    """Return the address of another page of the list."""
    return _address(request, drop=(), after=cursor) if cursor else None


def _address(request: HttpRequest, *, drop: Iterable[str], **more: Any) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in drop}
    query = urlencode({**kept, **more})
    return f"{request.path}?{query}" if query else request.path
