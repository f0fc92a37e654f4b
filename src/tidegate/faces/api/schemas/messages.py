"""Messages of a case, and what is attached to them."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Message as MessageRow
from tidegate.desks.cases.services.attaching import MOST_FILES, OPAQUE
from tidegate.desks.cases.services.messages import LONGEST_TEXT
from tidegate.faces.api.schemas.common import Digest, Form, Given, Listed
from tidegate.faces.api.schemas.given import Key

MessageKey = Annotated[str, Field(examples=["M-2W8QX-1C7RT"])]
AttachmentKey = Annotated[str, Field(examples=["A-9D4KE-7ZM0B"])]

_MOST_NAMED: Final = 1000


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("write the file's bytes in base64 (RFC 4648, section 4)") from None


Base64 = Annotated[
    bytes,
    BeforeValidator(_decoded),
    WithJsonSchema(
        {"type": "string", "contentEncoding": "base64", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
    ),
]


class AttachedFile(Form):
    """A file that came with a message; its bytes are at `/attachments/{key}`."""

    key: AttachmentKey
    name: str
    """Empty in a letter that is not opened."""
    size: int
    """Bytes."""
    sha256: Digest
    """Empty in a letter that is not opened."""


class ReadBy(Form):
    """When somebody first had a message before them."""

    person: str
    """Their name."""
    at: datetime


class Message(Form):
    """A message, as those read it whom it reaches."""

    key: MessageKey
    author: str
    party: str
    """Name of the author's organisation; empty for the house and the instance's owner."""
    audience: MessageRow.Audience
    recipients: list[str]
    """Names of the parties and the persons whom it names."""
    tlp: Label
    sent_at: datetime
    text: str
    unopened: bool
    """It is a letter that was not opened for whoever asks: its text is left empty."""
    attachments: list[AttachedFile]
    readers: int
    """How many have read it; 0 for whoever is neither its author nor a coordinator."""
    read: list[ReadBy]
    """The earliest of them; shown to its author and to coordinators."""
    own: bool
    """Whoever asks has written it."""


class Messages(Listed):
    """A page of the messages of a case, the newest first."""

    rows: list[Message]


class NewFile(Given):
    """A file to be attached. It stays opaque bytes: nobody opens it here."""

    name: str = Field(min_length=1, max_length=200, examples=["proof.zip"])
    content: Base64
    """In base64 (RFC 4648, section 4)."""
    media_type: str = Field(OPAQUE, max_length=100)
    """What its sender says that it is; nobody relies on it."""


class NewMessage(Given):
    """A message to all, to some, or to the coordinators alone."""

    text: str = Field("", max_length=LONGEST_TEXT)
    """Plain text, as written; it may be empty if a file is attached."""
    tlp: Label | None = None
    """The case's own label, if left out; never a wider one."""
    audience: MessageRow.Audience | None = None
    """If left out: those who are named, or all if nobody is."""
    parties: list[Key] = Field([], max_length=_MOST_NAMED)
    """Keys of the organisations that it is for, of one to some."""
    persons: list[Key] = Field([], max_length=_MOST_NAMED)
    """Keys of the persons that it is for, of one to some; under TLP:RED nobody else reads it."""
    files: list[NewFile] = Field([], max_length=MOST_FILES)


class Sent(Form):
    """A message was sent."""

    key: MessageKey
    audience: MessageRow.Audience
    tlp: Label
    sent_at: datetime
    attachments: list[AttachmentKey]
    """In the order of its files."""
