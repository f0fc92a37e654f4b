"""Messages of a case: to all, to some, or to the coordinators alone.

A message is never wider than its case, and under TLP:RED it reaches the persons whom it names and
nobody else; such a letter, and every attachment, is kept sealed. What is read of it is written
down: a receipt for its author, and for what is confidential an entry in the ledger.

Others read the case's history and its entries in the ledger. So a message that does not reach every
party leaves nothing in the former; in the latter it leaves an entry that names no case, and under
TLP:RED not even who did it: a digest, by which those whom it reaches can prove it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, Label, OrganisationKind
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import (
    Attachment,
    Coordination,
    Message,
    Participant,
    ReadReceipt,
    Recipient,
    TeamMember,
)
from tidegate.desks.cases.queries.letters import Letter, Named, letter_of, purpose_of
from tidegate.desks.cases.queries.messages import MOST, Messages, messages_of
from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.cases.services.attaching import File, attach, check_files, check_room
from tidegate.desks.cases.services.machines import hold
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.cases.signals import recorded
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Membership, Person
from tidegate.engines.formats.documents import canonical

LONGEST_TEXT: Final = 100_000

_STRICTEST_FIRST: Final = tuple(Label)
_HALF_A_CHARACTER: Final = re.compile("[\ud800-\udfff]")
"""What JSON can say and no text can hold."""


def send(
    actor: Actor,
    case_key: str,
    text: str,
    *,
    tlp: Label | None = None,
    audience: Message.Audience | None = None,
    parties: Collection[str] = (),
    persons: Collection[str] = (),
    files: Sequence[File] = (),
    at: datetime | None = None,
) -> Message:
    """Send a message in a case, and return it. It may be closed: there may be more to say.

    Args:
        actor: who sends it.
        case_key: of the case.
        text: plain text, as written.
        tlp: its label; the case's own if left out.
        audience: whom it reaches; if left out, those who are named, or all if nobody is.
        parties: keys of the organisations that it is for, of one to some.
        persons: keys of the persons that it is for, of one to some; under TLP:RED nobody else
            reads it.
        files: what is attached.
        at: when, for clocks of tests.

    Raises:
        NotFoundError: there is no such case or party, or not for them.
        NotPossibleError: the case is not coordinated, the text is empty or too long, the label is
            wider than the case's, somebody is named who is not in the case, nobody is named where
            somebody has to be, or a file is not taken.
    """
    now = at or timezone.now()
    check_files(files)
    with transaction.atomic():
        row = hold(actor, case_key, Act.WRITE, at=now, while_open=False).row
        label = _label(tlp, row)
        said = _text(text, files)
        named = _persons(row, persons, now)
        addressed = _parties(actor, row, parties, now)
        reached = audience or (
            Message.Audience.SOME if named or addressed else Message.Audience.ALL
        )
        _check_audience(label, reached, addressed, named)
        check_room(row, actor, files)
        message = Message(
            coordination=row,
            author=_author(actor),
            author_name=actor.name,
            author_party=_own_party(actor, row, now),
            audience=reached,
            tlp=label,
            sent_at=now,
        )
        _keep(message, said, files, now)
        Recipient.objects.bulk_create(
            [Recipient(message=message, participant=party) for party in addressed]
            + [Recipient(message=message, person=person) for person in named]
        )
        message.entry = _write_down(message, actor, said, now)
        message.save(update_fields=["entry"])
        return message


def read(
    actor: Actor, case_key: str, *, before: str = "", most: int = MOST, at: datetime | None = None
) -> Messages:
    """Return messages of a case that `actor` may read, and keep that they have them before them.

    The arguments, the answer and the errors are those of `queries.messages.messages_of`.
    """
    now = at or timezone.now()
    with transaction.atomic():
        found = messages_of(actor, case_key, before=before, most=most, at=now)
        mark_read(actor, case_key, shown=[one.key for one in found.shown], at=now)
        if not any(one.unopened for one in found.shown):
            return found
        return messages_of(actor, case_key, before=before, most=most, at=now)


def mark_read(
    actor: Actor,
    case_key: str,
    *,
    shown: Collection[str] | None = None,
    at: datetime | None = None,
) -> int:
    """Keep that who asks has messages of a case before them; return how many are new to them.

    `shown` are the keys of the messages; all that they may read, without it. What is under TLP:RED
    goes into the ledger, too. It is kept once, when it is first said.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    if actor.person is None:
        return 0
    now = at or timezone.now()
    with transaction.atomic():
        # Two windows of one person tell of the same messages at the same moment.
        person = Person.objects.select_for_update(no_key=True).get(pk=actor.person)
        case = find(actor, Case.objects.all(), Act.SEE, at=now, key=as_written(case_key))
        readable = narrowed(actor, Message.objects.filter(coordination__case=case), at=now)
        if shown is not None:
            readable = readable.filter(key__in=list(shown))
        new = list(
            readable.exclude(author=person)
            .exclude(pk__in=ReadReceipt.objects.filter(person=person).values("message"))
            .order_by("pk")
        )
        ReadReceipt.objects.bulk_create(
            ReadReceipt(message=message, person=person, at=now) for message in new
        )
        for message in new:
            if message.tlp == Label.RED:
                _write_down_reading(message, message.key, actor, case, now)
        return len(new)


