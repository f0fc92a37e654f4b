"""Pages of a list: after a row, in an order, so many. Keyset paging, forwards and backwards.

A list is ordered by one column and, within equal values, by `id`. A cursor says at which row its
page begins: the row's key and the value that it was sorted by. So a page costs the same however
deep it is, and rows that come in meanwhile move no other row. A cursor holds no number of a row,
because keys are random so that nobody learns from one how many there are.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any, Final, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from tidegate.desks.findings.queries.errors import CursorError, FilterError

MOST_ROWS: Final = 200
"""Rows on a page."""

_LONGEST_CURSOR: Final = 6000
_LONGEST_NUMBER: Final = 18
_LARGEST: Final = (1 << 31) - 1
_FIRST_PAGE: Final = "take a cursor from `next` or `previous`, or leave it out for the first page"

T = TypeVar("T")
U = TypeVar("U")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and where it goes on."""

    rows: tuple[T, ...]
    next: str | None
    """Cursor of the page after this one; None at the end."""
    previous: str | None
    """Cursor of the page before this one; None at the beginning."""
    sort: str
    note: str = ""
    """Said to people: such as that only the newest matches were looked at."""

    def of(self, rows: Sequence[U]) -> Page[U]:
        """Return the same page with its rows shown otherwise."""
        return Page(tuple(rows), self.next, self.previous, self.sort, self.note)


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by a column, then by `id`, both in one direction."""

    word: str
    column: str
    """`id` alone for the order of arrival."""
    descending: bool
    kind: type = int
    """Of the column's values: `int`, `float`, `str` or `datetime`."""
    name: str = "key"
    """The column by which a cursor names a row; `id` where that is no secret."""
    unique: bool = False
    """No two rows of the list have the same value, so a cursor needs no key."""

    def reversed(self) -> Order:
        """Return the opposite order, in which the page before a row is read."""
        return replace(self, descending=not self.descending)

    @property
    def by(self) -> tuple[str, ...]:
        """The columns as `order_by` takes them."""
        sign = "-" if self.descending else ""
        if self.unique or self.column == "id":
            return (f"{sign}{self.column}",)
        return (f"{sign}{self.column}", f"{sign}id")


@dataclass(frozen=True, slots=True)
class Cursor:
    """At which row a page begins, in which direction, and of which list."""

    list: str
    """Fingerprint of the list: its sort and its filter."""
    backwards: bool
    key: str
    value: str | float | None
    """What the row was sorted by; None where that is its `id`."""
    newest: str = ""
    """Key of the newest row that a bounded search looks at; empty without one."""

    def __str__(self) -> str:
        told = [self.list, int(self.backwards), self.key, self.value, self.newest]
        text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def fingerprint(kind: str, sort: str, filtered: object) -> str:
    """Return what tells one list from another, for its cursors."""
    return hashlib.sha256(repr((kind, sort, filtered)).encode()).hexdigest()[:12]


def read_cursor(text: str | None, *, of: str) -> Cursor | None:
    """Return the cursor that a text holds; None without one.

    Raises:
        CursorError: it is not a cursor, or not of the list with the fingerprint `of`.
    """
    if not text:
        return None
    try:
        cursor = _cursor(text)
    except (ValueError, RecursionError):
        raise CursorError(f"this is not a cursor; {_FIRST_PAGE}") from None
    if cursor.list != of:
        raise CursorError(f"this cursor belongs to another list, sort or filter; {_FIRST_PAGE}")
    return cursor


def _cursor(text: str) -> Cursor:
    """Return a cursor from its text. Raises `ValueError` for every text that we never wrote."""
    if len(text) > _LONGEST_CURSOR:
        raise ValueError("too long")
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    match json.loads(raw):
        case [str(of), 0 | 1 as back, str(key), str() | int() | float() | None as value, str(top)]:
            cursor = Cursor(of, bool(back), key, value, top)
        case _:
            raise ValueError("another form")
    if str(cursor) != text or "\0" in key + top:
        raise ValueError("not as we write it")
    return cursor


