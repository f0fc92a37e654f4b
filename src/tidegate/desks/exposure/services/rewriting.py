"""Columns of many rows are written anew in few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from django.db.models import Model

_M = TypeVar("_M", bound=Model)


def rewrite(rows: Sequence[_M], columns: Collection[str]) -> None:
    """Write some columns of rows that are there already, inside the caller's transaction.

    Django's `bulk_update` writes a case for each column and row, which takes it some ten times as
    long. Here each row is inserted, is there already, and so its columns are set.

    Args:
        rows: of one table, loaded with all their columns, and locked against being deleted.
        columns: names of those that are to be written.
    """
    if rows:
        manager = type(rows[0])._default_manager  # noqa: SLF001 - the framework publishes it so
        manager.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=columns,
            batch_size=500,
        )
