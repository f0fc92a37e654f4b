"""A case that many work on, made by the services as its people would make it.

Every party agrees to the embargo and says how a product of its stands; messages go to all, to some,
to the coordinators alone, and under TLP:RED to one person; every tenth comes with a file.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.services import (
    consenting,
    embargoes,
    inviting,
    messages,
    opening,
    vendors,
)
from tidegate.desks.cases.services.attaching import File
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

_WORDS: Final = (
    "the backport is ready and runs in our pipeline since this morning",
    "we see the same walk in the parser of options",
    "please hold the advisory until the mirrors have it",
    "our customers run 41 images that load it",
    "nothing of it is reachable from outside as far as we know",
)
_STATUSES: Final = ("affected", "fixed", "under_investigation", "not_affected")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """The case, and who looks at it."""

    case: str
    coordinator: Person
    member: Person
    """Of a vendor, on its team."""
    newcomers: tuple[Person, ...]
    """Of the coordinating organisation; none of them has read a message."""
    idle: Person
    """Somebody for whom nothing waits."""


def build(tell: Tell, *, parties: int, said: int, newcomers: int, now: datetime) -> Made:
    """Make the case in the database that Django is set up on."""
    chance = random.Random(7)
    house = _organisation("The Coordination", OrganisationKind.COORDINATOR, now)
    coordinator = _person(house, "R. Okafor", now)
    case = Case.objects.create(
        title="a dotted name writes to Object.prototype",
        package_type="npm",
        package="minimist",
        effect="prototype-pollution",
        verdict="reproduced",
        opened_at=now - timedelta(days=20),
        found_at=now - timedelta(days=21),
    )
    by, end = actor_of(coordinator), now + timedelta(days=30)
    opening.open_coordination(by, case.key, at=now - timedelta(days=19))
    embargoes.propose(by, case.key, end, at=now - timedelta(days=19))
    people = []
    for number in range(parties - 1):
        tell(f"case_page: party {number} agrees")
        people.append(_party(number, case, coordinator, end, chance, now))
    embargoes.accept(by, case.key, at=now - timedelta(days=17))
    for number in range(said):
        tell(f"case_page: message {number} is sent")
        _say(number, said, case, [coordinator, *people], chance, now)
    return Made(
        case.key,
        coordinator,
        people[0],
        tuple(_person(house, f"newcomer {number}", now) for number in range(newcomers)),
        _person(_organisation("Nobody's", OrganisationKind.OPERATOR, now), "idle", now),
    )


def _party(
    number: int,
    case: Case,
    coordinator: Person,
    end: datetime,
    chance: random.Random,
    now: datetime,
) -> Person:
    organisation = _organisation(f"Vendor {number:03}", OrganisationKind.VENDOR, now)
    person = _person(organisation, f"engineer {number:03}", now)
    at = now - timedelta(days=18)
    inviting.invite(actor_of(coordinator), case.key, organisation.key, "vendor", at=at)
    consenting.accept(actor_of(person), case.key, organisation.key, terms=end, at=at)
    status = chance.choice(_STATUSES)
    if number % 4:
        vendors.say_status(
            actor_of(person),
            case.key,
            organisation.key,
            f"pkg:npm/product-{number}",
            status,
            justification="vulnerable_code_not_present" if status == "not_affected" else "",
            at=at,
        )
    return person


def _say(
    number: int, said: int, case: Case, people: list[Person], chance: random.Random, now: datetime
) -> None:
    author = chance.choice(people)
    text = ". ".join(chance.choices(_WORDS, k=chance.randint(1, 8))).capitalize()
    files = [File("trace.log", text.encode())] if number % 10 == 0 else []
    at = now - timedelta(days=16) + number * timedelta(days=15) / said
    match number % 25:
        case 3:
            named = [people[0].key, people[1].key]
            messages.send(
                actor_of(author), case.key, text, tlp=Label.RED, persons=named, files=files, at=at
            )
        case 7 | 8:
            keys = _keys_of(chance.sample(people[1:], min(3, len(people) - 1)))
            messages.send(actor_of(author), case.key, text, parties=keys, files=files, at=at)
        case _:
            messages.send(actor_of(author), case.key, text, files=files, at=at)


def _keys_of(people: list[Person]) -> list[str]:
    places = Membership.objects.filter(person__in=people)
    return list(places.values_list("organisation__key", flat=True))


def _organisation(name: str, kind: OrganisationKind, now: datetime) -> Organisation:
    return Organisation.objects.create(name=name, kinds=[kind.value], made_at=now)


def _person(organisation: Organisation, name: str, now: datetime) -> Person:
    address = f"{name.replace(' ', '.').replace('..', '.').lower()}@example.org"
    person = Person.objects.create_user(address, name=name, joined_at=now)
    Membership.objects.create(
        organisation=organisation, person=person, role=Role.MEMBER.value, since=now
    )
    return person
