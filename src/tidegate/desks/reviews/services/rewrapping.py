# ruff: noqa: SLF001 - the framework publishes a model's manager by this name.
"""What is sealed here, carried over to the newest of the instance's keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.db import models, transaction

from tidegate.desks.findings.services.rewrapping import rewrap
from tidegate.desks.parties.sealed import rewrapped, wrapper_of
from tidegate.desks.reviews.models import (
    Consultation,
    Determination,
    Dissent,
    Endpoint,
    SealedDocument,
)
from tidegate.desks.reviews.sealing import CONSULTED, CREDENTIAL, DISSENT, REASONS

_TEXTS: Final[tuple[tuple[type[models.Model], str, str], ...]] = (
    (Endpoint, "credential", CREDENTIAL),
    (Determination, "reasons", REASONS),
    (Dissent, "words", DISSENT),
    (Consultation, "words", CONSULTED),
)


def rewrap_kept() -> int:
    """Wrap every key anew; return how many were wrapped by an older one.

    Raises:
        SealError: one was changed.
        HomeError: one of the instance's keys is missing.
    """
    documents = SealedDocument.objects.filter(destroyed_at=None)
    return rewrap(documents, lambda row: row.purpose) + sum(_rewrap_texts(*one) for one in _TEXTS)


def wrapped_by() -> Iterator[str]:
    """Yield which of the instance's keys wraps each key that is kept here."""
    kept = SealedDocument.objects.filter(destroyed_at=None)
    yield from kept.values_list("wrapped_by", flat=True)
    for model, column, purpose in _TEXTS:
        for written in _written(model, column):
            yield wrapper_of(written, purpose)


def _written(model: type[models.Model], column: str) -> Iterable[str]:
    rows = model._default_manager.exclude(**{column: ""})
    return rows.values_list(column, flat=True).iterator()


def _rewrap_texts(model: type[models.Model], column: str, purpose: str) -> int:
    changed = 0
    for pk in list(model._default_manager.exclude(**{column: ""}).values_list("pk", flat=True)):
        with transaction.atomic():
            row = model._default_manager.select_for_update().get(pk=pk)
            before = getattr(row, column)
            after = rewrapped(before, purpose)
            if after != before:
                setattr(row, column, after)
                row.save(update_fields=[column])
                changed += 1
    return changed
