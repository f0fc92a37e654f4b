"""What is due and not out, what has reached the update repository, what waits, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.publications.models import Distribution, Publication, Revision
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.instance.updates import update_folder

MOST: Final = 200
"""Promises that are returned."""

NO_REPOSITORY: Final = (
    "there is no update repository yet: run `tidegate keys ceremony`, and adopt what it has signed"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """That a revision reaches the repository."""

    identifier: str
    revision: int
    path: str
    """Of the target; empty while it has none."""
    sequence: int | None
    """In the list of changes."""
    tries: int
    reason: str
    """Why the last try failed."""
    made_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A revision that is approved, whose time has come, and that is not out."""

    identifier: str
    revision: int
    publish_at: datetime | None
    """None: as soon as it was approved."""
    reason: str
    """What keeps it; empty where nobody has looked yet, as without a worker."""


@dataclass(frozen=True, slots=True)
class DistributionState:
    """How far distribution is."""

    has_repository: bool
    mend: str
    """What to do where nothing can be distributed; empty where it can."""
    due: tuple[Due, ...]
    """The oldest first."""
    waiting: tuple[Promise, ...]
    """The oldest first."""
    done: tuple[Promise, ...]
    """The newest first."""


def distribution_state(actor: Actor, *, at: datetime) -> DistributionState:
    """Return what waits and what has arrived, of the publications that `actor` works on.

    Raises:
        HomeError: the folder of the installation cannot be used.
    """
    mine = narrowed(actor, Publication.objects.all(), Act.COORDINATE, at=at)
    rows = Distribution.objects.filter(revision__publication__in=mine.values("pk"))
    rows = rows.select_related("revision__publication")
    made = UpdateFolder(update_folder()).is_made
    waiting = rows.filter(state=Distribution.State.WAITING).order_by("pk")[:MOST]
    done = rows.filter(state=Distribution.State.DONE).order_by("-done_at", "-pk")[:MOST]
    late = Revision.objects.filter(
        Q(publish_at=None) | Q(publish_at__lte=at),
        state=RevisionState.APPROVED,
        publication__in=mine.values("pk"),
    ).select_related("publication")
    return DistributionState(
        has_repository=made,
        mend="" if made else NO_REPOSITORY,
        due=tuple(_due(one) for one in late.order_by("pk")[:MOST]),
        waiting=tuple(_promise(one) for one in waiting),
        done=tuple(_promise(one) for one in done),
    )


def _due(row: Revision) -> Due:
    return Due(row.publication.identifier, row.number, row.publish_at, row.held_because)


def _promise(row: Distribution) -> Promise:
    return Promise(
        identifier=row.revision.publication.identifier,
        revision=row.revision.number,
        path=row.path,
        sequence=row.sequence,
        tries=row.tries,
        reason=row.reason,
        made_at=row.made_at,
        done_at=row.done_at,
    )
