"""What went through the gateway, what was refused there, and what made it cut a stream."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.reviews.keys import new_call_key
from tidegate.desks.reviews.models.endpoints import Endpoint
from tidegate.desks.reviews.models.engagements import Engagement
from tidegate.desks.reviews.models.grants import Grant


class Call(models.Model):
    """One call of a model; on record before any of its answer is let out."""

    class Outcome(models.TextChoices):
        """How it ended."""

        RUNNING = "running"
        COMPLETE = "complete"
        CUT = "cut"
        """By the end of the grant, or by the plug."""
        FAILED = "failed"
        """The endpoint's fault, or ours; see `fault`."""
        LEFT = "left"
        """The client went away."""
        UNKNOWN = "unknown"
        """The gateway was ended in the middle of it."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_call_key)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="calls")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="calls")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="calls")
    operation = models.CharField(max_length=20)
    address = models.CharField(max_length=45, db_comment="Where it came from.")
    idempotency = models.CharField(
        max_length=200, null=True, db_comment="What the client calls it, if it says so."
    )
    gateway = models.CharField(
        max_length=32, blank=True, db_comment="The process that it went through."
    )
    began_at = models.DateTimeField()
    request_sha256 = models.CharField(max_length=64)
    request_bytes = models.BigIntegerField()
    set_aside = models.BigIntegerField(
        default=0, db_comment="Tokens of its grant's budget that it may use while it runs."
    )
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.RUNNING)
    fault = models.CharField(max_length=10, blank=True, db_comment="endpoint or gateway.")
    reason = models.TextField(blank=True)
    status = models.SmallIntegerField(null=True, db_comment="HTTP status of the answer.")
    received_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="Of what the endpoint sent."
    )
    delivered_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="Of what was let out; another one if it was marked."
    )
    response_bytes = models.BigIntegerField(default=0)
    response_id = models.CharField(
        max_length=200, blank=True, db_comment="The endpoint's own name for its answer."
    )
    tokens_in = models.BigIntegerField(default=0)
    tokens_out = models.BigIntegerField(default=0)
    tokens_estimated = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A client's name for a call means one call of a grant."""

        verbose_name = "call"
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "idempotency"],
                condition=~models.Q(outcome="failed"),
                name="call_once",
            )
        ]
        indexes = [
            models.Index(fields=["engagement", "-began_at"], name="call_by_engagement"),
            models.Index(fields=["grant", "-began_at"], name="call_by_grant"),
            models.Index(fields=["grant", "outcome"], name="call_by_outcome"),
        ]


class Transcript(models.Model):
    """What is kept of a call, as the terms say: encrypted with age to those who may read it.

    This instance cannot read it. From: https://age-encryption.org/v1.
    """

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="transcript")
    content = models.BinaryField(db_comment="Empty once it was destroyed.")
    kept_for = models.JSONField(db_comment="Keys of the organisations that can decrypt it.")
    for_holder = models.BooleanField(
        default=False, db_comment="The party of the grant's person can decrypt it, too."
    )
    whole = models.BooleanField(default=True, db_comment="False where a bound cut it short.")
    kept_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)


class Refusal(models.Model):
    """Calls with a grant's secret that were refused, counted by the minute."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="refusals")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="refusals")
    reason = models.CharField(max_length=40, db_comment="A word of the gateway's refusals.")
    address = models.CharField(max_length=45)
    minute = models.DateTimeField()
    count = models.IntegerField(default=1)

    class Meta:
        """One row for each minute, reason and address."""

        verbose_name = "refusal"
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "reason", "address", "minute"], name="refusal_once_a_minute"
            )
        ]


class Ending(models.Model):
    """Access has ended for a grant, or for all of an engagement; gateways look at the newest id."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(
        Grant, on_delete=models.PROTECT, null=True, related_name="+", db_comment="Null: all."
    )
    at = models.DateTimeField()
