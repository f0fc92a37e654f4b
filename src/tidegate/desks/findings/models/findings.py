"""One suspected vulnerability, as one finder handed it in. Never deleted, never merged away."""

from __future__ import annotations

from django.db import models

from tidegate.desks.findings.keys import LENGTH, new_finding_key
from tidegate.desks.findings.models.cases import Case
from tidegate.desks.findings.models.deliveries import Delivery, Finder
from tidegate.desks.findings.states import Stage
from tidegate.engines.reproduction.verdicts import Word

# Every sort's index holds these as well, so that a narrowed list is read within it.
_NARROWED = ["stage", "verdict", "effect", "format", "package_type", "finder"]


class Finding(models.Model):
    """What lists show and rules ask; its documents are in `Document`."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_finding_key)
    finder = models.ForeignKey(Finder, on_delete=models.PROTECT, related_name="findings")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="findings")
    line = models.BigIntegerField(null=True, db_comment="Of the unpacked document, from 1.")
    place = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=20)
    reference = models.CharField(max_length=500, db_comment="The finder's own name for it.")
    digest = models.CharField(max_length=64, db_comment="SHA-256 of the record's RFC 8785 form.")
    received_at = models.DateTimeField()

    title = models.CharField(max_length=300)
    purl = models.CharField(max_length=4096)
    package_type = models.CharField(max_length=40)
    package = models.CharField(max_length=600, db_comment="As its registry names it.")
    version = models.CharField(max_length=300, blank=True)
    effect = models.CharField(max_length=30, blank=True)
    severity = models.SmallIntegerField(default=0, db_comment="Rank: 0 unknown to 4 critical.")
    tlp = models.CharField(max_length=20)
    embargo_until = models.DateTimeField(null=True)

    stage = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Stage])
    verdict = models.CharField(
        max_length=16, blank=True, choices=[(word.value, word.value) for word in Word]
    )
    trust = models.CharField(max_length=2, blank=True)
    reason = models.TextField(blank=True, db_comment="Why the verdict, or why it was set aside.")
    judged_at = models.DateTimeField(null=True)

    proof_digest = models.CharField(max_length=64, blank=True)
    small_proof_digest = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=64, blank=True, db_comment="Empty matches nothing.")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="findings")

    class Meta:
        """Each index serves a list's sort, or a layer of duplicates."""

        verbose_name = "finding"
        constraints = [
            models.UniqueConstraint(fields=["finder", "digest"], name="finding_once_a_finder")
        ]
        indexes = [
            models.Index(fields=["id", *_NARROWED, "severity"], name="finding_by_arrival"),
            models.Index(fields=["severity", "id", *_NARROWED], name="finding_by_severity"),
            models.Index(
                fields=["package", "id", *_NARROWED, "severity"], name="finding_by_package"
            ),
            models.Index(fields=["stage", "verdict", "id"], name="finding_by_stage"),
            models.Index(
                fields=["judged_at"],
                name="finding_by_proof_time",
                condition=models.Q(verdict=Word.REPRODUCED.value),
            ),
            models.Index(fields=["finder", "id"], name="finding_by_finder"),
            models.Index(fields=["finder", "reference"], name="finding_by_reference"),
            models.Index(fields=["received_at"], name="finding_by_time"),
            models.Index(
                fields=["delivery", "package_type", "package", "id"], name="finding_by_delivery"
            ),
            models.Index(
                fields=["proof_digest"],
                name="finding_by_proof",
                condition=~models.Q(proof_digest=""),
            ),
            models.Index(
                fields=["small_proof_digest"],
                name="finding_by_small_proof",
                condition=~models.Q(small_proof_digest=""),
            ),
            models.Index(
                fields=["signature"], name="finding_by_signature", condition=~models.Q(signature="")
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Document(models.Model):
    """What a finding said, whole: its record as it came, and what may be run of it."""

    finding = models.OneToOneField(
        Finding, on_delete=models.CASCADE, primary_key=True, related_name="document"
    )
    record = models.BinaryField(
        db_comment="As it came, or its RFC 8785 form inside a larger one; sealed."
    )
    native = models.BinaryField(
        null=True,
        db_comment="As a native finding, for the sandbox; null where it is `record`; sealed.",
    )
    description = models.TextField(blank=True)
    weaknesses = models.JSONField(default=list)
    aliases = models.JSONField(default=list)
    places = models.JSONField(default=list)
    references = models.JSONField(default=list)
    vectors = models.JSONField(default=list, db_comment="CVSS.")
    features = models.TextField(blank=True, db_comment="For the layer that only nominates.")
