"""The parties of a case, the people who work on it for them, and how far each vendor is."""

from __future__ import annotations

from django.db import models

from tidegate.desks.cases.models.coordination import Coordination
from tidegate.desks.parties.models import Organisation, Person


class Participant(models.Model):
    """An organisation's part in a case. Words of states are those of `states`."""

    class Part(models.TextChoices):
        """What it is to this case."""

        FINDER = "finder"
        VENDOR = "vendor"
        COORDINATOR = "coordinator"
        OPERATOR = "operator"
        OTHER = "other"

    class Contact(models.TextChoices):
        """How far the contact with it has come; apart from what it says of its products."""

        NOT_CONTACTED = "not-contacted"
        NOTIFIED = "notified"
        SEEN = "seen"
        INVESTIGATING = "investigating"
        ANSWERED = "answered"

    coordination = models.ForeignKey(
        Coordination, on_delete=models.PROTECT, related_name="participants"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="parts")
    role = models.CharField(max_length=12, choices=Part)
    report = models.CharField(max_length=10, default="start", db_comment="Report management.")
    consent = models.CharField(max_length=12, default="no-embargo")
    consent_until = models.DateTimeField(null=True, db_comment="When the consent lapses by itself.")
    contact = models.CharField(max_length=14, choices=Contact, default=Contact.NOT_CONTACTED)
    vendor = models.CharField(
        max_length=3, default="vfd", db_comment="Vendor aware, fix ready, fix deployed."
    )
    invited_by = models.CharField(max_length=200)
    invited_at = models.DateTimeField(null=True, db_comment="Null while it waits in the line.")
    queued_at = models.DateTimeField(null=True, db_comment="When it was put in the line.")
    joined_at = models.DateTimeField(null=True, db_comment="When it accepted the invitation.")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """An organisation has one part in a case."""

        verbose_name = "party"
        constraints = [
            models.UniqueConstraint(
                fields=["coordination", "organisation"], name="participant_once"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "queued_at"], name="participant_in_line"),
        ]


class TeamMember(models.Model):
    """A person who works on a case for a party."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="team")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="teams")
    added_by = models.CharField(max_length=200)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, db_comment="When the grant ends by itself.")
    left_at = models.DateTimeField(null=True)

    class Meta:
        """A person is on a team once."""

        constraints = [
            models.UniqueConstraint(
                fields=["participant", "person"],
                condition=models.Q(left_at=None),
                name="team_member_once",
            )
        ]


class ProductStatus(models.Model):
    """What a vendor says of one of its products."""

    class Status(models.TextChoices):
        """From: OpenVEX 0.2.0, status labels."""

        UNDER_INVESTIGATION = "under_investigation"
        AFFECTED = "affected"
        NOT_AFFECTED = "not_affected"
        FIXED = "fixed"

    class Justification(models.TextChoices):
        """Why a product is not affected. From: OpenVEX 0.2.0, status justifications."""

        NO_COMPONENT = "component_not_present"
        NO_CODE = "vulnerable_code_not_present"
        NOT_EXECUTED = "vulnerable_code_not_in_execute_path"
        NOT_CONTROLLED = "vulnerable_code_cannot_be_controlled_by_adversary"
        MITIGATED = "inline_mitigations_already_exist"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="statuses")
    product = models.CharField(max_length=4096, db_comment="A package URL, or the vendor's name.")
    status = models.CharField(max_length=20, choices=Status)
    justification = models.CharField(max_length=60, blank=True, choices=Justification)
    statement = models.TextField(blank=True)
    versions = models.TextField(blank=True, db_comment="As a vers range, where it is known.")
    said_by = models.CharField(max_length=200)
    said_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, db_comment="Null for what holds now.")

    class Meta:
        """One status holds for a product at a time."""

        verbose_name = "status"
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "product"],
                condition=models.Q(replaced_at=None),
                name="status_once_a_product",
            )
        ]
