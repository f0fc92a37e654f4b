"""Something of which somebody is to be told."""

from __future__ import annotations

from django.db import models

from tidegate.desks.ledger.models import Entry


class Occasion(models.Model):
    """An entry of the ledger that people are to be told of, made in that entry's transaction.

    So nothing is forgotten; and whom to tell is worked out later, when the ledger is not locked.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True, db_comment="Null while nobody has been told yet.")
    not_before = models.DateTimeField(
        null=True, db_comment="Telling failed, and is tried again from then on."
    )

    class Meta:
        """Told in order."""

        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(told_at=None), name="occasion_to_be_told"
            )
        ]
