"""What waits for a person, how they would like to be told, and the token of their feed."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.channels.digests import Rhythm
from tidegate.desks.notices.keys import new_notice_key
from tidegate.desks.notices.models.sendings import Sending
from tidegate.desks.parties.models import Person

_RHYTHMS = [(rhythm.value, rhythm.value) for rhythm in Rhythm]


class Notice(models.Model):
    """Something waits for a person. It holds no content: only what it is about, and by when."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_notice_key)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=64)
    case = models.CharField(max_length=20, blank=True, db_comment="Key, if it is about one.")
    engagement = models.CharField(
        max_length=20, blank=True, default="", db_comment="Key, if it is about one."
    )
    subject = models.CharField(max_length=200, db_comment="A sentence without content.")
    waits = models.CharField(max_length=200, db_comment="What waits, in the words of the table.")
    by = models.DateTimeField(null=True, db_comment="By when, if there is a date.")
    at = models.DateTimeField(db_comment="When that happened.")
    told_at = models.DateTimeField(db_comment="When this was made; mails go by it.")
    read_at = models.DateTimeField(null=True)
    own_account = models.BooleanField(
        default=False, db_comment="It is about the person's own account, and mailed in any case."
    )
    # Of its mail.
    folded = models.BooleanField(default=False, db_comment="It came in a flood.")
    mail_due = models.BooleanField(default=False, db_comment="It waits to be mailed.")
    mail = models.ForeignKey(
        Sending,
        on_delete=models.SET_NULL,
        null=True,
        related_name="notices",
        db_comment="The mail that tells of it; null for none, or not yet.",
    )

    class Meta:
        """A person is told of an entry once."""

        verbose_name = "notice"
        constraints = [models.UniqueConstraint(fields=["person", "entry"], name="notice_once")]
        indexes = [
            models.Index(fields=["person", "id"], name="notice_by_person"),
            models.Index(fields=["person", "told_at"], name="notice_by_time"),
            models.Index(
                fields=["person", "id"],
                condition=models.Q(mail_due=True),
                name="notice_to_be_mailed",
            ),
        ]


class Preference(models.Model):
    """How often a person gets mail."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    mail = models.CharField(max_length=6, choices=_RHYTHMS, default=Rhythm.EACH.value)


class FeedToken(models.Model):
    """What a person's feed reader shows; its secret is kept as a digest."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="feed_tokens")
    digest = models.CharField(max_length=64, unique=True, db_comment="SHA-256 of the secret.")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """A person has one feed at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(revoked_at=None),
                name="feed_token_once_a_person",
            )
        ]
