"""The organisations of the demo, their people, and passwords that nobody knows before.

Nobody outside of this can sign in with a password that was shipped: each run of the demo makes new
ones, and prints them. An instance that has anybody else in it is no demo, and is left alone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import OWNER, Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services.founding import found
from tidegate.desks.parties.services.joining import invite, join
from tidegate.desks.parties.services.organisations import open_organisation, set_capacity
from tidegate.desks.parties.services.persons import make_person
from tidegate.desks.parties.services.refusals import NotPossibleError

_PASSWORD_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Player:
    """One of the demo's people, and the organisation that they are of."""

    organisation: str
    kinds: tuple[OrganisationKind, ...]
    name: str
    email: str
    does: str
    """What they can be seen to do, for whoever is told the login."""
    cases_a_week: int | None = None
    role: Role = Role.ADMINISTRATOR
    scope: str = ""
    """Of an agency."""


COORDINATOR: Final = Player(
    "River Coordination",
    (OrganisationKind.COORDINATOR,),
    "Ada Okafor",
    "ada@river.example",
    "coordinates: every finding, every case, the board",
)
SECOND_COORDINATOR: Final = Player(
    "River Coordination",
    (OrganisationKind.COORDINATOR,),
    "Eli Brandt",
    "eli@river.example",
    "the second coordinator: approves what another has written",
    role=Role.MEMBER,
)
FINDER: Final = Player(
    "First Light Lab",
    (OrganisationKind.FINDER, OrganisationKind.MODEL_DEVELOPER),
    "Lin Park",
    "lin@first-light.example",
    "hands in findings; lets a model be looked at: who uses it now, and the plug",
)
SECOND_FINDER: Final = Player(
    "Second Look Lab",
    (OrganisationKind.FINDER,),
    "Sam Ortiz",
    "sam@second-look.example",
    "found the same bugs independently, and learns nothing of it",
)
MAINTAINER: Final = Player(
    "Small Packages",
    (OrganisationKind.VENDOR,),
    "Mo Haddad",
    "mo@small-packages.example",
    "maintains packages: an embargo to keep, an invitation to answer",
    cases_a_week=3,
)
REVIEW_LEAD: Final = Player(
    "Model Evaluation Office",
    (OrganisationKind.REVIEWER,),
    "Rae Kim",
    "rae@evaluation.example",
    "leads a review: signs the terms, names the people, seconds what takes two",
)
EVALUATOR: Final = Player(
    "Model Evaluation Office",
    (OrganisationKind.REVIEWER,),
    "Tor Lund",
    "tor@evaluation.example",
    "evaluates the model: a grant to take up",
    role=Role.MEMBER,
)
OFFICIAL: Final = Player(
    "Determining Authority",
    (OrganisationKind.AGENCY,),
    "Jo Weber",
    "jo@authority.example",
    "determines whether the model is covered: evidence, consultations",
    scope=Organisation.AgencyScope.NSS,
)
PARTNER: Final = Player(
    "Harbor Bank",
    (OrganisationKind.TRUSTED_PARTNER, OrganisationKind.OPERATOR),
    "Bea Novak",
    "bea@harbor.example",
    "a trusted partner, proposed by the developer and not yet agreed on",
)
AGENCY: Final = Player(
    "Bureau of Tides",
    (OrganisationKind.AGENCY,),
    "Ines Duarte",
    "ines@tides.example",
    "runs systems: what exposes them, by when each must be mended, and why",
    scope=Organisation.AgencyScope.FCEB,
)
EVERYBODY: Final = (
    COORDINATOR,
    SECOND_COORDINATOR,
    FINDER,
    SECOND_FINDER,
    MAINTAINER,
    REVIEW_LEAD,
    EVALUATOR,
    OFFICIAL,
    PARTNER,
    AGENCY,
)


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody signs in with."""

    who: Player
    password: str = field(repr=False)


def settle(at: datetime) -> list[Login]:
    """Make the demo's organisations and people where they are missing, and give all new passwords.

    Raises:
        NotPossibleError: there are other people in this instance.
    """
    known = {one.email for one in EVERYBODY}
    with transaction.atomic():
        if Person.objects.exclude(email__in=known).exists():
            raise NotPossibleError(
                "this instance has people of its own, and is no demo; name another folder in"
                " TIDEGATE_HOME for one"
            )
        return [_settled(one, secrets.token_urlsafe(_PASSWORD_BYTES), at) for one in EVERYBODY]


def actor(who: Player) -> Actor:
    """Return one of the demo's people as the policy knows them."""
    return actor_of(Person.objects.get(email=who.email))


def key_of(who: Player) -> str:
    """Return the key of somebody's organisation."""
    return Organisation.objects.get(name=who.organisation).key


def _settled(who: Player, password: str, at: datetime) -> Login:
    person = Person.objects.filter(email=who.email).first()
    if person is not None:
        person.set_password(password)
        person.save(update_fields=["password"])
    elif who is COORDINATOR:
        found(who.organisation, who.email, person=who.name, password=password, at=at)
    else:
        party = Organisation.objects.filter(name=who.organisation).first() or open_organisation(
            OWNER, who.organisation, who.kinds, scope=who.scope, at=at
        )
        invited = invite(_inviting(party), party.key, who.email, who.role, at=at)
        made = make_person(who.email, who.name, password, verified=True, at=at)
        join(invited.invitation, made, at=at)
        if who.cases_a_week:
            set_capacity(OWNER, party.key, who.cases_a_week, at=at)
    return Login(who, password)


def _inviting(party: Organisation) -> Actor:
    """Return who invites to an organisation: its administrator, where it has one already."""
    places = Membership.objects.filter(organisation=party, role=Role.ADMINISTRATOR, left_at=None)
    place = places.select_related("person").order_by("pk").first()
    return OWNER if place is None else actor_of(place.person)
