"""Where a case came from, and where it went on to."""

from __future__ import annotations

from django.db import models

from tidegate.desks.cases.models.coordination import Coordination
from tidegate.desks.findings.models import Finding


class Origin(models.Model):
    """What a coordinator said who handed a finding on, verbatim: terms are never renegotiated."""

    coordination = models.ForeignKey(
        Coordination,
        on_delete=models.PROTECT,
        related_name="origins",
        db_comment="Where it was taken over; what it is about now is the finding's case.",
    )
    finding = models.OneToOneField(
        Finding,
        on_delete=models.PROTECT,
        related_name="origin",
        db_comment="It is read once, so the same report handed in again changes nothing.",
    )
    received_at = models.DateTimeField()
    credits = models.JSONField(default=list, db_comment="Finder's credit, verbatim.")
    references = models.JSONField(default=list)
    embargo_ends_at = models.DateTimeField(null=True)
    terms = models.TextField(blank=True)
    tlp = models.CharField(max_length=20, blank=True)
    involvements = models.JSONField(default=list, db_comment="Who was reached, as was told.")
    deduplicated = models.BooleanField(default=False, db_comment="A hint, and no more.")


class Hop(models.Model):
    """One step of a report's way through coordinators; rows are added and never changed."""

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="hops")
    origin = models.ForeignKey(
        Origin,
        on_delete=models.PROTECT,
        null=True,
        related_name="hops",
        db_comment="The report that came that way; null for one from us to somebody.",
    )
    number = models.IntegerField(db_comment="From 1, in the order of the way.")
    party = models.CharField(max_length=300)
    handling = models.CharField(max_length=200, blank=True, db_comment="Its own identifier.")
    at = models.DateTimeField(null=True)
    onward = models.BooleanField(default=False, db_comment="From us to somebody.")
    recorded_at = models.DateTimeField()

    class Meta:
        """In order; two reports may have come here by two ways."""

        constraints = [
            models.UniqueConstraint(fields=["origin", "number"], name="hop_once"),
            models.UniqueConstraint(
                fields=["coordination", "number"],
                condition=models.Q(origin=None),
                name="hop_onward_once",
            ),
            models.CheckConstraint(
                condition=models.Q(origin=None, onward=True)
                | models.Q(origin__isnull=False, onward=False),
                name="hop_here_or_onward",
            ),
        ]
