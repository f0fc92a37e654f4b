"""Questions that are asked at every call of a model: worded once, asked with other values then.

To word a question as SQL takes this framework ten times as long as the database takes to answer it.
So it is worded once for each thread, with example values, and the places where these have come to
stand are where the values of each question go. It is worded twice, with other examples: where the
wording itself differs between the two, or a place cannot be told, the question is not prepared, and
is worded anew each time. Rules that are read as conditions (`desks/access`) stay the one source.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

_M = TypeVar("_M", bound=Model)

_REMEMBERED: Final = 4096
"""Rows of a question that are kept in memory."""

INT: Final = (7_301_113_957, 7_301_114_963)
OTHER_INT: Final = (7_301_115_971, 7_301_116_981)
ANOTHER_INT: Final = (7_301_117_963, 7_301_118_977)
TEXT: Final = ("an example 7301113957", "an example 7301114963")
INSTANT: Final = (
    datetime(2201, 3, 4, 5, 6, 7, 89, tzinfo=UTC),
    datetime(2202, 4, 5, 6, 7, 8, 91, tzinfo=UTC),
)
"""Examples; none of them is said in any condition."""


class Prepared(Generic[_M]):
    """One question about rows of a model, by its values."""

    def __init__(
        self, build: Callable[..., QuerySet[_M, Any]], examples: Mapping[str, tuple[Any, Any]]
    ) -> None:
        """Make a question; it is worded when it is first asked.

        Args:
            build: takes values by name, and returns the rows. It must not decide by them, but put
                them into conditions.
            examples: two values for each name, and others for another one: `INT`, `TEXT`.
        """
        self._build = build
        self._examples = examples
        self._here = threading.local()
        self._known: dict[tuple[Any, ...], _M] = {}

    def first(self, **values: Any) -> _M | None:
        """Return the first row, if there is one."""
        worded = self._worded()
        if worded is None:
            return self._build(**values).first()
        rows = worded.raw(values)
        return worded.instance(rows[0]) if rows else None

    def unchanged(self, **values: Any) -> _M | None:
        """Return the first row: the same object as before, while nothing that it says has changed.

        Nobody may change it.
        """
        worded = self._worded()
        if worded is None:
            return self._build(**values).first()
        rows = worded.raw(values)
        if not rows:
            return None
        found: _M | None = self._known.get(rows[0])
        if found is None:
            found = worded.instance(rows[0])
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[rows[0]] = found
        return found

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return what each row says, where the question names columns (`values_list`)."""
        worded = self._worded()
        if worded is None:
            return list(self._build(**values))
        return worded.converted(worded.raw(values))

    def raw(self, **values: Any) -> tuple[tuple[Any, ...], ...]:
        """Return the same in the database's own words, to see whether anything has changed."""
        worded = self._worded()
        return tuple(list(self._build(**values)) if worded is None else worded.raw(values))

    @property
    def is_prepared(self) -> bool:
        """Whether it is asked as it was worded, and not worded anew."""
        return self._worded() is not None

    def _worded(self) -> _Worded | None:
        if not hasattr(self._here, "worded"):
            first = {name: example for name, (example, _) in self._examples.items()}
            other = {name: example for name, (_, example) in self._examples.items()}
            self._here.worded = _word(self._build(**first), first, self._build(**other), other)
        found: _Worded | None = self._here.worded
        return found


class _Worded:
    """SQL with places for values; for one thread, whose connection it is asked through."""

    def __init__(self, compiler: Any, places: list[str | None], constants: tuple[Any, ...]) -> None:
        self._compiler = compiler
        self._sql = compiler.as_sql()[0]
        self._places = places
        self._constants = constants
        klass = compiler.klass_info
        if klass is not None:
            fields = klass["select_fields"]
            self._model = klass["model"]
            self._from, self._to = fields[0], fields[-1] + 1
            self._names = [
                column[0].target.attname for column in compiler.select[self._from : self._to]
            ]
            # The stubs describe a later version of the framework.
            self._populators = get_related_populators(  # type: ignore[call-arg]
                klass, compiler.select, connection.alias
            )

    def raw(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        given = {name: _adapted(value) for name, value in values.items()}
        said = [
            constant if place is None else given[place]
            for place, constant in zip(self._places, self._constants, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, said)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def converted(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return list(self._compiler.results_iter([rows], tuple_expected=True))

    def instance(self, raw: tuple[Any, ...]) -> Any:
        row = self.converted([raw])[0]
        made = self._model.from_db(connection.alias, self._names, row[self._from : self._to])
        for populator in self._populators:
            populator.populate(row, made)
        return made


def _word(
    first: QuerySet[Any, Any],
    values: Mapping[str, Any],
    other: QuerySet[Any, Any],
    other_values: Mapping[str, Any],
) -> _Worded | None:
    compilers = [rows.query.get_compiler(connection.alias) for rows in (first, other)]
    try:
        (sql, said), (other_sql, other_said) = (one.as_sql() for one in compilers)
    except EmptyResultSet:
        return None
    if sql != other_sql or len(said) != len(other_said):
        return None
    places: list[str | None] = []
    for one, another in zip(said, other_said, strict=True):
        names = [
            name
            for name in values
            if one == _adapted(values[name]) and another == _adapted(other_values[name])
        ]
        if len(names) != 1 and not (not names and one == another):
            return None
        places.append(names[0] if names else None)
    if set(places) - {None} != set(values):
        return None
    return _Worded(compilers[0], places, tuple(said))


def _adapted(value: Any) -> Any:
    """Return a value as it is given to the database."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
