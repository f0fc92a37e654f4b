"""Notices and webhooks, as those see them whose they are."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.desks.notices.channels.digests import Rhythm
from tidegate.faces.api.schemas.common import Form, Given, Listed
from tidegate.faces.api.schemas.given import Key


class Notice(Form):
    """Something that waits for whoever asks."""

    key: str = Field(examples=["N-7K3M9-Q2X4D"])
    kind: str = Field(examples=["message-sent"])
    """Of the ledger's entry that it is about."""
    case: str = Field(examples=["C-0V8TN-5KQ2R"])
    """Key of the case; empty if it is about none."""
    title: str
    """Of the case; empty where its content may not be read, or not yet."""
    message: str = Field(examples=["M-2W8QX-1C7RT"])
    """Key of the message; empty if it is about none."""
    subject: str
    """A sentence without content; a mail says no more."""
    waits: str
    """What waits, in a few words."""
    by: datetime | None
    """By when, if there is a date."""
    path: str = Field(examples=["/cases/C-0V8TN-5KQ2R"])
    """Of the page of the console where it waits."""
    at: datetime
    read_at: datetime | None


class Notices(Listed):
    """A page of notices."""

    rows: list[Notice]


class Marked(Form):
    """How many notices are marked as read now that were not."""

    marked: int


class Choice(Form):
    """How whoever asks is told."""

    mail: Rhythm
    """`each` notice by itself (a flood is folded into one mail), a digest, or none."""
    has_feed: bool


class Chosen(Given):
    """How often there is to be mail."""

    mail: Rhythm


class Feed(Form):
    """A new feed; its address is shown this once, and holds its secret."""

    path: str


class Webhook(Form):
    """An address at which an organisation's programs are told."""

    key: str = Field(examples=["W-7K3M9-Q2X4D"])
    organisation: str = Field(examples=["O-4M1WX-9B7HE"])
    organisation_name: str
    url: str
    kinds: list[str]
    """Of entries of which it is told; empty for all."""
    made_by: str
    made_at: datetime
    disabled_at: datetime | None
    disabled_reason: str
    waiting: int
    """Messages that are still to be sent."""
    set_aside: int
    """Messages that were given up after a day; they can be tried again."""
    last_at: datetime | None
    last_result: str
    """What came of the last try, in a few words; never what the endpoint has answered."""


class Webhooks(Form):
    """Webhooks of the organisations that whoever asks administers."""

    rows: list[Webhook]


class NewWebhook(Given):
    """A webhook that is to be added."""

    organisation: Key
    url: str = Field(max_length=2000)
    """With https, at a host on the public internet unless the instance's owner allows another."""
    kinds: list[str] = Field(default_factory=list, max_length=200, examples=[["message-sent"]])
    """Of entries of which it is told; all that its organisation's people are told of, if empty."""


class WebhookSecret(Form):
    """A webhook and its secret, which is shown this once (Standard Webhooks, `whsec_`)."""

    webhook: Webhook
    secret: str


class Retried(Form):
    """How many messages that were set aside are tried again."""

    retried: int
