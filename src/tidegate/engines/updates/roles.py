"""Who signs what: the roles of the update repository, the paths of each, and how long they last.

    root       offline keys, a threshold of them    who everybody else is
    targets    offline keys, a threshold of them    delegates to the next two
      changes  online    changes/latest.json, and the part of the list that still grows
      records  online    delegates to 2^9 bins by the hash of a target's path (TAP 15)
        bin-…  online    advisories/*, fixes/*/*, restricted/*, and what of the list is full
    snapshot   online    the version of everything
    timestamp  online    the version of the snapshot; short-lived, so that a freeze is seen

A full part of the list never changes, so it lies in a bin as any record does: listed by `changes`,
3,000 of them would cost each client 400 kB for each advisory.

From: TUF specification 1.0.31, 2.1 (roles), 4.5 (delegations, paths), 6.2 (consistent snapshots);
TAP 15 (succinct hash bins).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final


class Online(StrEnum):
    """A role whose key lies on the instance; each has a key of its own."""

    TIMESTAMP = "timestamp"
    SNAPSHOT = "snapshot"
    CHANGES = "changes"
    RECORDS = "records"
    """Signs the bins as well."""


BIN: Final = "bin"
"""What the names of bins begin with: `bin-000` to `bin-1ff`."""

BIN_BITS: Final = 9

CHANGES_PATHS: Final = ("changes/*",)
RECORDS_PATHS: Final = ("advisories/*", "fixes/*/*", "restricted/*", "changes/*")
"""In a TUF path pattern a star stands for one part between slashes."""

RECORDS: Final = ("advisories/", "fixes/", "restricted/")
"""What the paths of records begin with: all that a publisher may be asked to add."""

ROOT_LASTS: Final = timedelta(days=365)
TARGETS_LASTS: Final = timedelta(days=365)
BINS_LAST: Final = timedelta(days=365)
"""Of `records`, its bins and `changes`: short-lived is what says which of them are the newest."""
SNAPSHOT_LASTS: Final = timedelta(days=7)
TIMESTAMP_LASTS: Final = timedelta(days=1)

LASTS: Final = {
    Online.TIMESTAMP: TIMESTAMP_LASTS,
    Online.SNAPSHOT: SNAPSHOT_LASTS,
    Online.CHANGES: BINS_LAST,
    Online.RECORDS: BINS_LAST,
}

DUE: Final = 0.5
"""Signed anew once less than this part of its time is left: half of a duty's failures are free."""

KEPT: Final = timedelta(days=14)
"""How long files stay that are not current any more: as long as a client or mirror may need them
that has begun to read."""
