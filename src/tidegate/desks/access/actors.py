"""Who asks: a person with their standing in organisations, the house itself, or its owner."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from tidegate.desks.access.words import OrganisationKind, Role, Scope

EVERY_SCOPE: Final = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place in one organisation; it is not suspended, nor are they."""

    organisation: int
    role: Role
    kinds: frozenset[OrganisationKind]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks, with all that the policy may ask about them.

    It is read from the tables anew for each request: a suspension counts from the next one on.
    """

    name: str
    """For histories: the person's name, or a word of the house."""
    person: int | None = None
    standings: tuple[Standing, ...] = ()
    scopes: frozenset[Scope] = EVERY_SCOPE
    is_house: bool = False
    """What runs, rules and clocks decide by themselves."""
    is_owner: bool = False
    """Whoever runs commands on the machine, and so holds the keys and the database anyway."""
    key: str = field(default="", compare=False)
    """The person's own key, for the ledger."""
    suspended_standings: tuple[Standing, ...] = ()
    """Their places in organisations that are suspended; they themselves are not. They count for
    what nobody may take from a developer, a release and a withdrawal, and for nothing else."""

    @property
    def organisations(self) -> tuple[int, ...]:
        """The organisations that they stand in."""
        return tuple(standing.organisation for standing in self.standings)

    def of_kind(
        self, kinds: Collection[OrganisationKind], roles: Collection[Role] = tuple(Role)
    ) -> tuple[int, ...]:
        """Return the organisations of these kinds in which they have one of these roles."""
        return tuple(
            standing.organisation
            for standing in self.standings
            if standing.role in roles and standing.kinds & frozenset(kinds)
        )

    def with_role(self, *roles: Role) -> tuple[int, ...]:
        """Return the organisations in which they have one of these roles."""
        return tuple(standing.organisation for standing in self.standings if standing.role in roles)


HOUSE: Final = Actor("tidegate", is_house=True)
"""Our own runs, rules and clocks."""

OWNER: Final = Actor("the owner of this instance", is_owner=True)
"""Whoever runs commands on the machine without naming a person."""

NOBODY: Final = Actor("nobody", scopes=frozenset())
"""Whoever has not signed in."""
