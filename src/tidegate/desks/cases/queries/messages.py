"""The messages of a case that somebody may read, as values, in the order they were sent.

What they may not read is not counted, either. A letter under TLP:RED is opened only for who has
written it, or of whom it was kept that they have it before them; `services.messages.read` does
both. The number of questions to the database does not grow with messages, parties or readers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Attachment, Message, ReadReceipt, Recipient
from tidegate.desks.cases.queries.letters import Letter, Named, letter_of
from tidegate.desks.findings.models import Case
from tidegate.desks.ledger.models import Entry

MOST: Final = 1000
"""Messages that are read at once, the newest ones."""

READERS_SHOWN: Final = 20

_UNOPENED: Final = Letter("")
_UNNAMED: Final = Named("", "", "")


@dataclass(frozen=True, slots=True)
class AttachmentShown:
    """A file that came with a message; its bytes are asked for by its key."""

    key: str
    name: str
    """Empty in a letter that is not opened."""
    size: int
    """Bytes."""
    sha256: str
    """In hex; empty in a letter that is not opened."""


@dataclass(frozen=True, slots=True)
class ReadShown:
    """When somebody first had a message before them."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageShown:
    """A message, as those read it whom it reaches."""

    key: str
    author: str
    party: str
    """Name of the author's organisation; empty for the house and the instance's owner."""
    audience: str
    """`all`, `some` or `coordinators`."""
    recipients: tuple[str, ...]
    """Names of the parties and the persons whom it names."""
    tlp: str
    sent_at: datetime
    text: str = field(repr=False)
    unopened: bool
    """It is a letter that was not opened for who asks: its text is left empty."""
    attachments: tuple[AttachmentShown, ...]
    readers: int
    """How many have read it; 0 for whoever is neither its author nor a coordinator."""
    read: tuple[ReadShown, ...]
    """The earliest of them, at most `READERS_SHOWN`; shown to its author and to coordinators."""
    own: bool
    """Whoever asks has written it."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of a case, the oldest first."""

    shown: tuple[MessageShown, ...]
    earlier: str | None
    """Key of the first one shown, if there are earlier ones: ask for those before it."""


def messages_of(
    actor: Actor, case_key: str, *, before: str = "", most: int = MOST, at: datetime | None = None
) -> Messages:
    """Return the newest messages of a case that `actor` may read, or those before one.

    Args:
        actor: who asks.
        case_key: of the case.
        before: key of a message that they may read; the newest ones, without it.
        most: how many, 1 to `MOST`.
        at: now, for clocks of tests.

    Raises:
        NotFoundError: there is no such case, or not for them; or no such message.
        SealError, KeyringError: a letter cannot be opened.
    """
    now, most = at or timezone.now(), min(max(most, 1), MOST)
    case = find(actor, Case.objects.all(), Act.SEE, at=now, key=as_written(case_key))
    readable = narrowed(actor, Message.objects.filter(coordination__case=case), at=now)
    rows = readable
    if before:
        rows = rows.filter(pk__lt=find(actor, readable, at=now, key=as_written(before)).pk)
    found = list(
        rows.select_related("author_party__organisation", "sealed__key").order_by("-pk")[: most + 1]
    )
    more = len(found) > most
    found = found[:most][::-1]
    return Messages(_shown(actor, case, found, now), found[0].key if more else None)


def may_read(actor: Actor, message: Message, *, at: datetime | None = None) -> bool:
    """Say whether somebody may read a message: for notices, which are sent later."""
    return may(actor, Act.READ, message, at=at)


def message_of_entry(entry: Entry) -> Message | None:
    """Return the message that an entry of the ledger is about.

    Of one that does not reach every party the entry itself does not say it: the policy lets others
    read the entry.
    """
    return Message.objects.select_related("coordination__case").filter(entry=entry).first()


def _shown(
    actor: Actor, case: Case, messages: Sequence[Message], at: datetime
) -> tuple[MessageShown, ...]:
    ids = [message.pk for message in messages]
    attachments = _attachments(actor, ids, at)
    recipients = _recipients(ids)
    unopened = _unopened(actor, messages)
    of_others = may(actor, Act.COORDINATE, case, at=at)
    whose = [one.pk for one in messages if of_others or _is_own(actor, one)]
    readers, read = _readers(whose), _receipts(whose)
    shown = []
    for message in messages:
        files = attachments[message.pk]
        closed = message.pk in unopened
        letter = _UNOPENED if closed else letter_of(message, files)
        shown.append(
            MessageShown(
                key=message.key,
                author=message.author_name,
                party=message.author_party.organisation.name if message.author_party else "",
                audience=message.audience,
                recipients=tuple(sorted(recipients[message.pk])),
                tlp=message.tlp,
                sent_at=message.sent_at,
                text=letter.text,
                unopened=closed,
                attachments=tuple(_attachment(row, letter) for row in files),
                readers=readers.get(message.pk, 0),
                read=tuple(read[message.pk]),
                own=_is_own(actor, message),
            )
        )
    return tuple(shown)


def _attachments(
    actor: Actor, ids: Collection[int], at: datetime
) -> defaultdict[int, list[Attachment]]:
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    rows = narrowed(actor, Attachment.objects.filter(message__in=ids), at=at)
    for row in rows.order_by("pk"):
        found[row.message_id].append(row)
    return found


def _attachment(row: Attachment, letter: Letter) -> AttachmentShown:
    named = letter.files.get(row.key, _UNNAMED)
    return AttachmentShown(row.key, named.name, row.size, named.sha256)


def _recipients(ids: Collection[int]) -> defaultdict[int, list[str]]:
    # Of a message to 150 parties there are as many; so no rows are made of them.
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Recipient.objects.filter(message__in=ids)
    for message, party, person in rows.values_list(
        "message", "participant__organisation__name", "person__name"
    ):
        found[message].append(party or person)
    return found


def _unopened(actor: Actor, messages: Sequence[Message]) -> set[int]:
    """Return which letters are not opened: nothing says that `actor` has them before them."""
    letters = {one.pk for one in messages if one.sealed_id is not None}
    letters -= {one.pk for one in messages if _is_own(actor, one)}
    if not letters or actor.person is None:
        return letters
    receipts = ReadReceipt.objects.filter(person=actor.person, message__in=letters)
    return letters - set(receipts.values_list("message", flat=True))


def _readers(ids: Collection[int]) -> Mapping[int, int]:
    rows = ReadReceipt.objects.filter(message__in=ids).values("message").order_by("message")
    return {row["message"]: row["many"] for row in rows.annotate(many=Count("pk"))}


def _receipts(ids: Collection[int]) -> defaultdict[int, list[ReadShown]]:
    """Return who read messages first; of each message only as many as are shown are read."""
    found: defaultdict[int, list[ReadShown]] = defaultdict(list)
    place = Window(RowNumber(), partition_by=F("message"), order_by=(F("at"), F("pk")))
    rows = ReadReceipt.objects.filter(message__in=ids).annotate(place=place)
    first = rows.filter(place__lte=READERS_SHOWN).order_by("at", "pk")
    for message, person, at in first.values_list("message", "person__name", "at"):
        found[message].append(ReadShown(person, at))
    return found


def _is_own(actor: Actor, message: Message) -> bool:
    return actor.person is not None and message.author_id == actor.person
