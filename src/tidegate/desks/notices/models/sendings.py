"""The outbox: mails and messages to webhooks that are to be sent, and what became of them."""

from __future__ import annotations

from django.db import models

from tidegate.desks.access.keys import LENGTH
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.keys import new_sending_key
from tidegate.desks.notices.models.webhooks import WebhookEndpoint
from tidegate.desks.parties.models import Person


class Sending(models.Model):
    """One message on one channel. It is sent at least once, under the same name each time."""

    class Channel(models.TextChoices):
        """By which way."""

        MAIL = "mail"
        WEBHOOK = "webhook"

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting"
        SENT = "sent"
        SET_ASIDE = "set-aside"
        """Tried for a day, or refused for good; somebody may have it tried again."""
        DROPPED = "dropped"
        """It need not be sent any more: whom it is for may not know, or does not want it."""

    key = models.CharField(max_length=LENGTH, unique=True, default=new_sending_key)
    channel = models.CharField(max_length=7, choices=Channel)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", db_comment="Of a mail."
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, null=True, related_name="sendings"
    )
    entry = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Of which a webhook is told; a mail has its notices.",
    )
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(
        null=True, db_comment="A worker is sending it; whoever is killed then leaves it till then."
    )
    first_try_at = models.DateTimeField(null=True)
    last_try_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, db_comment="Why the last try failed.")
    sent_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        """A mail is for a person, a message to a webhook tells it of one entry once."""

        verbose_name = "message"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel="mail", person__isnull=False, endpoint=None, entry=None)
                | models.Q(
                    channel="webhook", person=None, endpoint__isnull=False, entry__isnull=False
                ),
                name="sending_is_for_one",
            ),
            models.UniqueConstraint(fields=["endpoint", "entry"], name="webhook_told_once"),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_try_at", "id"],
                condition=models.Q(state="waiting"),
                name="sending_by_time",
            ),
            models.Index(fields=["endpoint", "id"], name="sending_by_endpoint"),
        ]
