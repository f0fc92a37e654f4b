"""Messages of a case, whom they reach, and what is attached to them."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.access.words import Label
from tidegate.desks.cases.keys import new_attachment_key, new_message_key
from tidegate.desks.cases.models.coordination import Coordination
from tidegate.desks.cases.models.participants import Participant
from tidegate.desks.cases.models.secrets import Sealed
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Person

_LABELS = [(label.value, label.value) for label in Label]


class Message(models.Model):
    """Something that was said in a case; never changed, never deleted."""

    class Audience(models.TextChoices):
        """Whom it reaches."""

        ALL = "all"
        SOME = "some"
        COORDINATORS = "coordinators"

    key = models.CharField(max_length=LENGTH, unique=True, default=new_message_key)
    coordination = models.ForeignKey(
        Coordination, on_delete=models.PROTECT, related_name="messages"
    )
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    author_party = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, related_name="messages"
    )
    audience = models.CharField(max_length=12, choices=Audience)
    tlp = models.CharField(max_length=16, choices=_LABELS)
    sent_at = models.DateTimeField()
    text = models.TextField(blank=True, db_comment="Empty where it is sealed.")
    sealed = models.OneToOneField(
        Sealed,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Its letter, under TLP:RED: the text, and what its attachments are called.",
    )
    entry = models.OneToOneField(
        Entry,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Of the ledger; what it is about may stand here alone.",
    )

    class Meta:
        """Read in order."""

        verbose_name = "message"
        indexes = [models.Index(fields=["coordination", "id"], name="message_in_order")]


class Recipient(models.Model):
    """A party, or a person, whom a message is for."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="recipients")
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, related_name="+"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """Either of the two."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(participant=None) ^ models.Q(person=None),
                name="recipient_is_one",
            )
        ]


class ReadReceipt(models.Model):
    """When a person first had a message before them."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="receipts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Once for each."""

        constraints = [models.UniqueConstraint(fields=["message", "person"], name="read_once")]


class Attachment(models.Model):
    """A file that came with a message: opaque bytes, sealed, never opened here."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_attachment_key)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    # Empty under TLP:RED: these stand in the sealed letter.
    name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(
        max_length=100, blank=True, db_comment="As its sender said; for showing."
    )
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(db_comment="Bytes.")
    sealed = models.OneToOneField(Sealed, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In refusals it is named so."""

        verbose_name = "attachment"
