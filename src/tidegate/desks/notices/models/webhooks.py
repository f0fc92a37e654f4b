"""Where an organisation's programs are told."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.notices.keys import new_webhook_key
from tidegate.desks.parties.models import Organisation


class WebhookEndpoint(models.Model):
    """An address of an organisation that takes messages in."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_webhook_key)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="webhooks"
    )
    url = models.CharField(max_length=2000)
    kinds = models.JSONField(
        default=list, db_comment="Of entries of which it is told; none of them means all."
    )
    secret = models.TextField(db_comment="Sealed.")
    previous_secret = models.TextField(
        blank=True, db_comment="Sealed; while it is being replaced, both sign."
    )
    previous_until = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    failing_since = models.DateTimeField(
        null=True, db_comment="When its people were told that messages are set aside."
    )
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "webhook"
