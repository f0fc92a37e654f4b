"""Whom parties have named, as far as it still counts."""

from __future__ import annotations

from django.db.models import QuerySet

from tidegate.desks.reviews.models import NamedPerson


def still_named() -> QuerySet[NamedPerson]:
    """Return who was not taken back and has not stepped back, in parts that go on."""
    return NamedPerson.objects.filter(ended_at=None, recused_at=None, party__ended_at=None)
