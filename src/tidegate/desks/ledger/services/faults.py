"""What can be wrong with the ledger, in words: where, which entry first, and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tidegate.desks.ledger.models import Entry
from tidegate.engines.transparency.entries import Commitment, opens
from tidegate.engines.transparency.errors import EntryError
from tidegate.engines.transparency.verdicts import Broken, Damage, Place


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not what was signed."""

    first: int
    """The first wrong entry; where that is not certain, the earliest that it can be."""
    last: int
    """The latest that the first wrong entry can be; the same where it is certain."""
    place: str
    """Such as `the table of entries`."""
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.what}; {self.mend}"


TEXTS: Final = "the texts"
HEAD: Final = "the head"
HISTORY: Final = "the history of checkpoints"

RESTORE: Final = (
    "keep a copy of the database as it is, as evidence, and restore it from the newest backup that"
    " this command finds sound"
)
REBUILD: Final = "the entries are right: run `tidegate ledger rebuild`"
_ANEW: Final = (
    "the entries are right: remove {0}/checkpoint and run `tidegate ledger publish {0}`, which"
    " writes everything there anew"
)
_TWO_HISTORIES: Final = (
    "whoever holds the ledger's key has signed two histories: keep both checkpoints, and show them"
    " to the witnesses and to everybody who follows the log"
)


def of_broken(broken: Broken, folder: Path | None = None) -> Fault:
    """Return what the engine found, with the mend."""
    if broken.place is Place.HASHES:
        mend = REBUILD
    elif broken.place in (Place.TILES, Place.BUNDLES):
        mend = _ANEW.format(folder)
    elif broken.damage is Damage.REWRITTEN:
        mend = _TWO_HISTORIES
    else:
        mend = RESTORE
    return Fault(broken.first, broken.last, str(broken.place), str(broken), mend)


def of_entry(entry: Entry) -> Fault | None:
    """Return what is wrong with one entry beside its place in the tree; None if it is right."""
    leaf = bytes(entry.leaf)
    try:
        stated = Commitment.parse(leaf)
        reason = _contradiction(entry, stated, leaf)
    except EntryError as error:
        return _of_text(entry.index, str(error))
    return _of_text(stated.sequence, reason) if reason else None


def _contradiction(entry: Entry, stated: Commitment, leaf: bytes) -> str:
    """Return what of an entry's row says something else than its leaf; empty if nothing does."""
    for name, kept, right in (
        ("number", entry.index, stated.sequence),
        ("time", entry.at, stated.at),
    ):
        if kept != right:
            return f"its {name} is {kept} in the table, and {right} in the log"
    if not opens(leaf, text=entry.text.encode(), salt=bytes(entry.salt)):
        return "its text, or its salt, is not the one that was committed to"
    said = json.loads(entry.text)
    for name in ("kind", "actor", "person", "case", "organisation"):
        if getattr(entry, name) != said.get(name):
            return f"its {name} in the table is not the one that its text says"
    return ""


def _of_text(index: int, reason: str) -> Fault:
    what = f"entry {index} is the first wrong one in {TEXTS}: {reason}"
    mend = "the log itself is right: put this row back from a backup"
    return Fault(index, index, TEXTS, what, mend)
