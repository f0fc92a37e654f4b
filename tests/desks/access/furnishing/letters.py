"""Messages to all, to some and to the coordinators, and their files; sealed as elsewhere."""

from __future__ import annotations

import hashlib
import random

from tests.desks.access.world import BEFORE, World, new_mark
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.models import (
    Attachment,
    Coordination,
    Message,
    Participant,
    ReadReceipt,
    Recipient,
)
from tidegate.desks.cases.queries.letters import Letter, Named, purpose_of
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.parties.models import Organisation, Person

_EACH = 3
"""Messages of a case."""


def furnish_letters(world: World, draw: random.Random) -> None:
    """Write messages in every case that is coordinated."""
    for row in world.coordinations:
        parties = [one for one in world.participants if one.coordination_id == row.pk]
        for _ in range(_EACH):
            _message(world, draw, row, parties)


def _message(
    world: World, draw: random.Random, row: Coordination, parties: list[Participant]
) -> None:
    text = new_mark()
    author = draw.choice([*world.persons, None])
    message = Message(
        coordination=row,
        author=author,
        author_name=author.name if author else "the owner of this instance",
        author_party=draw.choice([*parties, None]),
        audience=draw.choice(Message.Audience.values),
        tlp=draw.choice(list(Label)).value,
        sent_at=BEFORE,
    )
    names = new_mark(), new_mark()
    _keep(world, message, text, *names)
    world.messages.append(message)
    world.show(lambda reader: reader.message(Act.READ, message), message.key, text)
    named: list[Organisation | Person | None] = [author]
    if message.author_party is not None:
        named.append(message.author_party.organisation)
    if message.audience == Message.Audience.SOME and parties:
        to = draw.choice(parties)
        Recipient.objects.create(message=message, participant=to)
        named.append(to.organisation)
    if draw.random() < 0.3:
        person = draw.choice(world.persons)
        Recipient.objects.create(message=message, person=person)
        named.append(person)
    reader_of_it = draw.choice(world.persons)
    ReadReceipt.objects.create(message=message, person=reader_of_it, at=BEFORE)
    named.append(reader_of_it)
    for one in named:
        if one is not None:
            world.show(lambda reader: reader.message(Act.READ, message), one.name.partition(" ")[0])


def _keep(world: World, message: Message, text: str, name: str, content: str) -> None:
    """Keep a message and its one file, as the services do."""
    said = f"The key is {text}."
    red = message.tlp == Label.RED
    raw = f"{content}\n".encode()
    named = Named(f"{name}.patch", "text/plain", hashlib.sha256(raw).hexdigest())
    kept = Named("", "", "") if red else named
    attachment = Attachment(
        message=message,
        name=kept.name,
        media_type=kept.media_type,
        sha256=kept.sha256,
        size=len(raw),
    )
    if red:
        letter = Letter(said, {attachment.key: named})
        message.sealed = seal(message.coordination, purpose_of(message), letter.to_bytes(), BEFORE)
    else:
        message.text = said
    message.save()
    attachment.sealed = seal(message.coordination, f"attachment:{attachment.key}", raw, BEFORE)
    attachment.message = message
    attachment.save()
    world.attachments.append(attachment)
    world.show(
        lambda reader: reader.attachment(Act.READ, attachment), attachment.key, name, content
    )
