"""What happened, in order; rows are added and never changed."""

from __future__ import annotations

from django.db import models

from tidegate.desks.findings.models.cases import Case
from tidegate.desks.findings.models.findings import Finding


class Event(models.Model):
    """One thing that happened to a case or to a finding."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=200, db_comment="Who did it; `tidegate` for the house.")
    verb = models.CharField(max_length=40)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="events")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="events")
    detail = models.JSONField(default=dict)
    sealed = models.BinaryField(
        null=True, db_comment="What earlier runs of a proof had shown, as JSON; sealed."
    )

    class Meta:
        """Read by case and by finding, in order."""

        indexes = [
            models.Index(fields=["case", "id"], name="event_by_case"),
            models.Index(fields=["finding", "id"], name="event_by_finding"),
        ]
