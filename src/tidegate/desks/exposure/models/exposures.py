"""An asset and a vulnerability: since when, why, by when, and what was done about it."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.exposure.keys import new_exception_key, new_exposure_key
from tidegate.desks.exposure.models.assets import Asset
from tidegate.desks.exposure.models.feeds import Advisory, Vulnerability
from tidegate.desks.exposure.models.inventories import Coordinate
from tidegate.desks.parties.models import Organisation, Person
from tidegate.engines.matching.advisories import Certainty

_CERTAINTIES = [(word.value, word.value) for word in Certainty]


class Exposure(models.Model):
    """A vulnerability on an asset. It is the unit of BOD 26-04; it clears, and is never deleted."""

    class Remedy(models.TextChoices):
        """What the operator has done."""

        NONE = "none"
        MITIGATED = "mitigated"
        """For the directive as good as remediated."""
        REMEDIATED = "remediated"
        """Said by a person; matching clears it when the inventory shows it."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_exposure_key)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="exposures"
    )
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="exposures")
    vulnerability = models.ForeignKey(
        Vulnerability, on_delete=models.PROTECT, related_name="exposures"
    )
    certainty = models.CharField(
        max_length=12,
        choices=_CERTAINTIES,
        db_comment="affected, or unknown; not-affected once it has cleared.",
    )
    detected_at = models.DateTimeField(db_comment="When it was first found on the asset.")
    cleared_at = models.DateTimeField(
        null=True, db_comment="When what is installed was no longer affected; null while it is."
    )
    remedy = models.CharField(max_length=10, choices=Remedy, default=Remedy.NONE)
    remedied_at = models.DateTimeField(null=True, db_comment="When it was, as its operator says.")
    vex = models.CharField(
        max_length=20, blank=True, db_comment="What VEX statements say of it; hides nothing."
    )
    # Of the newest computation, kept here for lists.
    outcome = models.CharField(max_length=60, blank=True)
    row_number = models.SmallIntegerField(null=True)
    policy_set = models.CharField(max_length=60, blank=True)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(
        null=True,
        db_comment="This instant is late already; of an undetermined one, whatever may hold.",
    )
    is_determined = models.BooleanField(default=False)
    needs_triage = models.BooleanField(default=False)
    in_kev = models.BooleanField(default=False)
    severity = models.FloatField(null=True, db_comment="Highest recomputed CVSS score.")
    epss = models.FloatField(null=True)

    class Meta:
        """Once for each pair; lists are by what is due."""

        verbose_name = "exposure"
        constraints = [
            models.UniqueConstraint(fields=["asset", "vulnerability"], name="exposure_once")
        ]
        indexes = [
            models.Index(
                fields=["organisation", "cleared_at", "due_at", "id"], name="exposure_by_due"
            ),
            models.Index(
                fields=["organisation", "cleared_at", "severity", "id"], name="exposure_by_severity"
            ),
            models.Index(fields=["vulnerability", "cleared_at"], name="exposure_by_name"),
        ]

    def __str__(self) -> str:
        return self.key


class Ground(models.Model):
    """Why an asset is exposed: an advisory of a source says so of what is installed."""

    exposure = models.ForeignKey(Exposure, on_delete=models.CASCADE, related_name="grounds")
    advisory = models.ForeignKey(Advisory, on_delete=models.PROTECT, related_name="+")
    coordinate = models.ForeignKey(Coordinate, on_delete=models.PROTECT, related_name="+")
    certainty = models.CharField(max_length=12, choices=_CERTAINTIES)
    fixed = models.CharField(
        max_length=300, blank=True, db_comment="The first version said to be fixed after it."
    )
    is_overruled = models.BooleanField(
        default=False, db_comment="Our own run has shown otherwise; it stays, and does not count."
    )
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Once for each advisory and coordinate."""

        constraints = [
            models.UniqueConstraint(
                fields=["exposure", "advisory", "coordinate"],
                condition=models.Q(ended_at=None),
                name="ground_once",
            )
        ]
        indexes = [models.Index(fields=["advisory", "ended_at"], name="ground_by_advisory")]


class Turn(models.Model):
    """One row: whoever compares advisories with inventories locks it first."""


class Deadline(models.Model):
    """One computation of a deadline, with all that it rests on. The old ones stay."""

    exposure = models.ForeignKey(Exposure, on_delete=models.CASCADE, related_name="deadlines")
    number = models.IntegerField(db_comment="From 1.")
    at = models.DateTimeField()
    record = models.JSONField(db_comment="See `services.deadlines`.")

    class Meta:
        """Computations are numbered."""

        constraints = [models.UniqueConstraint(fields=["exposure", "number"], name="deadline_once")]


class RemedySaid(models.Model):
    """What an operator says it has done about an exposure; taken back, the row stays."""

    exposure = models.ForeignKey(Exposure, on_delete=models.CASCADE, related_name="remedies")
    remedy = models.CharField(max_length=10, choices=Exposure.Remedy)
    done_at = models.DateTimeField(db_comment="When it was done.")
    words = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)


class TriageItem(models.Model):
    """Evidence that was collected before anything was remediated: a line of the log."""

    exposure = models.ForeignKey(Exposure, on_delete=models.CASCADE, related_name="triage_items")
    item = models.CharField(max_length=300, db_comment="What was collected.")
    system = models.CharField(max_length=200, db_comment="From which system.")
    collected_at = models.DateTimeField()
    collector = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    words = models.TextField(blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)


class TriageDecision(models.Model):
    """What forensic triage has come to; a later one replaces it, and it stays."""

    class Outcome(models.TextChoices):
        """What was found."""

        NO_EVIDENCE = "no-evidence"
        SUSPECTED = "suspected"
        CONFIRMED = "confirmed"
        """To be reported to the authority."""

    exposure = models.ForeignKey(
        Exposure, on_delete=models.CASCADE, related_name="triage_decisions"
    )
    outcome = models.CharField(max_length=11, choices=Outcome)
    words = models.TextField()
    decided_at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    reported_at = models.DateTimeField(
        null=True, db_comment="When a confirmed compromise was reported to the authority."
    )
    at = models.DateTimeField()


class Excepted(models.Model):
    """An exception, with its end and who approved it: of an exposure, or of a requirement."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_exception_key)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="exceptions"
    )
    exposure = models.ForeignKey(
        Exposure, on_delete=models.PROTECT, null=True, related_name="exceptions"
    )
    directive = models.CharField(max_length=100, blank=True)
    requirement = models.CharField(max_length=100, blank=True)
    reason = models.TextField()
    approver = models.CharField(max_length=200, db_comment="By name.")
    until = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "exception"
