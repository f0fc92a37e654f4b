"""What finders hand in: documents, kept byte for byte, and which of their records were refused."""

from __future__ import annotations

from typing import Final

from django.db import models

from tidegate.desks.findings.keys import LENGTH, new_delivery_key

PIECE_BYTES: Final = 1 << 20
"""Bytes of a document in one row."""


class Finder(models.Model):
    """Whoever hands in findings: an AI lab, a scanner, a person."""

    name = models.CharField(max_length=200, unique=True, db_comment="The credit, verbatim.")
    created_at = models.DateTimeField()

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

        constraints = [
            models.UniqueConstraint(
                fields=["finder", "sha256", "format", "target"],
                condition=~models.Q(state="receiving"),
                name="delivery_once_a_finder",
            )
        ]
        indexes = [models.Index(fields=["state", "alive_at"], name="delivery_unread")]


class DeliveryPiece(models.Model):
    """A part of a document's bytes: at most `PIECE_BYTES`, all but the last exactly that."""

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
