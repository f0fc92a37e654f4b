"""Which keys the instance has, and what each of them still wraps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.instance.holders import holders
from tidegate.instance.keyring import keyring


@dataclass(frozen=True, slots=True)
class GenerationRow:
    """A key of the instance, or the trace of one that is missing."""

    key_id: str
    number: int | None
    """Of its generation; None where its file is missing."""
    made_at: datetime | None
    newest: bool
    """It is the one that wraps."""
    wraps: Mapping[str, int]
    """How many keys, by whose they are: `deliveries`, `cases` and what else keeps some."""

    @property
    def missing(self) -> bool:
        """Whether it is needed and not there."""
        return self.number is None


def list_generations(actor: Actor) -> tuple[GenerationRow, ...]:
    """Return the instance's keys, the oldest first, and after them those that are missing.

    Raises:
        NotFoundError: `actor` may not.
        HomeError: the folder of the keys cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    keys = keyring()
    newest = keys.newest().key_id
    counted = {holder.name: holder.counts() for holder in holders()}

    def wraps(key_id: str) -> Mapping[str, int]:
        return {name: counts[key_id] for name, counts in counted.items()}

    here = keys.generations()
    gone = set().union(*counted.values()) - {one.key_id for one in here}
    return (
        *(
            GenerationRow(
                one.key_id, one.number, one.made_at, one.key_id == newest, wraps(one.key_id)
            )
            for one in here
        ),
        *(GenerationRow(key_id, None, None, False, wraps(key_id)) for key_id in sorted(gone)),
    )
