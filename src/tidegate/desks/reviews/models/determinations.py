"""What an official weighs, whom they consult, and what they decide. A person decides."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.keys import new_evidence_key
from tidegate.desks.reviews.models.engagements import Engagement
from tidegate.desks.reviews.models.secrets import SealedDocument


class Evidence(models.Model):
    """Something that is weighed, named by its digest; its bytes are kept sealed, if at all."""

    class Kind(models.TextChoices):
        """What it is."""

        DOCUMENT = "document"
        BENCHMARK_REPORT = "benchmark-report"

    key = models.CharField(max_length=LENGTH, unique=True, default=new_evidence_key)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(
        null=True, db_comment="Bytes; null where only the digest is known."
    )
    document = models.ForeignKey(
        SealedDocument, on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_by = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "evidence"
        verbose_name_plural = "evidence"


class Consultation(models.Model):
    """A body that was consulted, and what it said."""

    class View(models.TextChoices):
        """What it thinks of the decision."""

        CONCURS = "concurs"
        DISSENTS = "dissents"
        NO_VIEW = "no-view"

    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, related_name="consultations"
    )
    body = models.CharField(max_length=100, db_comment="Name of one of the framework's bodies.")
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    view = models.CharField(max_length=8, choices=View, blank=True)
    words = models.TextField(blank=True, db_comment="Sealed.")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """A body is consulted once."""

        verbose_name = "consultation"
        constraints = [
            models.UniqueConstraint(fields=["engagement", "body"], name="consulted_once")
        ]


class Determination(models.Model):
    """An official's decision about a model. It decides nothing about the model's release."""

    class Decision(models.TextChoices):
        """Whether it is a covered frontier model. EO 14409, 3(a)."""

        COVERED = "covered"
        NOT_COVERED = "not-covered"
        MORE_EVIDENCE = "more-evidence"

    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, related_name="determinations"
    )
    number = models.IntegerField(db_comment="From 1.")
    decision = models.CharField(max_length=13, choices=Decision)
    words = models.TextField(db_comment="What the developer is told.")
    reasons = models.TextField(blank=True, db_comment="Sealed; not for the developer.")
    official = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    weighed = models.JSONField(
        default=list, db_comment="name and sha256 of each piece of evidence."
    )
    consulted = models.JSONField(default=list, db_comment="body and view of each consultation.")
    decided_at = models.DateTimeField()

    class Meta:
        """Decisions are numbered; the newest one holds."""

        verbose_name = "determination"
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="determination_once")
        ]


class Dissent(models.Model):
    """Somebody of the determining side disagrees with a determination, and that is kept with it."""

    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="dissents"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(db_comment="Sealed.")
    at = models.DateTimeField()
