"""What an operator is told of a case under embargo: plan a change, and nothing of its cause."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.exposure.keys import new_change_notice_key
from tidegate.desks.exposure.models.assets import Asset
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation


class ChangeNotice(models.Model):
    """Plan a change of a product on so many assets before a date, at most of this severity.

    Each is a disclosure, and stands in the ledger. Only assets whose inventory had come in before
    the release count, so that a made-up one that is handed in later learns nothing.
    """

    class Severity(models.TextChoices):
        """How bad it is at most."""

        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"
        CRITICAL = "critical"

    key = models.CharField(max_length=LENGTH, unique=True, default=new_change_notice_key)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="change_notices")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="change_notices"
    )
    product = models.CharField(max_length=300, db_comment="As the coordinator words it.")
    before = models.DateTimeField(db_comment="By when the change should be planned for.")
    severity = models.CharField(max_length=8, choices=Severity)
    words = models.TextField(blank=True)
    assets = models.ManyToManyField(Asset, related_name="change_notices")
    released_by = models.CharField(max_length=200)
    released_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, db_comment="Withdrawn, or the case is public.")

    class Meta:
        """An operator is told once for each case, until it is withdrawn."""

        verbose_name = "change notice"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "organisation"],
                condition=models.Q(ended_at=None),
                name="change_notice_once",
            )
        ]
