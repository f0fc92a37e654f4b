"""Writing down what mattered to a publication: in the ledger, for those who may know of it.

That a publication is being prepared is for coordinators: the parties of the case learn of it when
its drafts are shown to them, and everybody when it is out. So an entry names the case, by which its
parties read it, only where `for_parties` says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidegate.desks.access.actors import Actor
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.publications.models import Publication
from tidegate.desks.publications.services.holding import Held


def record(
    kind: str,
    publication: Publication,
    *,
    at: datetime,
    actor: Actor,
    for_parties: bool = False,
    **text: Any,
) -> Entry:
    """Write down something about a publication, and return its entry in the ledger.

    It belongs in the transaction in which it happens, as its last step. It holds digests, numbers
    and reasons, and never the record.

    Args:
        kind: a short word with dashes.
        publication: which.
        at: when it happened.
        actor: who did it.
        for_parties: whether the parties of the case may know.
        text: what else there is to say, as JSON data.
    """
    key = publication.case.key
    about: dict[str, Any] = {"case": key} if for_parties else {"of_case": key}
    return append(kind, at=at, actor=actor, publication=publication.identifier, **about, **text)


def record_revision(kind: str, held: Held, actor: Actor, at: datetime, **text: Any) -> None:
    """Write down something about the revision that is worked on, as `record` does."""
    record(kind, held.publication, at=at, actor=actor, revision=held.revision.number, **text)
