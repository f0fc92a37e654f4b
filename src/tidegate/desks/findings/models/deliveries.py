"""What finders hand in: documents, kept byte for byte, and which of their records were refused."""

from __future__ import annotations

from typing import Final

from django.db import models

from tidegate.desks.findings.keys import LENGTH, new_delivery_key

PIECE_BYTES: Final = 1 << 20
"""Bytes of a document in one row."""


class Finder(models.Model):
    """Whoever hands in findings: an AI lab, a scanner, a person."""

    organisation = models.ForeignKey(
        "parties.Organisation",
        on_delete=models.PROTECT,
        null=True,
        related_name="finders",
        db_comment="Whose people handed it in; null for what was handed in on the machine itself.",
    )
    name = models.CharField(max_length=200, db_comment="The credit, verbatim.")
    created_at = models.DateTimeField()

    class Meta:
        """A credit belongs to one organisation: two of one name know nothing of each other."""

        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=models.Q(organisation__isnull=False),
                name="finder_once_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(organisation__isnull=True),
                name="finder_once_outside",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One document that was handed in."""

    class State(models.TextChoices):
        """How far it has been taken in."""

        RECEIVING = "receiving"
        """Its bytes are not all here: nothing of it has been accepted."""
        STORED = "stored"
        """Its bytes are here for good: it will be read, whatever happens to who reads it."""
        READ = "read"
        """Every record of it was accepted, recognised or refused."""
        UNREADABLE = "unreadable"
        """Reading it failed again and again; what was read until then stands."""

    class Channel(models.TextChoices):
        """The way it came."""

        CLI = "cli"
        API = "api"
        UPLOAD = "upload"

    key = models.CharField(max_length=LENGTH, unique=True, default=new_delivery_key)
    finder = models.ForeignKey(Finder, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    name = models.CharField(max_length=300, db_comment="The file's name, as its sender wrote it.")
    format = models.CharField(max_length=20, blank=True, db_comment="Empty: recognised by content.")
    target = models.CharField(max_length=4096, blank=True, db_comment="For records without one.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0, db_comment="Bytes, as they came.")
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVING)
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    readings = models.IntegerField(default=0, db_comment="How often its reading was begun.")
    reason = models.TextField(blank=True, db_comment="Why nobody reads it any more.")
    alive_at = models.DateTimeField(db_comment="When its reader was last seen to be reading.")
    accepted = models.IntegerField(default=0)
    repeated = models.IntegerField(
        default=0, db_comment="Records this finder had handed in before."
    )
    refused = models.IntegerField(default=0)

    class Meta:
        """A document counts once for each finder and each way to read it."""

        verbose_name = "delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["finder", "sha256", "format", "target"],
                condition=~models.Q(state="receiving"),
                name="delivery_once_a_finder",
            )
        ]
        indexes = [models.Index(fields=["state", "alive_at"], name="delivery_unread")]


class DeliveryKey(models.Model):
    """A key that holds a delivery's proofs sealed; the newest one seals, rows are never removed."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="keys")
    number = models.IntegerField(db_comment="From 1.")
    key_id = models.CharField(max_length=32, db_comment="Stands in what it has sealed.")
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=64, db_comment="Identifies the instance's key.")
    made_at = models.DateTimeField()

    class Meta:
        """Keys of a delivery are numbered; rotating the instance's key goes by what wraps them."""

        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="delivery_key_once")
        ]
        indexes = [models.Index(fields=["wrapped_by", "id"], name="delivery_key_by_wrapping")]


class DeliveryPiece(models.Model):
    """A part of a document: at most `PIECE_BYTES` of it, all but the last exactly that; sealed."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="pieces")
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        """Pieces are read in order."""

        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="piece_once_a_delivery")
        ]


class RefusedRecord(models.Model):
    """A record that is not a finding: where it stands, and what would mend it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="refusals")
    number = models.IntegerField(db_comment="Its number among all records, from 1.")
    line = models.BigIntegerField(null=True)
    field = models.CharField(max_length=500, blank=True)
    reason = models.TextField()

    class Meta:
        """Reading a document twice refuses each record once."""

        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="refusal_once_a_record")
        ]
