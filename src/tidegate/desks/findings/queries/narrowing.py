"""How a list is narrowed without reading the whole table, whatever it is narrowed to.

Every sort has an index that holds, beside the sort's own columns, all the columns with few words in
them (`models/findings.py`, Meta). A list is read by walking that index from where the page begins:
rows that do not fit are passed over within it, a million of them in a tenth of a second, and the
table itself is opened for the rows of the page alone. Two things are left to do here:

- On SQLite, keep the database from seeking by such a column in another index, where it would have
  to open the table for every row and sort them all: `Passed`.
- Where few rows fit at all, look those up first, for then nothing needs to be walked: `few`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In, IsNull
from django.db.models.sql.compiler import SQLCompiler

FEW: Final = 2_000
"""So many rows are looked up one by one in less time than a walk takes."""


class Passed(Func):
    """A column whose rows are passed over while walking, never sought by."""

    def __init__(self, column: str) -> None:
        super().__init__(F(column))

    template = "%(expressions)s"

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write the column with a `+`: 'disqualify terms using unary +'.

        From: https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_unary_
        """
        sql, values = self.as_sql(compiler, connection, template="+%(expressions)s", **more)
        return sql, tuple(values)


def holds(column: str, words: Iterable[Any]) -> In:
    """Return the condition that a column with few words in it holds one of these."""
    return In(Passed(column), list(words))


def is_empty(column: str, *, empty: bool) -> IsNull:
    """Return the condition that a column is null, or is not."""
    return IsNull(Passed(column), empty)


def among(ids: Sequence[int]) -> Q:
    """Return the condition that a row is one of some thousands, as one value of the question."""
    if not ids:
        return Q(id__in=[])
    if connection.vendor == "sqlite":
        listed = RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(ids))])
    else:
        listed = RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
    return Q(id__in=listed)


def few(rows: QuerySet[Any]) -> Q | None:
    """Return the condition that a row is one of these; None if they are more than `FEW`."""
    ids = list(rows.values_list("id", flat=True)[: FEW + 1])
    return among(ids) if len(ids) <= FEW else None
