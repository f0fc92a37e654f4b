"""What a rule of the policy is, and the people whom rules speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.conditions import Condition
from tidegate.desks.access.words import REVIEWING, WORKING, Act, Kind, OrganisationKind, Role

Who = Callable[[Actor], bool]

HANDING_IN: Final = (
    OrganisationKind.FINDER,
    OrganisationKind.COORDINATOR,
    OrganisationKind.MODEL_DEVELOPER,
    OrganisationKind.TRUSTED_PARTNER,
    OrganisationKind.REVIEWER,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of the policy."""

    who: Who
    acts: tuple[Act, ...]
    kind: Kind
    which: Condition
    words: str


def coordinators(actor: Actor) -> bool:
    """Members of an organisation that coordinates, and the instance's owner."""
    return actor.is_owner or bool(actor.of_kind([OrganisationKind.COORDINATOR], WORKING))


def readers_of_coordinators(actor: Actor) -> bool:
    """Everybody in an organisation that coordinates, those who only read included."""
    return actor.is_owner or bool(actor.of_kind([OrganisationKind.COORDINATOR]))


def chief_coordinators(actor: Actor) -> bool:
    """Administrators of an organisation that coordinates, and the instance's owner."""
    leading = actor.of_kind([OrganisationKind.COORDINATOR], [Role.ADMINISTRATOR])
    return actor.is_owner or bool(leading)


def owner(actor: Actor) -> bool:
    """Whoever holds the machine."""
    return actor.is_owner


def house(actor: Actor) -> bool:
    """Our own runs, rules and clocks."""
    return actor.is_house


def persons(actor: Actor) -> bool:
    """Whoever has an account, with a place in at least one organisation."""
    return actor.person is not None and bool(actor.standings)


def account_holders(actor: Actor) -> bool:
    """Whoever has an account."""
    return actor.person is not None


def working_persons(actor: Actor) -> bool:
    """Whoever has a place in an organisation in which they may do more than read."""
    return actor.person is not None and bool(actor.with_role(*WORKING))


def deciding_persons(actor: Actor) -> bool:
    """Whoever does more than read in an organisation, be that one suspended or not."""
    everywhere = (*actor.standings, *actor.suspended_standings)
    return actor.person is not None and any(one.role in WORKING for one in everywhere)


def who_take_part_in_reviews(actor: Actor) -> bool:
    """Whoever has a place in an organisation that takes part in reviews."""
    return bool(actor.of_kind(REVIEWING))


def finders(actor: Actor) -> bool:
    """Members of an organisation that hands in findings."""
    return bool(actor.of_kind(HANDING_IN, WORKING))
