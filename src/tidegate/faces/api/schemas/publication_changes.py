"""What is asked of a publication: to write it, to hand it in, to approve it, to let it go out."""

from __future__ import annotations

from pydantic import Field, StrictBool

from tidegate.desks.access.words import Label
from tidegate.faces.api.schemas.common import Given, Json
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant, Key, Word
from tidegate.faces.api.schemas.publication_words import Edits, Sentence

_MOST_ORGANISATIONS = 500
_MOST_PARTS = 50


class BeginningPublication(Given):
    """Of which case a publication is begun."""

    case: Key


class EditingRecord(Given):
    """The record that takes the place of the one that is worked on."""

    record: dict[str, Json]
    """All of it. Identifier, publisher, history, label and withdrawal are passed over."""
    words: str | None = Field(None, min_length=1, max_length=10_000, pattern=WITHOUT_NUL)
    """What changes with this revision, for its history; as before, if left out."""
    edits: Edits | None = None
    """As they were read with the record; or `If-Match` has the record's `ETag`."""


class TakingOver(Given):
    """What to take over of that which the desks know now; texts stay as they are."""

    edits: Edits
    parts: list[Word] | None = Field(
        None, min_length=1, max_length=_MOST_PARTS, examples=[["products", "fixes"]]
    )
    """All that the desks know, if left out."""


class AddressingPublication(Given):
    """Whom the revision that is worked on goes to, once it goes out."""

    tlp: Label
    """TLP:CLEAR and TLP:GREEN are for everybody, the others for the organisations that are
    named."""
    organisations: list[Key] = Field(default_factory=list, max_length=_MOST_ORGANISATIONS)
    """Keys of those that may have it."""
    edits: Edits


class ApprovingRevision(Given):
    """That a revision may go out as it was read."""

    digest: Word
    """Of what was read; another one means that it was changed meanwhile."""
    words: Sentence = ""
    knowing_what_it_reveals: StrictBool = False
    """A case that this one points at is kept secret longer, and whoever approves knows that."""


class SchedulingRevision(Given):
    """When a revision goes out."""

    publish_at: Instant | None
    """An instant ahead; null for as soon as it is approved."""


class RevisingPublication(Given):
    """That a correction is begun."""

    words: str = Field(min_length=1, max_length=10_000, pattern=WITHOUT_NUL)
    """What changes with it, for its history."""
