"""What the offline keys sign: the root, which says who everybody is, and the targets, above all.

Here the next version of either is made, as a value, and nobody has signed it yet: that is done in
`signing.py`, on one machine after the other. Each function is one step of docs/keys.md:

    first_root, first_targets    the ceremony
    next_root                    a key of root, targets, snapshot or timestamp is exchanged or lost
    next_targets                 a key of changes or records is exchanged; again, after a compromise

A version always raises by one. After the snapshot and timestamp keys were exchanged in a root,
clients drop what the old keys signed; so whatever versions a thief has shown them are forgotten.

From: TUF specification 1.0.31, 4.3 (root), 4.5 (targets), 5.3.11 (recovery from fast-forward), 6.1
(key management and migration).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tuf.api.metadata import (  # type: ignore[attr-defined]
    DelegatedRole,
    Delegations,
    Key,
    Metadata,
    Role,
    Root,
    Snapshot,
    Targets,
    Timestamp,
)

from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.roles import (
    CHANGES_PATHS,
    RECORDS_PATHS,
    ROOT_LASTS,
    TARGETS_LASTS,
    Online,
)

EPOCH_FIELD: Final = "x-tidegate-epoch"
"""In the targets document: how often the list of changes had to be begun anew for everybody.

A thief of the online keys can have shown clients a list that is further than ours. Whoever meets a
higher epoch than the one known to them forgets how far they were, and reads the list from its
beginning. The offline keys sign it, so that only their holders can ask for that."""


@dataclass(frozen=True, slots=True)
class Holders:
    """The offline keys of a role, and how many of them have to sign."""

    keys: tuple[Key, ...]
    threshold: int

    def __post_init__(self) -> None:
        many = len({key.keyid for key in self.keys})
        if many != len(self.keys):
            raise CeremonyError("a key is named twice; each holder needs a key of their own")
        if not 1 <= self.threshold <= many:
            raise CeremonyError(
                f"{self.threshold} of {many} keys cannot sign; the threshold is 1 to {many}"
            )


def first_root(
    root: Holders, targets: Holders, *, snapshot: Key, timestamp: Key, at: datetime
) -> Metadata[Root]:
    """Return root 1, unsigned.

    Raises:
        CeremonyError: one key is named for two roles.
    """
    document = Root(version=1, expires=_until(at, ROOT_LASTS), consistent_snapshot=True)
    _set(document, Root.type, root)
    _set(document, Targets.type, targets)
    _set(document, Snapshot.type, Holders((snapshot,), 1))
    _set(document, Timestamp.type, Holders((timestamp,), 1))
    return _checked(document)


def next_root(
    now: Metadata[Root],
    *,
    at: datetime,
    root: Holders | None = None,
    targets: Holders | None = None,
    snapshot: Key | None = None,
    timestamp: Key | None = None,
) -> Metadata[Root]:
    """Return the root after `now`, unsigned: as before but for what is named, and lasting anew.

    Raises:
        CeremonyError: one key is named for two roles.
    """
    document: Root = copy.deepcopy(now.signed)
    document.version += 1
    document.expires = _until(at, ROOT_LASTS)
    for name, holders in (
        (Root.type, root),
        (Targets.type, targets),
        (Snapshot.type, Holders((snapshot,), 1) if snapshot else None),
        (Timestamp.type, Holders((timestamp,), 1) if timestamp else None),
    ):
        if holders is not None:
            _set(document, name, holders)
    return _checked(document)


def first_targets(*, changes: Key, records: Key, at: datetime) -> Metadata[Targets]:
    """Return targets 1, unsigned: it holds nothing, and delegates everything."""
    document = Targets(
        version=1,
        expires=_until(at, TARGETS_LASTS),
        unrecognized_fields={EPOCH_FIELD: 1},
    )
    document.delegations = _delegations(changes, records)
    return Metadata(document)


def next_targets(
    now: Metadata[Targets],
    *,
    at: datetime,
    changes: Key | None = None,
    records: Key | None = None,
    new_epoch: bool = False,
) -> Metadata[Targets]:
    """Return the targets document after `now`, unsigned; `new_epoch` after a compromise.

    Raises:
        CeremonyError: `now` is no targets document of such a repository.
    """
    document: Targets = copy.deepcopy(now.signed)
    document.version += 1
    document.expires = _until(at, TARGETS_LASTS)
    document.delegations = _delegations(
        changes or delegate(now.signed, Online.CHANGES),
        records or delegate(now.signed, Online.RECORDS),
    )
    document.unrecognized_fields[EPOCH_FIELD] = epoch(now.signed) + (1 if new_epoch else 0)
    return Metadata(document)


def holders_of(root: Root, role: str) -> Holders:
    """Return who signs for `root` or `targets`."""
    found = root.roles[role]
    return Holders(tuple(root.keys[keyid] for keyid in found.keyids), found.threshold)


def online_key(root: Root, targets: Targets, role: Online) -> Key:
    """Return the key that the offline documents name for an online role.

    Raises:
        CeremonyError: they do not name exactly one.
    """
    if role in (Online.CHANGES, Online.RECORDS):
        return delegate(targets, role)
    found = root.roles[role.value]
    if len(found.keyids) != 1 or found.threshold != 1:
        raise CeremonyError(f"root {root.version} does not name one key for {role}")
    return root.keys[found.keyids[0]]


def delegate(targets: Targets, role: Online) -> Key:
    """Return the key that signs for `changes` or `records`.

    Raises:
        CeremonyError: the document does not name exactly one, for the paths that it should have.
    """
    delegations = targets.delegations
    found = (delegations.roles or {}).get(role.value) if delegations else None
    paths = list(CHANGES_PATHS if role is Online.CHANGES else RECORDS_PATHS)
    right = found and len(found.keyids) == found.threshold == 1 and found.paths == paths
    if not delegations or not found or not right or found.terminating:
        raise CeremonyError(
            f"targets {targets.version} does not delegate {', '.join(paths)} to one key of {role}"
        )
    key: Key = delegations.keys[found.keyids[0]]
    return key


def epoch(targets: Targets) -> int:
    """Return the epoch of a targets document; 1 where it says none."""
    said = targets.unrecognized_fields.get(EPOCH_FIELD, 1)
    return said if type(said) is int else 1


def _delegations(changes: Key, records: Key) -> Delegations:
    if changes.keyid == records.keyid:
        raise CeremonyError("changes and records need keys of their own; one is named for both")
    roles = {
        Online.CHANGES.value: DelegatedRole(
            Online.CHANGES.value, [changes.keyid], 1, terminating=False, paths=[*CHANGES_PATHS]
        ),
        Online.RECORDS.value: DelegatedRole(
            Online.RECORDS.value, [records.keyid], 1, terminating=False, paths=[*RECORDS_PATHS]
        ),
    }
    return Delegations({changes.keyid: changes, records.keyid: records}, roles)


def _set(root: Root, role: str, holders: Holders) -> None:
    root.roles[role] = Role([key.keyid for key in holders.keys], holders.threshold)
    root.keys |= {key.keyid: key for key in holders.keys}
    named = {keyid for one in root.roles.values() for keyid in one.keyids}
    root.keys = {keyid: key for keyid, key in root.keys.items() if keyid in named}


def _checked(root: Root) -> Metadata[Root]:
    named = [keyid for role in root.roles.values() for keyid in role.keyids]
    if len(named) != len(set(named)):
        raise CeremonyError("one key is named for two roles; each role needs keys of its own")
    return Metadata(root)


def _until(at: datetime, lasts: timedelta) -> datetime:
    return at.astimezone(UTC) + lasts
