"""Who signs what, and until when: the state of the updates, as whoever keeps the keys reads it.

Pure: it looks at what is in the folder, as everybody can.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from securesystemslib.signer import Key  # type: ignore[attr-defined]
from tuf.api.metadata import Root, Signed, Targets  # type: ignore[attr-defined]

from tidegate.engines.updates.ceremony import holders_of, online_key
from tidegate.engines.updates.key_files import name_of
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.states import State

SOON: Final = timedelta(days=30)
"""Offline documents are to be signed anew once less time than this is left: people have to meet."""


@dataclass(frozen=True, slots=True)
class RoleState:
    """One role of the updates."""

    role: str
    version: int
    expires: datetime
    keys: tuple[str, ...]
    """How people call them."""
    threshold: int
    problem: str = ""
    """What has to be done, as half a sentence; empty if nothing."""


def overview(state: State, here: Collection[str], at: datetime) -> list[RoleState]:
    """Return all roles but the bins.

    Args:
        state: What clients read now.
        here: The ids of the online keys that lie here.
        at: Now.
    """
    root, targets = state.root, state.targets
    rows = []
    offline: dict[str, Root | Targets] = {Root.type: root, Targets.type: targets}
    for role, document in offline.items():
        holders = holders_of(root, role)
        rows.append(
            RoleState(
                role,
                document.version,
                document.expires,
                tuple(name_of(key) for key in holders.keys),
                holders.threshold,
                _offline_problem(role, document.expires, at),
            )
        )
    online: dict[Online, Signed] = {
        Online.SNAPSHOT: state.snapshot,
        Online.TIMESTAMP: state.timestamp,
        Online.CHANGES: state.changes,
        Online.RECORDS: state.records,
    }
    for one, signed in online.items():
        key = online_key(root, targets, one)
        rows.append(
            RoleState(
                one.value,
                signed.version,
                signed.expires,
                (name_of(key),),
                1,
                _online_problem(key, here, signed.expires, at),
            )
        )
    return rows


def _offline_problem(role: str, expires: datetime, at: datetime) -> str:
    if expires <= at:
        return f"has run out: clients refuse everything; run `tidegate keys {role} rotate`"
    return f"runs out soon: run `tidegate keys {role} rotate`" if expires - at < SOON else ""


def _online_problem(key: Key, here: Collection[str], expires: datetime, at: datetime) -> str:
    if key.keyid not in here:
        return "its key is not here: put it back from a backup, or `tidegate keys online rotate`"
    if expires <= at:
        return "has run out: the worker signs it anew; is it running (`tidegate work`)?"
    return ""
