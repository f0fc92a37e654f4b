"""A case's messages are read in order, a page at a time, and no more questions for more of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.cases.rooms import (
    BEFORE,
    NOW,
    acting,
    make_coordination,
    make_member,
    make_party,
)
from tidegate.desks.access.actors import OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import (
    Attachment,
    Coordination,
    Message,
    ReadReceipt,
    Recipient,
)
from tidegate.desks.cases.queries.messages import MOST, READERS_SHOWN, Messages, messages_of
from tidegate.desks.cases.services.messages import read, send
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.parties.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))


def fill(row: Coordination, people: list[Person], many: int) -> None:
    """Let the first of the people send messages; every tenth of them is to all parties by name."""
    first, parties = people[0], list(row.participants.all())
    made = Message.objects.bulk_create(
        Message(
            coordination=row,
            author=first,
            author_name=first.name,
            author_party=parties[0],
            audience="all" if number % 10 else "some",
            tlp=Label.AMBER,
            sent_at=BEFORE + timedelta(seconds=number),
            text=f"message {number}",
        )
        for number in range(many)
    )
    named = [(message, party) for message in made[::10] for party in parties]
    Recipient.objects.bulk_create(
        Recipient(message=message, participant=party) for message, party in named
    )
    ReadReceipt.objects.bulk_create(
        ReadReceipt(message=message, person=person, at=NOW)
        for message in made[::20]
        for person in people[1:]
    )
    sealed = seal(row, "attachment", b"x", NOW)
    for message in made[:3]:
        sealed.pk = None
        sealed.save()
        Attachment.objects.create(
            message=message, name="a.txt", media_type="", size=1, sha256="0" * 64, sealed=sealed
        )


def asked(actor: Actor, row: Coordination) -> tuple[Messages, int]:
    with CaptureQueriesContext(
        connection,
    ) as questions:
        found = messages_of(actor, row.case.key, at=NOW)
    return found, len(questions)


def test_a_thousand_messages_to_150_parties_take_no_more_questions_than_ten_to_two():
    counts = []
    for many, parties in ((10, 2), (1000, 150)):
        row = make_coordination(ends_at=NOW + timedelta(days=1))
        people = [make_member(make_party(row)) for _ in range(parties)]
        fill(row, people, many)
        for actor in (acting(people[1]), acting(people[0]), OWNER):
            found, questions = asked(actor, row)
            assert len(found.shown) == many
            assert len(found.shown[0].recipients) == parties
            assert sum(len(one.attachments) for one in found.shown) == 3
            counts.append(questions)
        shown = found.shown[0]
        assert (shown.readers, len(shown.read)) == (parties - 1, min(parties - 1, READERS_SHOWN))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 8


def test_reading_and_keeping_it_takes_no_more_questions_for_more_messages():
    counts = []
    for many in (10, 900):
        row = make_coordination(ends_at=NOW + timedelta(days=1))
        party = make_party(row)
        fill(row, [make_member(party)], many)
        actor = acting(make_member(party))
        with CaptureQueriesContext(connection) as questions:
            read(actor, row.case.key, at=NOW)
        assert ReadReceipt.objects.filter(person=actor.person).count() == many
        # SQLite takes a bounded number of values at once.
        counts.append(len([one for one in questions if "INSERT" not in one["sql"]]))
    assert counts[0] == counts[1]


def test_pages_go_back_from_the_newest_message_and_each_is_shown_once():
    row = make_coordination(ends_at=NOW + timedelta(days=1))
    people = [make_member(make_party(row)) for _ in range(2)]
    fill(row, people, 25)
    actor, pages, before = acting(people[1]), [], ""
    while True:
        page = messages_of(actor, row.case.key, before=before, most=10, at=NOW)
        pages.append([one.text for one in page.shown])
        if page.earlier is None:
            break
        before = page.earlier
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [text for page in reversed(pages) for text in page] == [
        f"message {n}" for n in range(25)
    ]


@pytest.mark.parametrize("most", [0, -5])
def test_fewer_than_one_message_is_one_and_more_than_the_most_is_the_most(most: int):
    row = make_coordination()
    fill(row, [make_member(make_party(row))], 3)
    assert len(messages_of(OWNER, row.case.key, most=most, at=NOW).shown) == 1
    assert len(messages_of(OWNER, row.case.key, most=MOST * 10, at=NOW).shown) == 3


def test_a_message_of_another_case_or_of_nobody_is_no_place_to_go_on_from():
    row, other = make_coordination(), make_coordination()
    party = make_party(row)
    person = make_member(party)
    make_member(make_party(other, organisation=party.organisation), person)
    elsewhere = send(acting(person), other.case.key, "there", at=NOW)
    for key in (elsewhere.key, "M-00000-00000"):
        with pytest.raises(NotFoundError):
            messages_of(acting(person), row.case.key, before=key, at=NOW)


def test_what_somebody_may_not_read_is_not_counted_on_their_pages():
    row = make_coordination(ends_at=NOW + timedelta(days=1))
    one, other = (make_member(make_party(row)) for _ in range(2))
    for number in range(6):
        for_whom: dict[str, Any] = {"persons": [other.key], "tlp": Label.RED} if number % 2 else {}
        send(acting(other), row.case.key, f"message {number}", at=NOW, **for_whom)
    page = messages_of(acting(one), row.case.key, most=3, at=NOW)
    assert [each.text for each in page.shown] == ["message 0", "message 2", "message 4"]
    assert page.earlier is None


def test_an_invited_party_sees_that_there_is_a_case_and_no_message_of_it():
    row = make_coordination(ends_at=NOW + timedelta(days=1))
    fill(row, [make_member(make_party(row))], 3)
    invited = make_member(make_party(row, consent="invited", joined_at=None))
    assert messages_of(acting(invited), row.case.key, at=NOW) == Messages((), None)
