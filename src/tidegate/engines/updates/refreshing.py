"""What runs out soon and is signed anew, and which files does nobody need? Done by a clock.

Both do nothing where there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tidegate.engines.updates.bins import Held
from tidegate.engines.updates.drafts import Draft
from tidegate.engines.updates.roles import DUE, LASTS, Online


def sign_anew(draft: Draft, held: Mapping[str, Held], at: datetime) -> dict[str, int]:
    """Sign what has under half of its time left; return the versions that were written, by role.

    Raises:
        PublicationError: a key that has to sign is missing.
        RepositoryError: a bin is not what was signed.
        OSError: something cannot be written.
    """
    state = draft.state
    for role, signed in ((Online.CHANGES, state.changes), (Online.RECORDS, state.records)):
        if _is_due(signed.expires, role, at):
            draft.touched.add(role.value)
    for name, one in held.items():
        if _is_due(one.expires, Online.RECORDS, at):
            draft.bin(name)
    is_touched = draft.bins or draft.touched or state.behind
    if is_touched or _is_due(state.snapshot.expires, Online.SNAPSHOT, at):
        return draft.put(at)
    if _is_due(state.timestamp.expires, Online.TIMESTAMP, at):
        return draft.put_timestamp(at)
    return {}


def sweep(draft: Draft, held: Mapping[str, Held], before: datetime) -> int:
    """Remove files that are not current and have not been since `before`; return how many.

    Raises `OSError`.
    """
    listed = draft.state.changes.targets.items()
    current = {(path, one.hashes["sha256"]) for path, one in listed}
    for one in held.values():
        current |= one.records.items() | one.segments.items()
    return draft.folder.sweep(draft.state.file_names(), current, before)


def _is_due(expires: datetime, role: Online, at: datetime) -> bool:
    return expires - at < LASTS[role] * DUE
