"""Where a developer's model answers, and with which credential."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.reviews.keys import new_endpoint_key
from tidegate.desks.reviews.models.engagements import Engagement


class Endpoint(models.Model):
    """An address of the developer's; only the gateway speaks to it."""

    class Protocol(models.TextChoices):
        """How it is spoken to."""

        OPENAI = "openai"
        """Chat completions and responses."""
        ANTHROPIC = "anthropic"
        """Messages."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_endpoint_key)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="endpoints")
    name = models.CharField(max_length=100, db_comment="What reviewers call the model.")
    protocol = models.CharField(max_length=9, choices=Protocol)
    url = models.CharField(max_length=500, db_comment="Base address, such as https://host/v1.")
    model = models.CharField(max_length=200, db_comment="What the endpoint calls the model.")
    credential = models.TextField(db_comment="Sealed; never shown again.")
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A name means one endpoint at a time."""

        verbose_name = "endpoint"
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "name"],
                condition=models.Q(ended_at=None),
                name="endpoint_once",
            )
        ]
