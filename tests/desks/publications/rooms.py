"""A proven case with its vendor and two coordinators, for tests of this desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tests.desks.cases.makers import (
    NOW,
    Party,
    coordinated,
    coordinator,
    day,
    finder_of,
    party,
    take_in,
    under_embargo,
)
from tests.desks.findings.makers import (
    START,
    make_case,
    make_finder,
    make_finding,
    make_reproduction,
    run_row,
)
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.services import releasing
from tidegate.desks.findings.models import Case
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.services import approving, drafting, publishing

__all__ = [
    "NOW",
    "RUNS",
    "Party",
    "Room",
    "approve",
    "approved",
    "day",
    "handed_in",
    "make_operator",
    "make_room",
    "published",
    "working",
]

RUNS: Final = (
    run_row("1.1.0", "reproduced"),
    run_row("1.2.0", "reproduced"),
    run_row("1.2.5", "reproduced"),
    run_row("1.2.6", "not-reproduced"),
    run_row("1.2.8", "not-reproduced"),
)
"""Of minimist, as our runs showed it: from the oldest release up to 1.2.6, which is fixed."""


@dataclass(frozen=True)
class Room:
    """A case that is proven and coordinated, and the people around it."""

    coordination: Coordination
    one: Party
    """A coordinator, who opened it."""
    other: Party
    """Another coordinator, of the same organisation."""
    reader: Party
    """Somebody of theirs who only reads."""
    vendor: Party
    """A party that has joined, and consented where there is an embargo."""
    finder: Party
    stranger: Party
    """An administrator of an organisation that has nothing to do with the case."""

    @property
    def case(self) -> Case:
        """The case."""
        return self.coordination.case

    @property
    def key(self) -> str:
        """The case's key."""
        return self.coordination.case.key

    def release_early(self, at: datetime) -> None:
        """End the embargo before its time: both coordinators approve."""
        for who in (self.one, self.other):
            releasing.approve_release(who.actor, self.key, reason="it is out", at=at)
        self.coordination.refresh_from_db()

    @property
    def actors(self) -> dict[str, Actor]:
        """Everybody, as they stand now, by what they are."""
        named = ("one", "other", "reader", "vendor", "finder", "stranger")
        return {name: getattr(self, name).actor for name in named}


def make_room(
    *,
    ends_at: datetime | None = None,
    runs: tuple[dict[str, Any], ...] = RUNS,
    package: str = "minimist",
    package_type: str = "npm",
    purl: str = "",
    **finding: Any,
) -> Room:
    """Make a case of one proven finding, coordinated since `NOW`, with a vendor.

    Args:
        ends_at: with an end it is under an embargo until then, which the vendor has consented to.
        runs: the releases of the package, the oldest first, as `run_row` makes them.
        package: as its registry names it.
        package_type: of its package URL.
        purl: of the finding; of version 1.2.0, if nothing is said.
        finding: columns of the finding, such as `references`.
    """
    one = coordinator()
    # Makers count the minutes; it is found before `NOW`, however many were made before it.
    finding.setdefault("received_at", START)
    made = make_finding(
        make_finder(),
        verdict="reproduced",
        package=package,
        package_type=package_type,
        purl=purl or f"pkg:{package_type}/{package}@1.2.0",
        **finding,
    )
    make_reproduction(made, range_runs=runs)
    case = make_case(made, opened_at=START, package=package, package_type=package_type)
    vendor, finder = party(), finder_of(case)
    if ends_at is None:
        row = coordinated(one, case)
        take_in(row, one, vendor)
    else:
        row = under_embargo(one, vendor, ends_at=ends_at, case=case)
    return Room(
        coordination=row,
        one=one,
        other=one.colleague(),
        reader=one.colleague(Role.READER),
        vendor=vendor,
        finder=finder,
        stranger=party(role=Role.ADMINISTRATOR),
    )


def make_operator() -> Party:
    """Make an operator, and its administrator."""
    return party(OrganisationKind.OPERATOR, role=Role.ADMINISTRATOR)


def handed_in(room: Room, *, at: datetime = NOW) -> Publication:
    """Begin the publication of a case, write what is missing, and hand it in: all by `one`."""
    publication = drafting.begin(room.one.actor, room.key, at=at)
    approving.submit(room.one.actor, publication.identifier, at=at)
    return publication


def approved(room: Room, *, at: datetime = NOW) -> Publication:
    """Do the same, and let `other` approve it; it goes out when `publish_due` is called."""
    publication = handed_in(room, at=at)
    approve(room, publication, at=at)
    return publication


def approve(room: Room, publication: Publication, *, at: datetime = NOW) -> Revision:
    """Let `other` approve the revision that was handed in."""
    digest = working(publication).digest
    return approving.approve(room.other.actor, publication.identifier, digest=digest, at=at)


def published(room: Room, *, at: datetime = NOW) -> Publication:
    """Do the same, and let it go out."""
    publication = approved(room, at=at)
    assert publishing.publish_due(at) == 1, working(publication).held_because
    publication.refresh_from_db()
    return publication


def working(publication: Publication) -> Revision:
    """Return the revision that is worked on, as it is kept."""
    states = ("draft", "submitted", "approved")
    return Revision.objects.select_related("publication").get(
        publication=publication, state__in=states
    )
