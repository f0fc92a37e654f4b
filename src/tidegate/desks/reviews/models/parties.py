"""The organisations in an engagement, the people whom they have named, and trusted partners."""

from __future__ import annotations

from typing import Final

from django.db import models

from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.reviews.models.engagements import Engagement


class Party(models.Model):
    """An organisation's part in an engagement."""

    class Part(models.TextChoices):
        """What it is to this engagement."""

        DEVELOPER = "developer"
        REVIEWER = "reviewer"
        """Looks at the model for the government, and signs the terms for it."""
        DETERMINING = "determining"
        """Its official determines whether the model is covered."""
        PARTNER = "partner"
        """A trusted partner with early access. EO 14409, 3(b)(iii)."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="engagement_parts"
    )
    part = models.CharField(max_length=11, choices=Part)
    invited_by = models.CharField(max_length=200)
    invited_at = models.DateTimeField(
        null=True, db_comment="When it was told; null while the engagement is a draft."
    )
    recipient = models.CharField(
        max_length=100, blank=True, db_comment="Its age public key, for what is kept of calls."
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """An organisation has a part once."""

        verbose_name = "party"
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "organisation", "part"],
                condition=models.Q(ended_at=None),
                name="engagement_party_once",
            )
        ]


GOVERNMENT: Final = (Party.Part.REVIEWER, Party.Part.DETERMINING)
"""Parts that act for the government; the policy has the same two words (`access.circles`)."""


class NamedPerson(models.Model):
    """A person whom a party has named. Whoever is not named sees nothing but that it is there."""

    class Duty(models.TextChoices):
        """What they do."""

        LEAD = "lead"
        """Names people, proposes and signs for the party."""
        EVALUATOR = "evaluator"
        """May hold grants."""
        OFFICIAL = "official"
        """Determines; of a determining party."""
        OBSERVER = "observer"
        """Reads; counsel, a security officer."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="named")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="engagements")
    duty = models.CharField(max_length=9, choices=Duty)
    title = models.CharField(max_length=200, blank=True, db_comment="As the framework words it.")
    named_by = models.CharField(max_length=200)
    named_at = models.DateTimeField()
    vetting = models.TextField(blank=True, db_comment="What their organisation attests.")
    vetted_by = models.CharField(max_length=200, blank=True)
    vetted_at = models.DateTimeField(null=True)
    recused_at = models.DateTimeField(null=True)
    recused_why = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A person is named once by a party."""

        verbose_name = "named person"
        constraints = [
            models.UniqueConstraint(
                fields=["party", "person"],
                condition=models.Q(ended_at=None),
                name="named_once_by_a_party",
            )
        ]


class Partner(models.Model):
    """What was attested of a trusted partner, and from when until when it has early access."""

    class Side(models.TextChoices):
        """Who proposed it."""

        DEVELOPER = "developer"
        GOVERNMENT = "government"

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="partner")
    proposed_by_side = models.CharField(max_length=10, choices=Side)
    proposed_by = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    identity = models.TextField(db_comment="How it was made sure who they are.")
    scope = models.TextField(db_comment="What they are authorised to do with the model.")
    hardening = models.TextField(db_comment="How their accounts and machines are hardened.")
    attested_by = models.CharField(max_length=200)
    attested_at = models.DateTimeField()
    begins_at = models.DateTimeField(db_comment="Early access begins.")
    ends_at = models.DateTimeField()
    early = models.BooleanField(
        default=False, db_comment="The developer lets it begin while the window is open."
    )
    declined_at = models.DateTimeField(null=True)

    class Meta:
        """In refusals it is named so."""

        verbose_name = "trusted partner"
