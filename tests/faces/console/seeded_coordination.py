"""Cases that several work on together, made by the services as people would make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.faces.signing_in import person_of
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.services import (
    consenting,
    embargoes,
    inviting,
    messages,
    opening,
    releasing,
    vendors,
)
from tidegate.desks.cases.services.attaching import File
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services.organisations import set_capacity

HOSTILE = '"><script>alert(1)</script>\u202egnp.exe'


@dataclass(frozen=True)
class Room:
    """Who works on the case, and the cases."""

    case: Case
    """Worked on by many, under an embargo that is being revised."""
    sealed: Case
    """To which the vendor is invited, and no more."""
    coordinator: Person
    second: Person
    vendor: Person
    bank: Person
    late: Person
    """Of a vendor whose consent has lapsed by the revision."""

    def actor(self, who: str) -> Actor:
        """Return one of them as who asks."""
        return actor_of(getattr(self, who))


def key_of(person: Person) -> str:
    """Return the key of the organisation of a person."""
    return Organisation.objects.get(memberships__person=person).key


def fill(case: Case, sealed: Case, now: datetime) -> Room:
    """Let organisations work on one case, and invite one of them to another."""
    room = Room(
        case,
        sealed,
        coordinator=person_of("The Coordination", OrganisationKind.COORDINATOR),
        second=person_of("The Coordination", OrganisationKind.COORDINATOR, Role.MEMBER),
        vendor=person_of("Minimist maintainers", OrganisationKind.VENDOR),
        bank=person_of("First Tidal Bank", OrganisationKind.OPERATOR),
        late=person_of("Harbour Linux", OrganisationKind.VENDOR),
    )
    for person, name in (
        (room.coordinator, "R. Okafor"),
        (room.second, "M. Lindqvist"),
        (room.vendor, "J. Halliday"),
        (room.bank, "S. Whitlock"),
        (room.late, "T. Brandt"),
    ):
        person.name, person.time_zone = name, "Europe/Berlin"
        person.save()
    _coordinate(room, now)
    _embargo(room, now)
    _statuses(room, now)
    _talk(room, now)
    _revise(room, now)
    return room


def _coordinate(room: Room, now: datetime) -> None:
    key, by = room.case.key, room.actor("coordinator")
    opening.open_coordination(by, key, policy="project-zero", at=now - timedelta(days=8))
    opening.open_coordination(by, room.sealed.key, at=now - timedelta(days=2))
    line = person_of("Lantern OS", OrganisationKind.VENDOR)
    set_capacity(actor_of(line), key_of(line), 0, at=now - timedelta(days=8))
    quiet = person_of("Quay Cloud", OrganisationKind.VENDOR)
    finder = person_of("Glasshouse Labs", OrganisationKind.FINDER)
    for person, part in (
        (room.vendor, "vendor"),
        (room.late, "vendor"),
        (room.bank, "operator"),
        (finder, "finder"),
        (quiet, "vendor"),
        (line, "vendor"),
    ):
        inviting.invite(by, key, key_of(person), part, at=now - timedelta(days=8))


def _embargo(room: Room, now: datetime) -> None:
    key, by = room.case.key, room.actor("coordinator")
    end = (now + timedelta(days=27)).replace(hour=12, minute=0, second=0, microsecond=0)
    words = "Patches may be tested on own systems. Nothing is said to customers before the end."
    embargoes.propose(by, key, end, words=words, at=now - timedelta(days=7, hours=20))
    for who in ("vendor", "late", "bank"):
        organisation = key_of(getattr(room, who))
        at = now - timedelta(days=7, hours=3)
        consenting.accept(room.actor(who), key, organisation, terms=end, at=at)
    embargoes.accept(by, key, at=now - timedelta(days=7))
    coming = (now + timedelta(days=60)).replace(hour=8, minute=0, second=0, microsecond=0)
    sealed = room.sealed.key
    embargoes.propose(by, sealed, coming, words="One vendor, no customers.", at=now)
    embargoes.accept(by, sealed, at=now)
    inviting.invite(by, sealed, key_of(room.vendor), "vendor", at=now)


def _statuses(room: Room, now: datetime) -> None:
    key, at = room.case.key, now - timedelta(days=5)
    mine, theirs = key_of(room.vendor), key_of(room.late)
    vendor, late = room.actor("vendor"), room.actor("late")
    for event in ("validate", "accept"):
        vendors.handle_report(vendor, key, mine, event, at=at)
    vendors.record_progress(vendor, key, mine, "fix-ready", at=at)
    vendors.say_status(
        vendor, key, mine, "pkg:npm/minimist", "affected", versions="vers:npm/<1.2.3", at=at
    )
    vendors.say_status(
        late,
        key,
        theirs,
        "harbour-installer 4",
        "not_affected",
        justification="vulnerable_code_not_in_execute_path",
        statement="The installer parses no arguments of others.",
        at=at,
    )
    vendors.say_status(late, key, theirs, "harbour-shell 2", "under_investigation", at=at)


def _talk(room: Room, now: datetime) -> None:
    key = room.case.key

    def say(who: str, text: str, ago: float, **more: object) -> None:
        at = now - timedelta(hours=ago)
        messages.send(room.actor(who), key, text, at=at, **more)  # type: ignore[arg-type]

    say("coordinator", "Welcome. The proof and its range are on the page of the case.", 160)
    say(
        "vendor",
        "Thank you. We can reproduce it on 1.2.0 and see the same walk in setKey().\n\n"
        "A fix is ready; it refuses constructor.prototype as well, which 1.2.2 forgot. "
        "We would like three more days for the backport to 0.2.",
        122,
        files=[File("0001-refuse-constructor.patch", b"--- a/index.js\n+++ b/index.js\n")],
    )
    say("bank", "Which of our services load it through mkdirp?\nWe see 41 images.", 96)
    say(
        "coordinator",
        "Please test the backport before the end of the week.",
        60,
        parties=[key_of(room.vendor), key_of(room.late)],
    )
    say(
        "second",
        "The finder's own exploit, for you alone.",
        40,
        tlp=Label.RED,
        persons=[room.vendor.key, room.coordinator.key],
        files=[File("exploit.js", b"// sealed")],
    )
    say("late", HOSTILE, 30)
    say("vendor", "To the coordinators: may we have until the 4th?", 20, audience="coordinators")


def _revise(room: Room, now: datetime) -> None:
    key, by = room.case.key, room.actor("coordinator")
    sooner = (now + timedelta(days=13)).replace(hour=12, minute=0, second=0, microsecond=0)
    embargoes.propose(room.actor("vendor"), key, sooner, at=now - timedelta(hours=10))
    releasing.approve_terms(by, key, reason="the fix is ready", at=now - timedelta(hours=4))
    releasing.approve_release(
        by, key, reason="two more finders have it", at=now - timedelta(hours=3)
    )
    consenting.accept(by, key, key_of(room.coordinator), terms=sooner, at=now - timedelta(hours=2))
    consenting.accept(
        room.actor("bank"), key, key_of(room.bank), terms=sooner, at=now - timedelta(hours=1)
    )
