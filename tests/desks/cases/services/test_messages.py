"""A message reaches whom it is for, and nobody else learns that there is one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.desks.cases.rooms import (
    BEFORE,
    NOW,
    acting,
    everything_kept,
    make_coordination,
    make_member,
    make_organisation,
    make_party,
    make_person,
)
from tidegate.desks.access.actors import HOUSE, NOBODY, OWNER, Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.models import (
    Attachment,
    Coordination,
    Message,
    Participant,
    ReadReceipt,
    Recipient,
    Sealed,
)
from tidegate.desks.cases.queries.messages import may_read, message_of_entry, messages_of
from tidegate.desks.cases.services import attaching
from tidegate.desks.cases.services import sealing as sealing_really
from tidegate.desks.cases.services.attaching import File
from tidegate.desks.cases.services.messages import (
    LONGEST_TEXT,
    mark_read,
    read,
    read_attachment,
    send,
)
from tidegate.desks.cases.signals import recorded
from tidegate.desks.findings.models import Event
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Membership, Person

pytestmark = pytest.mark.django_db

TEXT = "the second packet is freed twice"
FILE = File("double-free-in-frobnicate.patch", b"--- a/frob.c\n+++ b/frob.c\n", "text/x-diff")
TO_SOME, TO_COORDINATORS = Message.Audience.SOME, Message.Audience.COORDINATORS


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))


@dataclass
class Room:
    """A case under embargo: a coordinator, a finder and two vendors, each with people."""

    row: Coordination
    finder_party: Participant
    vendor_party: Participant
    other_party: Participant
    coordinator: Person
    finder: Person
    vendor: Person
    colleague: Person
    chief: Person
    other: Person
    stranger: Person

    @property
    def key(self) -> str:
        return self.row.case.key

    def others_than(self, *persons: Person) -> list[Actor]:
        """Return everybody else, the owner of the instance included."""
        everybody = [
            self.coordinator,
            self.finder,
            self.vendor,
            self.colleague,
            self.chief,
            self.other,
            self.stranger,
        ]
        return [*(acting(one) for one in everybody if one not in persons), OWNER, NOBODY]


@pytest.fixture
def room() -> Room:
    row = make_coordination(ends_at=NOW + timedelta(days=30))
    finder, vendor, other = (make_party(row, role) for role in ("finder", "vendor", "vendor"))
    ours = make_organisation(OrganisationKind.COORDINATOR)
    return Room(
        row,
        finder,
        vendor,
        other,
        coordinator=make_person(ours),
        finder=make_member(finder),
        vendor=make_member(vendor),
        colleague=make_member(vendor),
        chief=make_person(vendor.organisation, Role.ADMINISTRATOR),
        other=make_member(other),
        stranger=make_person(make_organisation(OrganisationKind.OPERATOR)),
    )


def say(room: Room, who: Person | Actor, text: str = TEXT, **more: Any) -> Message:
    actor = who if isinstance(who, Actor) else acting(who)
    return send(actor, room.key, text, **{"at": NOW, **more})


def texts(room: Room, who: Person | Actor, **more: Any) -> list[str]:
    actor = who if isinstance(who, Actor) else acting(who)
    return [one.text for one in read(actor, room.key, at=NOW, **more).shown]


def red(room: Room, **more: Any) -> Message:
    """Send a letter from the vendor to the finder."""
    said = {"tlp": Label.RED, "persons": [room.finder.key], "files": [FILE]}
    return say(room, room.vendor, **{**said, **more})


def readable_by(room: Room, actor: Actor) -> Any:
    """Return all that somebody can read that a message could leave a trace in."""
    try:
        listed = messages_of(actor, room.key, at=NOW)
    except NotFoundError:
        listed = None
    return (
        listed,
        sorted(narrowed(actor, Entry.objects.all(), at=NOW).values_list("kind", "text")),
        sorted(narrowed(actor, Event.objects.all(), at=NOW).values_list("verb", flat=True)),
        sorted(narrowed(actor, Attachment.objects.all(), at=NOW).values_list("key", flat=True)),
    )


# Whom a message reaches.


def test_a_message_to_all_reaches_every_party_that_has_consented_and_the_coordinators(room: Room):
    say(room, room.finder)
    for one in (room.finder, room.vendor, room.colleague, room.other, room.coordinator):
        assert texts(room, one) == [TEXT]
    assert texts(room, OWNER) == [TEXT]


def test_nothing_of_it_reaches_a_party_before_it_consents_and_all_of_it_afterwards(room: Room):
    invited = make_party(room.row, consent="invited", joined_at=None)
    person = make_member(invited)
    say(room, room.finder)
    assert texts(room, person) == []
    assert mark_read(acting(person), room.key, at=NOW) == 0
    Participant.objects.filter(pk=invited.pk).update(consent="signatory", joined_at=NOW)
    assert texts(room, person) == [TEXT]


@pytest.mark.parametrize(
    "change",
    [
        {"consent": "lapsed"},
        {"consent_until": NOW},
        {"removed_at": BEFORE},
    ],
)
def test_whose_consent_is_over_reads_nothing_any_more_whether_or_not_a_clock_rang(
    room: Room, change: dict[str, Any]
):
    message = say(room, room.finder, files=[FILE])
    key = message.attachments.get().key
    assert read_attachment(acting(room.vendor), key, at=NOW)
    Participant.objects.filter(pk=room.vendor_party.pk).update(**change)
    with pytest.raises(NotFoundError):
        read_attachment(acting(room.vendor), key, at=NOW)
    assert not may_read(acting(room.vendor), message, at=NOW)
    with pytest.raises(NotFoundError):
        say(room, room.vendor)


def test_a_message_to_some_reaches_those_it_names_its_author_and_the_coordinators(room: Room):
    say(room, room.finder, parties=[room.vendor_party.organisation.key])
    for one in (room.finder, room.vendor, room.colleague, room.coordinator):
        assert texts(room, one) == [TEXT]
    assert texts(room, room.other) == []


def test_a_message_to_the_coordinators_reaches_no_other_party(room: Room):
    say(room, room.vendor, audience=TO_COORDINATORS)
    assert texts(room, room.coordinator) == texts(room, room.vendor) == [TEXT]
    assert texts(room, room.colleague) == texts(room, room.finder) == []


def test_what_does_not_reach_a_party_leaves_no_trace_that_it_can_read(room: Room):
    out = [acting(one) for one in (room.other, room.stranger, room.chief)]
    before = [readable_by(room, actor) for actor in out]
    say(room, room.finder, parties=[room.vendor_party.organisation.key], files=[FILE])
    say(room, room.finder, audience=TO_COORDINATORS, files=[FILE])
    read(acting(room.coordinator), room.key, at=NOW)
    for attachment in Attachment.objects.all():
        read_attachment(acting(room.coordinator), attachment.key, at=NOW)
    assert [readable_by(room, actor) for actor in out] == before


def test_other_parties_do_not_learn_who_has_read_what_was_sent_to_all(room: Room):
    message = say(room, room.finder, files=[FILE])
    before = readable_by(room, acting(room.other))
    read(acting(room.vendor), room.key, at=NOW)
    read_attachment(acting(room.vendor), message.attachments.get().key, at=NOW)
    assert readable_by(room, acting(room.other)) == before


# TLP:RED.


def test_a_red_letter_is_nowhere_in_the_database_in_the_clear(room: Room):
    say(room, room.vendor, "in the clear")
    message = red(room)
    read(acting(room.finder), room.key, at=NOW)
    read_attachment(acting(room.finder), message.attachments.get().key, at=NOW)
    kept = list(everything_kept())
    secrets = (TEXT, FILE.name, FILE.media_type, FILE.content.decode())
    digest = hashlib.sha256(FILE.content).hexdigest()
    for secret in (*secrets, digest, hashlib.sha256(TEXT.encode()).hexdigest()):
        assert not [value for value in kept if secret.encode() in value], secret
    assert any(b"in the clear" in value for value in kept)


def test_a_red_letter_is_read_by_whom_it_names_and_by_who_wrote_it(room: Room):
    message = red(room)
    for one in (room.finder, room.vendor):
        (shown,) = read(acting(one), room.key, at=NOW).shown
        assert (shown.text, shown.recipients, shown.unopened) == (TEXT, (room.finder.name,), False)
        (file,) = shown.attachments
        assert (file.name, file.size) == (FILE.name, len(FILE.content))
        assert file.sha256 == hashlib.sha256(FILE.content).hexdigest()
        named, content = read_attachment(acting(one), file.key, at=NOW)
        assert (named.name, named.media_type, content) == (FILE.name, "text/x-diff", FILE.content)
    assert message.text == ""


def test_nobody_else_learns_that_there_is_a_red_letter(room: Room):
    out = room.others_than(room.vendor, room.finder)
    before = [readable_by(room, actor) for actor in out]
    message = red(room)
    attachment = message.attachments.get()
    read(acting(room.finder), room.key, at=NOW)
    read_attachment(acting(room.finder), attachment.key, at=NOW)
    for actor, known in zip(out, before, strict=True):
        listed, entries, events, attachments = readable_by(room, actor)
        assert (listed, events, attachments) == (known[0], known[2], known[3])
        new = [one for one in entries if one not in known[1]]
        # Who reads the whole ledger sees what the public log shows, and commitments.
        for _, text in new:
            said = json.loads(text)
            assert said.keys() == {"kind", "actor", "person", "case", "organisation", "digest"}
            assert (said["actor"], said["person"], said["case"]) == (HOUSE.name, "", "")
        assert mark_read(actor, room.key, at=NOW) == 0 if listed else True
        with pytest.raises(NotFoundError) as of_it:
            read_attachment(actor, attachment.key, at=NOW)
        with pytest.raises(NotFoundError) as of_none:
            read_attachment(actor, "A-00000-00000", at=NOW)
        assert str(of_it.value).replace(attachment.key, "A-00000-00000") == str(of_none.value)
        with pytest.raises(NotFoundError):
            messages_of(actor, room.key, before=message.key, at=NOW)


def test_whom_a_red_letter_names_can_prove_from_the_ledger_what_it_said(room: Room):
    message = red(room)
    assert message.entry is not None
    assert message_of_entry(message.entry) == message
    told = {
        "at": "2026-11-26T12:00:00Z",
        "attachments": 1,
        "audience": "some",
        "author": room.vendor.key,
        "message": message.key,
        "text_sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "tlp": "TLP:RED",
    }
    canonical = json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
    assert message.entry.said["digest"] == hashlib.sha256(canonical).hexdigest()


def test_a_red_letter_is_opened_only_once_it_is_kept_who_reads_it(room: Room):
    red(room)
    (shown,) = messages_of(acting(room.finder), room.key, at=NOW).shown
    assert (shown.text, shown.unopened, shown.attachments[0].name) == ("", True, "")
    assert shown.attachments[0].sha256 == ""
    assert messages_of(acting(room.vendor), room.key, at=NOW).shown[0].text == TEXT
    (shown,) = read(acting(room.finder), room.key, at=NOW).shown
    assert (shown.text, shown.unopened) == (TEXT, False)
    assert Entry.objects.filter(kind="confidential-read").count() == 1
    assert messages_of(acting(room.finder), room.key, at=NOW).shown[0].text == TEXT


def test_a_coordinator_can_be_named_in_a_red_letter_without_being_on_a_team(room: Room):
    red(room, persons=[room.coordinator.key])
    assert texts(room, room.coordinator) == [TEXT]
    assert texts(room, room.finder) == []


def test_in_a_red_case_a_message_is_red_unless_it_is_said_and_it_cannot_be(room: Room):
    Coordination.objects.filter(pk=room.row.pk).update(tlp=Label.RED)
    assert say(room, room.vendor, persons=[room.finder.key]).tlp == Label.RED
    with pytest.raises(NotPossibleError, match="TLP:RED"):
        say(room, room.vendor)
    with pytest.raises(NotPossibleError, match="wider"):
        say(room, room.vendor, tlp=Label.AMBER_STRICT)


@pytest.mark.parametrize(
    "more",
    [
        {"persons": []},
        {"audience": Message.Audience.ALL},
        {"audience": TO_COORDINATORS},
        {"parties": True},
    ],
)
def test_a_red_letter_is_for_persons_and_for_nobody_else(room: Room, more: dict[str, Any]):
    if more.get("parties"):
        more = {"parties": [room.finder_party.organisation.key]}
    with pytest.raises(NotPossibleError, match="for persons and for nobody else"):
        red(room, **more)
    assert not Message.objects.exists()


# What is refused.


@pytest.mark.parametrize("case", list(Label))
@pytest.mark.parametrize("label", list(Label))
def test_a_label_wider_than_the_case_is_refused(room: Room, case: Label, label: Label):
    # Under an embargo a case is never free for everybody.
    Coordination.objects.filter(pk=room.row.pk).update(tlp=case, embargo="none", ends_at=None)
    persons = [room.finder.key] if Label.RED in (case, label) else []
    if list(Label).index(label) > list(Label).index(case):
        with pytest.raises(NotPossibleError, match="wider"):
            say(room, room.vendor, tlp=label, persons=persons)
        assert not Message.objects.exists()
    else:
        assert say(room, room.vendor, tlp=label, persons=persons).tlp == label


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"text": " \n"}, "empty"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "at most 100000"),
        ({"audience": TO_SOME}, "not said whom"),
        ({"persons": ["P-00000-00000"]}, "on no team"),
        ({"audience": TO_COORDINATORS, "parties": True}, "names nobody"),
        ({"audience": Message.Audience.ALL, "parties": True}, "names nobody"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_leaves_nothing(
    room: Room, said: dict[str, Any], why: str
):
    if said.get("parties"):
        said = {**said, "parties": [room.vendor_party.organisation.key]}
    with pytest.raises(NotPossibleError, match=why):
        say(room, room.finder, **said)
    assert not Message.objects.exists()
    assert not Entry.objects.exists()


def test_whoever_is_in_no_case_is_named_like_whoever_does_not_exist(room: Room):
    told = set()
    gone = make_member(room.other_party, until=NOW)
    removed = make_member(make_party(room.row, removed_at=BEFORE))
    suspended = make_person(make_organisation(OrganisationKind.COORDINATOR))
    Membership.objects.filter(person=suspended).update(suspended_at=BEFORE)
    for key in (room.stranger.key, room.chief.key, gone.key, removed.key, suspended.key, "P-1"):
        with pytest.raises(NotPossibleError) as caught:
            say(room, room.vendor, persons=[key])
        told.add(str(caught.value).partition(" ")[2])
    assert len(told) == 1


def test_a_party_of_another_case_cannot_be_named(room: Room):
    elsewhere = make_party(make_coordination())
    with pytest.raises(NotFoundError):
        say(room, room.vendor, parties=[elsewhere.organisation.key])


def test_nothing_is_kept_when_the_third_file_is_refused(room: Room):
    files = [FILE, File("two.txt", b"2"), File("three.exe", b"MZ")]
    with pytest.raises(NotPossibleError, match=r"three\.exe"):
        say(room, room.finder, files=files)
    for model in (Message, Attachment, Sealed, Recipient, Entry, Event):
        assert not model.objects.exists()


def test_nothing_is_kept_when_the_third_file_cannot_be_sealed(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    sealed: list[Sealed] = []

    def sealing(*said: Any) -> Sealed:
        if len(sealed) == 2:
            raise OSError("no space left on device")
        sealed.append(sealing_really.seal(*said))
        return sealed[-1]

    monkeypatch.setattr(attaching, "seal", sealing)
    with pytest.raises(OSError, match="no space"), transaction.atomic():
        say(room, room.finder, files=[FILE, FILE, FILE])
    assert len(sealed) == 2
    for model in (Message, Attachment, Sealed, Entry):
        assert not model.objects.exists()


def test_one_person_attaches_no_more_than_is_kept_of_one_whatever_others_have_sent(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(attaching, "LARGEST_OF_ONE", 100)
    say(room, room.finder, files=[File("a.txt", b"x" * 60)])
    say(room, room.vendor, files=[File("a.txt", b"x" * 100)])
    with pytest.raises(NotPossibleError, match="60 bytes in this case"):
        say(room, room.finder, files=[File("b.txt", b"x" * 41)])
    say(room, room.finder, files=[File("b.txt", b"x" * 40)])


def test_who_reads_only_writes_nothing(room: Room):
    reader = make_member(room.vendor_party, role=Role.READER)
    for actor in (acting(reader), acting(room.stranger), acting(room.chief), NOBODY):
        with pytest.raises(NotFoundError):
            say(room, actor)


def test_half_a_character_and_a_zero_byte_do_not_stop_a_message(room: Room):
    say(room, room.finder, "a\0b\ud800c")
    assert texts(room, room.vendor) == ["a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"]


def test_in_a_closed_case_there_may_be_more_to_say(room: Room):
    Coordination.objects.filter(pk=room.row.pk).update(closed_at=BEFORE)
    assert say(room, room.finder)


# For which party somebody speaks.


def test_who_works_in_two_parties_speaks_for_the_one_on_whose_team_they_are(room: Room):
    person = make_person(room.vendor_party.organisation)
    Membership.objects.create(
        organisation=room.other_party.organisation, person=person, role=Role.MEMBER, since=BEFORE
    )
    make_member(room.other_party, person)
    assert say(room, person).author_party == room.other_party
    assert say(room, OWNER).author_party is None
    ours = Membership.objects.get(person=room.coordinator).organisation
    assert say(room, room.coordinator).author_party is None
    with_us = make_party(room.row, "coordinator", organisation=ours)
    assert say(room, room.coordinator).author_party == with_us


# Who has read it.


def test_a_receipt_is_kept_once_for_what_was_shown_and_no_more(room: Room):
    first, second = say(room, room.finder, "one"), say(room, room.finder, "two")
    assert texts(room, room.vendor, most=1) == ["two"]
    assert ReadReceipt.objects.values_list("message", flat=True).get() == second.pk
    later = NOW + timedelta(hours=1)
    assert mark_read(acting(room.vendor), room.key, at=later) == 1
    assert mark_read(acting(room.vendor), room.key, at=later) == 0
    kept = ReadReceipt.objects.order_by("message").values_list("message", "at")
    assert list(kept) == [(first.pk, later), (second.pk, NOW)]


def test_own_messages_need_no_receipt_and_what_is_no_person_leaves_none(room: Room):
    say(room, room.finder)
    assert mark_read(acting(room.finder), room.key, at=NOW) == 0
    assert mark_read(OWNER, room.key, at=NOW) == mark_read(HOUSE, room.key, at=NOW) == 0
    assert not ReadReceipt.objects.exists()


def test_receipts_are_shown_to_the_author_and_to_coordinators_alone(room: Room):
    say(room, room.finder)
    for one in (room.vendor, room.other):
        read(acting(one), room.key, at=NOW)

    def readers(one: Person) -> tuple[int, list[str]]:
        (shown,) = messages_of(acting(one), room.key, at=NOW).shown
        return shown.readers, [each.person for each in shown.read]

    both = (2, [room.vendor.name, room.other.name])
    assert readers(room.finder) == readers(room.coordinator) == both
    assert readers(room.vendor) == readers(room.colleague) == (0, [])


# Attachments.


def test_cve_2026_18749_a_member_of_the_case_gets_no_attachment_that_was_not_shared_with_it(
    room: Room,
):
    """Found in VINCE: members of a case could fetch attachments by their key alone."""
    private = say(
        room, room.finder, parties=[room.vendor_party.organisation.key], files=[FILE]
    ).attachments.get()
    for_all = say(room, room.finder, files=[FILE]).attachments.get()
    assert read_attachment(acting(room.vendor), private.key, at=NOW)[1] == FILE.content
    assert read_attachment(acting(room.other), for_all.key, at=NOW)[1] == FILE.content
    entries = Entry.objects.count()
    with pytest.raises(NotFoundError) as of_it:
        read_attachment(acting(room.other), private.key, at=NOW)
    with pytest.raises(NotFoundError) as of_none:
        read_attachment(acting(room.other), "A-00000-00000", at=NOW)
    assert str(of_it.value).replace(private.key, "A-00000-00000") == str(of_none.value)
    assert Entry.objects.count() == entries


def test_each_reading_of_an_attachment_is_in_the_ledger_for_the_reader_and_coordinators(room: Room):
    key = say(room, room.finder, files=[FILE]).attachments.get().key
    for _ in range(2):
        read_attachment(acting(room.vendor), key, at=NOW)
    readings = Entry.objects.filter(kind="confidential-read")
    assert [one.said["what"] for one in readings] == [key, key]
    for one, many in ((room.vendor, 2), (room.coordinator, 2), (room.finder, 0), (room.chief, 0)):
        assert narrowed(acting(one), readings).count() == many


def test_whoever_listens_hears_of_every_message_by_its_key(room: Room):
    heard: list[str] = []

    def hear(kind: str, text: dict[str, Any], **_: Any) -> None:
        heard.append(f"{kind} {text['message']}")

    recorded.connect(hear)
    try:
        sent = [say(room, room.finder), say(room, room.finder, audience=TO_COORDINATORS), red(room)]
    finally:
        recorded.disconnect(hear)
    assert heard == [f"message-sent {one.key}" for one in sent]
