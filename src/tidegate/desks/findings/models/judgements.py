"""What running showed: one row for each version of each finding, and the signed whole."""

from __future__ import annotations

from django.db import models

from tidegate.desks.findings.models.findings import Finding


class Judgement(models.Model):
    """One finding's proof, run on one version; the engine's judgement as its own data."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="judgements")
    version = models.CharField(max_length=300)
    named = models.BooleanField(default=False, db_comment="Whether the finding names it.")
    verdict = models.CharField(max_length=16)
    runs = models.SmallIntegerField(db_comment="How often each program was run.")
    seconds = models.FloatField(db_comment="How long it took, for budgets.")
    data = models.BinaryField(db_comment="JSON, sealed: it holds what the proof printed.")
    made_at = models.DateTimeField()

    class Meta:
        """A version is judged once; running it more often replaces the judgement."""

        constraints = [
            models.UniqueConstraint(fields=["finding", "version"], name="judgement_once_a_version")
        ]


class Reproduction(models.Model):
    """The whole result of one finding, with its receipt."""

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="reproduction")
    version = models.CharField(max_length=300, blank=True)
    signature = models.JSONField(default=dict, db_comment="Behaviour, as the engine's own data.")
    releases = models.JSONField(default=list, db_comment="As the registry listed them.")
    document = models.BinaryField(db_comment="What `tidegate reproduce --json` prints; sealed.")
    receipt = models.BinaryField(db_comment="A DSSE envelope, sealed.")
    small_proof = models.BinaryField(
        null=True, db_comment="The minimised proof as JSON, if there is one; sealed."
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
