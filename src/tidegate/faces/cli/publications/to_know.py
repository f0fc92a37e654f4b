"""What to know of a draft before it is handed in, though it keeps nothing from going out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidegate.desks.access.actors import Actor


def notes(who: Actor, identifier: str, number: int | None, *, at: datetime) -> tuple[str, ...]:
    """Return what to know of a revision, the newest if none is named; nothing of what is out.

    Raises:
        NotFoundError: there is no such publication, or not for them.
        NotHereError: it has no such revision, or not for them.
    """
    from tidegate.desks.publications.queries import detail, differences
    from tidegate.desks.publications.states.revisions import AT_WORK
    from tidegate.instance.publisher import unnamed

    revision = detail.revision_of(who, identifier, number, at=at)
    record = detail.revision_record(who, identifier, revision.number, at=at)
    if revision.state not in AT_WORK:
        return ()
    found: list[str] = []
    name = revision.publication.identifier
    if settings := unnamed(record.publisher):
        found.append(
            f"it would be published as {record.publisher.name}, {record.publisher.namespace}: set"
            f" {', '.join(settings)}, and then: tidegate publication recompose {name} --part"
            " publisher"
        )
    # A draft is of coordinators alone to compare, and what withdraws is made of what is out.
    if record.withdrawn_at is None and detail.publication_page(who, name, at=at).coordinates:
        changed = differences.since_composed(who, name, at=at)
        parts = ", ".join(dict.fromkeys(one.place.partition(" ")[0] for one in changed))
        if parts:
            found.append(
                f"it is behind what the desks know, or was edited apart from it, in {parts}:"
                f" `tidegate publication diff {name} --known` shows how, and `tidegate publication"
                f" recompose {name}` takes it over"
            )
    return tuple(found)
