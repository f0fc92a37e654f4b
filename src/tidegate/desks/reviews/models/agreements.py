"""Documents that two sides sign: terms, and the records of trusted partners."""

from __future__ import annotations

from django.db import models

from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.reviews.models.engagements import Engagement
from tidegate.desks.reviews.models.parties import Party


class Agreement(models.Model):
    """One version of a document, as its bytes are; never changed. Both sides sign its digest.

    In force is the newest one of its kind, and party, that has been signed by both.
    """

    class Kind(models.TextChoices):
        """What it is."""

        TERMS = "terms"
        PARTNER = "partner"
        """The record of a trusted partner."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="agreements")
    kind = models.CharField(max_length=7, choices=Kind)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        related_name="agreements",
        db_comment="The trusted partner that it is about; null for the engagement's own terms.",
    )
    number = models.IntegerField(db_comment="From 1, for its kind and party.")
    document = models.BinaryField(db_comment="JSON in its RFC 8785 form.")
    sha256 = models.CharField(max_length=64)
    proposed_for = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_comment="Who proposed it."
    )
    proposed_by = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, db_comment="Replaced or taken back, unsigned.")
    agreed_at = models.DateTimeField(null=True, db_comment="When the last side has signed.")

    class Meta:
        """Versions are numbered."""

        verbose_name = "agreement"
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "kind", "party", "number"],
                name="agreement_once",
                nulls_distinct=False,
            )
        ]


class Signature(models.Model):
    """An organisation has signed an agreement, through a person."""

    class Method(models.TextChoices):
        """How."""

        PASSKEY = "passkey"
        """A WebAuthn assertion whose challenge is the digest."""
        DETACHED = "detached"
        """A signature over the document that was made elsewhere, and its public key."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=8, choices=Method)
    key = models.CharField(max_length=100, db_comment="SHA256 fingerprint of the public key.")
    evidence = models.JSONField(db_comment="All that it can be verified from, later and elsewhere.")
    signed_at = models.DateTimeField()

    class Meta:
        """An organisation signs once."""

        verbose_name = "signature"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="signature_once")
        ]


class Acknowledgement(models.Model):
    """A person has read the terms in force, in plain words, before they first use a grant."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Once is enough."""

        constraints = [
            models.UniqueConstraint(fields=["agreement", "person"], name="acknowledged_once")
        ]
