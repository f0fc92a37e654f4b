"""What a message under TLP:RED says, whole: one sealed letter, and nothing of it anywhere else.

The text is in it, and so is what tells of the attachments: under which names they came, what their
sender said that they are, and their digests, by which a known file would be recognised. In the
tables stands only how large they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from tidegate.desks.cases.models import Attachment, Message
from tidegate.desks.cases.queries.unsealing import opened


@dataclass(frozen=True, slots=True)
class Named:
    """What an attachment is called, and what it is."""

    name: str
    media_type: str
    """As its sender said; nobody relies on it."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message's text, and what its attachments are called."""

    text: str = field(repr=False)
    files: Mapping[str, Named] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """By the keys of the attachments."""

    def to_bytes(self) -> bytes:
        """Return it as it is sealed."""
        files = {key: asdict(named) for key, named in self.files.items()}
        return json.dumps({"text": self.text, "files": files}, ensure_ascii=False).encode("utf-8")


def letter_of(message: Message, attachments: Iterable[Attachment] = ()) -> Letter:
    """Return what a message says. Whether somebody may read it was asked before.

    `attachments` are those whose names are wanted; those of a sealed letter are in it.

    Raises:
        SealError: it was changed.
        KeyringError: the instance's key that the case's key is wrapped by is missing.
    """
    if message.sealed is None:
        files = {row.key: Named(row.name, row.media_type, row.sha256) for row in attachments}
        return Letter(message.text, MappingProxyType(files))
    said = json.loads(opened(message.sealed, purpose_of(message)))
    files = {key: Named(**named) for key, named in said["files"].items()}
    return Letter(said["text"], MappingProxyType(files))


def purpose_of(message: Message) -> str:
    """Return what a message's letter is sealed as."""
    return f"message:{message.key}"