def read_attachment(
    actor: Actor, attachment_key: str, *, at: datetime | None = None
) -> tuple[Named, bytes]:
    """Return what an attachment is called, and its bytes; that it was read is kept in the ledger.

    Each attachment is asked for by itself: knowing its key, or reading the case, gives nobody the
    right to it.

    Raises:
        NotFoundError: there is no such attachment, or not for them.
    """
    now = at or timezone.now()
    with transaction.atomic():
        rows = Attachment.objects.select_related(
            "sealed__key", "message__coordination__case", "message__sealed__key"
        )
        attachment = find(actor, rows, at=now, key=as_written(attachment_key))
        message = attachment.message
        named = letter_of(message, [attachment]).files[attachment.key]
        content = opened(attachment.sealed, f"attachment:{attachment.key}")
        _write_down_reading(message, attachment.key, actor, message.coordination.case, now)
        return named, content


def _label(asked: Label | None, coordination: Coordination) -> Label:
    bound = Label(coordination.tlp)
    label = asked or bound
    if _STRICTEST_FIRST.index(label) > _STRICTEST_FIRST.index(bound):
        raise NotPossibleError(
            f"the case is {bound.value}, and {label.value} is wider; send it under"
            f" {bound.value} or stricter"
        )
    return label


def _text(text: str, files: Sequence[File]) -> str:
    said = text.strip()
    if not said and not files:
        raise NotPossibleError("the message is empty; write something, or attach a file")
    if len(said) > LONGEST_TEXT:
        raise NotPossibleError(
            f"the message has {len(said)} characters; write at most {LONGEST_TEXT}, and attach"
            " the rest"
        )
    return _HALF_A_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", kept_text(said))


def _persons(coordination: Coordination, keys: Collection[str], at: datetime) -> list[Person]:
    """Return the persons of these keys who work on the case or coordinate it; nobody else is named.

    Whether somebody is a stranger to the case or to the instance is answered alike.
    """
    wanted = list(dict.fromkeys(as_written(key) for key in keys))
    on_a_team = TeamMember.objects.filter(
        Q(until=None) | Q(until__gt=at),
        participant__coordination=coordination,
        participant__removed_at=None,
        left_at=None,
    )
    rows = Person.objects.filter(key__in=wanted, is_active=True)
    found = {one.key: one for one in rows.filter(pk__in=on_a_team.values("person"))}
    places = Membership.objects.filter(
        person__in=rows, left_at=None, suspended_at=None, organisation__suspended_at=None
    )
    for place in places.select_related("organisation", "person"):
        if OrganisationKind.COORDINATOR in place.organisation.kind_words:
            found[place.person.key] = place.person
    for key in wanted:
        if key not in found:
            raise NotPossibleError(
                f"{key} is on no team of {coordination.case.key}, and coordinates nothing; name"
                " somebody who does"
            )
    return [found[key] for key in wanted]