def checked_limit(limit: int) -> int:
    """Return a limit that is within bounds.

    Raises:
        FilterError: it is not.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise FilterError(
            f"limit {limit} is out of bounds; ask for 1 to {MOST_ROWS} rows", parameter="limit"
        )
    return limit


def order_of(sort: str, columns: Mapping[str, tuple[str, type]]) -> Order:
    """Return the order that a word means: `severity`, or `-severity` for the largest first.

    `columns` holds for each word its column and the type of that column's values.

    Raises:
        FilterError: there is no such order.
    """
    found = columns.get(sort.removeprefix("-"))
    if found is None:
        known = ", ".join(f"{word}, -{word}" for word in columns)
        raise FilterError(
            f"the sort {sort[:40]!r} is not known; known are {known}", parameter="sort"
        )
    return Order(sort, found[0], sort.startswith("-"), found[1])


Shown = Callable[[Sequence[int]], Sequence[tuple[int, str, T]]]
"""Returns id, key and what is shown for each of some ids, in any order."""


def page_of(
    rows: QuerySet[M],
    order: Order,
    cursor: Cursor | None,
    limit: int,
    shown: Shown[T],
    *,
    of: str,
    known: Q | None = None,
    newest: str = "",
    note: str = "",
) -> Page[T]:
    """Return the page of a list that begins at a cursor.

    The ids are looked for first, in an index that holds the filter's columns; `shown` then reads
    just those rows. `of` is the list's fingerprint, `known` the condition of the rows that
    who asks may know of: no cursor begins at another. `newest` and `note` are of a bounded search.
    """
    backwards = cursor is not None and cursor.backwards
    found = _found(rows, order.reversed() if backwards else order, cursor, limit + 1, known or Q())
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    seen = {id_: (key, row) for id_, key, row in shown([id_ for id_, _ in found])}
    found = [(id_, value) for id_, value in found if id_ in seen]

    def at(place: int, *, back: bool) -> str | None:
        if not found:
            return None
        id_, value = found[place]
        kept = None if order.column == "id" else _kept(value)
        return str(Cursor(of, back, seen[id_][0], kept, newest))

    return Page(
        tuple(seen[id_][1] for id_, _ in found),
        at(-1, back=False) if more or backwards else None,
        at(0, back=True) if (more if backwards else cursor is not None) else None,
        order.word,
        note,
    )


def _kept(value: Any) -> str | float:
    """Return a value of a column as a cursor holds it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _found(
    rows: QuerySet[M], order: Order, cursor: Cursor | None, most: int, known: Q
) -> list[tuple[int, Any]]:
    """Return id and sort value of the first `most` rows beyond a cursor.

    Rows with the cursor's own value come first, then the others: two questions, each of which an
    index answers by going straight to its place. One with `or` in it would be read from the start.
    """
    ordered = rows.order_by(*order.by).values_list("id", order.column)
    if cursor is None:
        return list(ordered[:most])
    beyond = "lt" if order.descending else "gt"
    if order.column == "id":
        row_id = _id_of(QuerySet(rows.model).filter(known), order.name, cursor.key)
        return list(ordered.filter(**{f"id__{beyond}": row_id})[:most])
    value = _value(order.kind, cursor.value)
    if order.unique:
        return list(ordered.filter(**{f"{order.column}__{beyond}": value})[:most])
    row_id = _id_of(QuerySet(rows.model).filter(known), order.name, cursor.key)
    same = ordered.filter(**{order.column: value, f"id__{beyond}": row_id})
    found = list(same[:most])
    if len(found) < most:
        others = ordered.filter(**{f"{order.column}__{beyond}": value})
        found += others[: most - len(found)]
    return found


def _id_of(rows: QuerySet[M], name: str, key: str) -> int:
    if name == "key" or (key.isdecimal() and len(key) <= _LONGEST_NUMBER):
        found = rows.filter(**{name: key}).values_list("id", flat=True).first()
        if found is not None:
            return int(found)
    raise CursorError(f"the row of this cursor is not here; {_FIRST_PAGE}")


def _value(kind: type, value: str | float | None) -> Any:
    """Return a cursor's value as its column holds it."""
    read: Any = value
    if kind is datetime and isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            read = None
    if type(read) is not kind or not _storable(read):
        raise CursorError(f"this is not a cursor; {_FIRST_PAGE}")
    return read


def _storable(value: Any) -> bool:
    """Whether a value is one that a column could hold."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, str):
        return "\0" not in value
    return isfinite(value) and abs(value) <= _LARGEST
