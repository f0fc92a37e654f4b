"""What this desk hears from the ledger: that people are to be told of an entry, and no more.

The ledger is locked meanwhile, so whom to tell is worked out later (`services.telling`).
"""

from __future__ import annotations

from typing import Any

from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.signals import appended
from tidegate.desks.notices.kinds import TABLE
from tidegate.desks.notices.models import Occasion


def connect() -> None:
    """Listen; once for each process."""
    appended.connect(note, dispatch_uid="tidegate.desks.notices")


def note(*, entry: Entry, **_: Any) -> None:
    """Keep that an entry is to be told of, in its own transaction."""
    telling = TABLE.get(entry.kind)
    if telling is not None and telling.is_told(entry.said):
        Occasion.objects.create(entry=entry)
