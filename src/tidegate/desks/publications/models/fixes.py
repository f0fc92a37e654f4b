"""Fixes that somebody offers for a case, and how far up the ladder each of them came."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.cases.models import Coordination, Sealed
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.publications.keys import new_fix_key


class Fix(models.Model):
    """A unified diff against a version, or a released version."""

    class Kind(models.TextChoices):
        """What it is."""

        PATCH = "patch"
        RELEASE = "release"

    key = models.CharField(max_length=LENGTH, unique=True, default=new_fix_key)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="fixes")
    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    purl = models.CharField(max_length=4096, db_comment="Of the package, without a version.")
    version = models.CharField(
        max_length=300, db_comment="The released version, or the one that the diff is against."
    )
    diff = models.ForeignKey(Sealed, on_delete=models.PROTECT, null=True, related_name="+")
    tests = models.ForeignKey(
        Sealed,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Programs that fail before and pass after, as JSON.",
    )
    sha256 = models.CharField(max_length=64, blank=True, db_comment="Of the diff.")
    words = models.TextField(blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+"
    )
    offered_by = models.CharField(max_length=200)
    offered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Named in refusals."""

        verbose_name = "fix"

    def __str__(self) -> str:
        return self.key


class Trial(models.Model):
    """A fix climbs the ladder once; a second time is a trial of its own."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        """It could not be tried here; the reason says why. That says nothing about the fix."""

    fix = models.ForeignKey(Fix, on_delete=models.PROTECT, related_name="trials")
    number = models.IntegerField(db_comment="From 1.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    reason = models.TextField(blank=True)
    words = models.JSONField(default=list, db_comment="Each rung's name and word, in order.")
    labels = models.JSONField(default=list)
    why_not = models.TextField(
        blank=True, db_comment="Why it may not be published as fixed; empty if it may."
    )
    rungs = models.ForeignKey(
        Sealed, on_delete=models.PROTECT, null=True, related_name="+", db_comment="As JSON."
    )
    receipt = models.ForeignKey(
        Sealed, on_delete=models.PROTECT, null=True, related_name="+", db_comment="A DSSE envelope."
    )
    receipt_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        """Trials of a fix are numbered; what waits is taken in order."""

        constraints = [models.UniqueConstraint(fields=["fix", "number"], name="trial_once")]
        indexes = [models.Index(fields=["state", "id"], name="trial_by_state")]


class Look(models.Model):
    """A person has looked at a fix, and says what they think of it."""

    fix = models.ForeignKey(Fix, on_delete=models.PROTECT, related_name="looks")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    is_maintainer = models.BooleanField(
        db_comment="Whether they speak for the vendor or maintainer of the package."
    )
    accepts = models.BooleanField()
    words = models.TextField()
    at = models.DateTimeField()
