"""What vendors and operators say of a vulnerability in a product: VEX. It annotates only."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.exposure.keys import new_statement_key
from tidegate.desks.exposure.models.feeds import Vulnerability
from tidegate.desks.parties.models import Organisation, Person


class Statement(models.Model):
    """One statement, keyed by vulnerability, product and component."""

    class Status(models.TextChoices):
        """The words of OpenVEX 0.2.0."""

        AFFECTED = "affected"
        NOT_AFFECTED = "not_affected"
        FIXED = "fixed"
        UNDER_INVESTIGATION = "under_investigation"

    key = models.CharField(max_length=LENGTH, unique=True, default=new_statement_key)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="statements",
        db_comment="For whose assets it was loaded; nobody else's are annotated by it.",
    )
    vulnerability = models.ForeignKey(
        Vulnerability, on_delete=models.PROTECT, related_name="statements"
    )
    product = models.CharField(max_length=600)
    component = models.CharField(max_length=600, blank=True)
    status = models.CharField(max_length=20, choices=Status)
    justification = models.CharField(max_length=60, blank=True)
    words = models.TextField(blank=True)
    said_by = models.CharField(max_length=300)
    said_at = models.DateTimeField(null=True)
    document = models.CharField(max_length=64, db_comment="SHA-256 of what it stood in.")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "statement"
        indexes = [models.Index(fields=["organisation", "vulnerability"], name="statement_by_name")]
