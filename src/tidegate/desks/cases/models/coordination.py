"""What is coordinated about a case: its label, its embargo, and what the world knows already."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.words import Label
from tidegate.desks.findings.models import Case

_LABELS = [(label.value, label.value) for label in Label]
_FREE = (Label.GREEN.value, Label.CLEAR.value)
_IN_FORCE = ("active", "revise")


class Coordination(models.Model):
    """One for each case that is worked on with others. Words of states are those of `states`."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="coordination")
    tlp = models.CharField(max_length=16, choices=_LABELS, default=Label.AMBER_STRICT)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    embargo = models.CharField(max_length=10, default="none", db_comment="State of the embargo.")
    ends_at = models.DateTimeField(
        null=True, db_comment="When the embargo that is in force ends; an instant in UTC."
    )
    policy = models.CharField(
        max_length=100, blank=True, db_comment="Name of the disclosure policy."
    )
    policy_version = models.CharField(max_length=40, blank=True)
    policy_inputs = models.JSONField(
        default=dict, db_comment="What its deadlines rest on; see `policies.inputs`."
    )

    # Of `occurrences`, kept here for lists.
    public_at = models.DateTimeField(null=True, db_comment="When the vulnerability became public.")
    exploit_at = models.DateTimeField(null=True, db_comment="When an exploit became public.")
    attacks_at = models.DateTimeField(null=True, db_comment="When attacks were seen.")
    closing_words = models.TextField(blank=True)
    parted_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="parted",
        db_comment="What is published of one of the two points at the other.",
    )

    class Meta:
        """Lists are by state and by age."""

        verbose_name = "case"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(embargo__in=_IN_FORCE, tlp__in=_FREE),
                name="secret_is_not_for_everybody",
            )
        ]
        indexes = [
            models.Index(fields=["embargo", "ends_at"], name="coordination_by_end"),
            models.Index(fields=["closed_at", "opened_at"], name="coordination_by_age"),
        ]


class EmbargoTerms(models.Model):
    """Terms that somebody proposed, and what became of them; rows are never changed back."""

    class Outcome(models.TextChoices):
        """What became of a proposal."""

        OPEN = "open"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        REPLACED = "replaced"
        """Another proposal came before anybody decided."""
        FALLEN = "fallen"
        """The embargo ended, or the case became part of another, before anybody decided."""

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="terms")
    ends_at = models.DateTimeField()
    words = models.TextField(blank=True, db_comment="Further terms, verbatim.")
    proposed_by = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)


class ReleaseApproval(models.Model):
    """One coordinator's word that a secret may become public early; it takes two."""

    RELEASE = "release"
    """The purpose of an approval to end the embargo now."""

    coordination = models.ForeignKey(
        Coordination, on_delete=models.PROTECT, related_name="approvals"
    )
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(
        max_length=40,
        default=RELEASE,
        db_comment="`release`, `terms` with the number of a proposal, `merge` with a case's key.",
    )
    reason = models.TextField()
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True, db_comment="When what it allows was done.")

    class Meta:
        """A coordinator says it once for each purpose."""

        constraints = [
            models.UniqueConstraint(
                fields=["coordination", "person", "purpose"],
                condition=models.Q(withdrawn_at=None, used_at=None),
                name="approval_once_a_coordinator",
            )
        ]
