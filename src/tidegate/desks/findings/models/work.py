"""What is still to be done: the outbox, how often a step was begun, and a lock for each package."""

from __future__ import annotations

from django.db import models

from tidegate.desks.findings.models.findings import Finding


class Outbox(models.Model):
    """Work that was promised in the same transaction as what it is about."""

    class Topic(models.TextChoices):
        """What kind of work."""

        REPRODUCE = "reproduce"
        """Run a finding's proof, search its range, look for its duplicates."""
        MATCH = "match"
        """Look for duplicates of a delivery's findings by what they say."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting"
        STARTED = "started"
        DONE = "done"
        FAILED = "failed"
        """Its workflow failed as often as is allowed; the reason says how."""

    topic = models.CharField(max_length=12, choices=Topic)
    subject = models.CharField(max_length=20, db_comment="Key of the finding or the delivery.")
    round = models.IntegerField(default=1, db_comment="Counts how often it was asked for.")
    tries = models.IntegerField(default=0, db_comment="How many of its workflows failed.")
    reason = models.TextField(blank=True, db_comment="Why the last one failed.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """The same work is promised once a round; what waits is taken in order."""

        constraints = [
            models.UniqueConstraint(
                fields=["topic", "subject", "round"], name="outbox_once_a_round"
            )
        ]
        indexes = [models.Index(fields=["state", "id"], name="outbox_by_state")]


class Attempt(models.Model):
    """A step of a finding's work that was begun and has not ended: what kills its worker, shows."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="attempts")
    step = models.CharField(max_length=400)
    begun = models.IntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        """A step is counted in one row."""

        constraints = [
            models.UniqueConstraint(fields=["finding", "step"], name="attempt_once_a_step")
        ]


class Package(models.Model):
    """A package that findings are about; its row is what a transaction that merges locks."""

    type = models.CharField(max_length=40)
    name = models.CharField(max_length=600)

    class Meta:
        """A package is one row."""

        constraints = [models.UniqueConstraint(fields=["type", "name"], name="package_once")]
