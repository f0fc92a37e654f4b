"""What was seen in a case, as it was recorded; what the model makes of it is worked out anew."""

from __future__ import annotations

from django.db import models

from tidegate.desks.cases.models.coordination import Coordination
from tidegate.desks.cases.models.participants import Participant


class Occurrence(models.Model):
    """One entry of `states.histories`; rows are added, and never changed."""

    coordination = models.ForeignKey(
        Coordination, on_delete=models.PROTECT, related_name="occurrences"
    )
    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        null=True,
        related_name="occurrences",
        db_comment="Whose event it is; null for a fact.",
    )
    event = models.CharField(max_length=14)
    happened_at = models.DateTimeField(db_comment="As far as is known.")
    recorded_at = models.DateTimeField()
    said_by = models.CharField(max_length=200)
    source = models.TextField(blank=True, db_comment="Where it can be seen, as whoever said it.")

    class Meta:
        """Read in the order of recording."""

        indexes = [
            models.Index(fields=["coordination", "recorded_at", "id"], name="occurrence_in_order")
        ]