def _parties(
    actor: Actor, coordination: Coordination, keys: Collection[str], at: datetime
) -> list[Participant]:
    rows = Participant.objects.filter(coordination=coordination, removed_at=None)
    wanted = dict.fromkeys(as_written(key) for key in keys)
    return [find(actor, rows, at=at, organisation__key=key) for key in wanted]


def _check_audience(
    label: Label,
    audience: Message.Audience,
    parties: Collection[Participant],
    persons: Collection[Person],
) -> None:
    to_some = audience == Message.Audience.SOME
    if label is Label.RED and (parties or not persons or not to_some):
        raise NotPossibleError(
            "under TLP:RED a message is for persons and for nobody else; name them, and no parties"
        )
    if to_some and not parties and not persons:
        raise NotPossibleError("it is not said whom the message is for; name parties or persons")
    if not to_some and (parties or persons):
        raise NotPossibleError(
            "a message to all, or to the coordinators alone, names nobody; send it to some instead"
        )


def _author(actor: Actor) -> Person | None:
    return None if actor.person is None else Person.objects.get(pk=actor.person)


def _own_party(actor: Actor, coordination: Coordination, at: datetime) -> Participant | None:
    """Return the party that somebody speaks for: on its team, or as one that coordinates."""
    own = Participant.objects.filter(
        coordination=coordination, organisation__in=actor.organisations, removed_at=None
    ).order_by("pk")
    on_a_team = TeamMember.objects.filter(
        Q(until=None) | Q(until__gt=at), person=actor.person, left_at=None
    )
    working = own.filter(pk__in=on_a_team.values("participant"), joined_at__isnull=False)
    coordinating = own.filter(organisation__in=actor.of_kind([OrganisationKind.COORDINATOR]))
    return working.first() or coordinating.first()


def _keep(message: Message, said: str, files: Sequence[File], at: datetime) -> None:
    """Keep a message with its attachments; a letter, and every file, sealed."""
    if message.tlp != Label.RED:
        message.text = said
        message.save()
        for file in files:
            attach(message, file, at)
        return
    message.save()
    named = dict(attach(message, file, at, in_a_letter=True) for file in files)
    letter = Letter(said, named).to_bytes()
    message.sealed = seal(message.coordination, purpose_of(message), letter, at)
    message.save(update_fields=["sealed"])


def _write_down(message: Message, actor: Actor, said: str, at: datetime) -> Entry:
    """Append that a message was sent, as far as whoever reads the entry may know."""
    case = message.coordination.case.key
    about: dict[str, Any] = {
        "message": message.key,
        "tlp": message.tlp,
        "audience": message.audience,
        "attachments": message.attachments.count(),
        "text_sha256": _sha256(said.encode("utf-8")),
    }
    if message.audience == Message.Audience.ALL:
        return record(
            "message-sent",
            message.coordination,
            at=at,
            actor=actor,
            party=message.author_party,
            **about,
        )
    recorded.send(
        Coordination,
        kind="message-sent",
        coordination=message.coordination,
        at=at,
        actor=actor,
        party=message.author_party,
        text=about,
    )
    if message.tlp != Label.RED:
        return append("message-sent", at=at, actor=actor, within=case, **about)
    told = {**about, "author": actor.key, "at": shown(at)}
    return append("message-sent", at=at, actor=HOUSE, digest=_sha256(canonical(told)))


def _write_down_reading(
    message: Message, what: str, actor: Actor, case: Case, at: datetime
) -> None:
    """Append that something confidential was read, as far as whoever reads the entry may know."""
    if message.tlp != Label.RED:
        append("confidential-read", at=at, actor=actor, within=case.key, what=what)
        return
    # Keys are random, so nobody can try them all; whoever knows this one can prove the reading.
    told = {"what": what, "person": actor.key, "at": shown(at)}
    append("confidential-read", at=at, actor=HOUSE, digest=_sha256(canonical(told)))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
