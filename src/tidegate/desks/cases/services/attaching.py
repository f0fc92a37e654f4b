"""Files that come with a message: what is taken, and under which name it is given out again.

They stay opaque bytes: sealed before they are kept, never opened, never shown by the server itself.
The bounds keep a case readable, not safe; a hostile file is as hostile within them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Sum

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.models import Attachment, Coordination, Message
from tidegate.desks.cases.queries.letters import Named
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.findings.services.refusals import NotPossibleError

MOST_FILES: Final = 10
LARGEST_FILE: Final = 25 << 20
"""Bytes of one file."""
LARGEST_TOGETHER: Final = 50 << 20
"""Bytes of all files of one message."""
LARGEST_OF_ONE: Final = 500 << 20
"""Bytes of all files that one person attaches in a case. It is a person's own: a bound on all of
them together would show each how much others have sent."""

_TEXTS: Final = ("txt", "md", "log", "json", "jsonl", "xml", "yaml", "yml", "toml", "csv", "html")
_SOURCES: Final = ("patch", "diff", "py", "js", "ts", "c", "h", "cc", "go", "rs", "java", "rb")
_PICTURES: Final = ("pdf", "png", "jpg", "jpeg", "gif", "webp")
_CAPTURES: Final = ("pcap", "core", "asc", "sig", "pem")
_ARCHIVES: Final = ("zip", "gz", "tgz", "xz", "zst", "tar", "7z")

KINDS: Final = (*_TEXTS, *_SOURCES, *_PICTURES, *_CAPTURES, *_ARCHIVES)
"""Endings of names that are taken."""

_LONGEST_NAME: Final = 200
_NO_NAME: Final = re.compile(r"[/\\]|^(?:[. ]|$)")
"""What a name would have to be to lead elsewhere, or not to be seen, where it is saved."""

OPAQUE: Final = "application/octet-stream"
_MEDIA_TYPE: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.+-]{0,48}/[a-zA-Z0-9][a-zA-Z0-9.+_-]{0,48}")


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody would like to attach."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = OPAQUE
    """As its sender says; nobody relies on it."""


def check_files(files: Sequence[File]) -> None:
    """Check names, kinds and sizes of the files of one message.

    Raises:
        NotPossibleError: one of them is not taken; nothing was kept.
    """
    if len(files) > MOST_FILES:
        raise NotPossibleError(f"{len(files)} files are attached; attach at most {MOST_FILES}")
    for file in files:
        _check(file)
    together = sum(len(file.content) for file in files)
    if together > LARGEST_TOGETHER:
        raise NotPossibleError(
            f"the files have {together} bytes together; send at most {LARGEST_TOGETHER} a message"
        )


def check_room(coordination: Coordination, actor: Actor, files: Sequence[File]) -> None:
    """Check that somebody has not attached too much in a case already; its row is locked.

    Raises:
        NotPossibleError: they have; nothing was kept.
    """
    if not files or actor.person is None:
        return
    own = Attachment.objects.filter(
        message__coordination=coordination, message__author=actor.person
    )
    before = own.aggregate(size=Sum("size"))["size"] or 0
    if before + sum(len(file.content) for file in files) > LARGEST_OF_ONE:
        raise NotPossibleError(
            f"you have attached {before} bytes in this case, and at most {LARGEST_OF_ONE} are kept"
            " of one person; say where the rest can be had"
        )


def attach(
    message: Message, file: File, at: datetime, *, in_a_letter: bool = False
) -> tuple[str, Named]:
    """Keep a file that was checked, sealed, and return its key and what it is called.

    Inside the caller's transaction. `in_a_letter` leaves out of the tables what it is called.
    """
    media_type = file.media_type if _MEDIA_TYPE.fullmatch(file.media_type) else OPAQUE
    named = Named(file.name, media_type, hashlib.sha256(file.content).hexdigest())
    kept = Named("", "", "") if in_a_letter else named
    attachment = Attachment(
        message=message,
        name=kept.name,
        media_type=kept.media_type,
        sha256=kept.sha256,
        size=len(file.content),
    )
    purpose = f"attachment:{attachment.key}"
    attachment.sealed = seal(message.coordination, purpose, file.content, at)
    attachment.save()
    return attachment.key, named


def _check(file: File) -> None:
    name = file.name
    if len(name) > _LONGEST_NAME or not name.isprintable() or _NO_NAME.search(name):
        raise NotPossibleError(
            f"a file's name has 1 to {_LONGEST_NAME} visible characters, no slash, and no dot or"
            " space at its beginning; rename it and attach it again"
        )
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in KINDS:
        raise NotPossibleError(
            f"{name}: files that end with {ending or 'nothing'!r} are not taken; put it into a"
            f" .zip, or send one of {', '.join(KINDS)}"
        )
    if not file.content:
        raise NotPossibleError(f"{name} is empty; attach the file that was meant")
    if len(file.content) > LARGEST_FILE:
        raise NotPossibleError(
            f"{name} has {len(file.content)} bytes; attach at most {LARGEST_FILE}"
        )
