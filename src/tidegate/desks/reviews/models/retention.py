"""What is left after access: what was destroyed, and which findings came of it."""

from __future__ import annotations

from django.db import models

from tidegate.desks.findings.models import Delivery
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.reviews.models.engagements import Engagement


class Certificate(models.Model):
    """A party certifies that it has destroyed, or given back, what the terms name."""

    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, related_name="certificates"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    what = models.TextField(db_comment="What was destroyed, where, and how.")
    destroyed_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, db_comment="Of the certificate's RFC 8785 form.")
    certified_at = models.DateTimeField()

    class Meta:
        """In refusals it is named so."""

        verbose_name = "certificate"


class Report(models.Model):
    """Findings that were made with the model, handed in under the developer's embargo."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="reports")
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        """In refusals it is named so."""

        verbose_name = "report"
