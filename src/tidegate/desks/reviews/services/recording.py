"""Writing down what mattered in an engagement: in the ledger, and so for who waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidegate.desks.access.actors import Actor
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.models import Engagement


def record(
    kind: str,
    engagement: Engagement,
    *,
    at: datetime,
    actor: Actor,
    about: Organisation | None = None,
    only_for: Organisation | str | None = None,
    **text: Any,
) -> Entry:
    """Write down something that happened in an engagement, and return its entry in the ledger.

    It belongs in the transaction in which it happens, as its last step: nobody else appends to the
    ledger until the transaction ends.

    Args:
        kind: a short word with dashes.
        engagement: in which.
        at: when it happened.
        actor: who did it.
        about: the organisation that it is about, if it is about one.
        only_for: the only party that reads it, or `FOR_GOVERNMENT`. Without it, the developer and
            the government's named people do.
        text: what else there is to say, as JSON data.
    """
    reads = only_for.key if isinstance(only_for, Organisation) else only_for or ""
    return append(
        kind,
        at=at,
        actor=actor,
        organisation=about.key if about else "",
        engagement=engagement.key,
        only_for=reads,
        **text,
    )
