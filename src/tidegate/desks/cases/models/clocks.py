"""Dates that mean something, each of which fires once."""

from __future__ import annotations

from django.db import models

from tidegate.desks.cases.models.coordination import Coordination


class Clock(models.Model):
    """An instant at which something follows by itself."""

    class Kind(models.TextChoices):
        """What follows."""

        EMBARGO_END = "embargo-end"
        REMINDER = "reminder"
        CONSENT_LAPSE = "consent-lapse"
        GRANT_END = "grant-end"
        POLICY = "policy"
        """A deadline of a disclosure policy; people are told, nothing is released."""

    class State(models.TextChoices):
        """What became of it."""

        RUNNING = "running"
        PAUSED = "paused"
        FIRED = "fired"
        CANCELLED = "cancelled"
        SET_ASIDE = "set-aside"
        """What follows could not be done, again and again; a coordinator looks at it."""

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=14, choices=Kind)
    name = models.CharField(max_length=100, db_comment="Of the policy's rule, or of the subject.")
    subject = models.CharField(max_length=40, blank=True, db_comment="Row that it is about.")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    fired_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0, db_comment="How often what follows failed.")
    reason = models.TextField(blank=True, db_comment="Why it failed; for coordinators.")
    try_again_at = models.DateTimeField(null=True, db_comment="Not before this, after a failure.")
    # Why it is due then; see `policies`.
    trigger = models.CharField(max_length=40)
    triggered_at = models.DateTimeField()
    authority = models.CharField(max_length=200, blank=True)
    policy = models.CharField(max_length=100, blank=True)
    policy_version = models.CharField(max_length=40, blank=True)
    inputs = models.JSONField(default=dict)
    pauses = models.JSONField(default=list)
    history = models.JSONField(default=list)

    class Meta:
        """Fired in the order in which the times stand."""

        constraints = [
            models.UniqueConstraint(
                fields=["coordination", "kind", "name", "subject"],
                condition=models.Q(state__in=("running", "paused")),
                name="clock_once",
            )
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="clock_by_time"),
        ]
