"""How do updates begin in a folder that has none? With the first state, whole or not at all.

A folder in which somebody was killed before the first timestamp holds no updates, and is begun
again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from securesystemslib.signer import Signer  # type: ignore[attr-defined]
from tuf.api.metadata import Snapshot, Targets, Timestamp  # type: ignore[attr-defined]

from tidegate.engines.updates.adopting import last_root
from tidegate.engines.updates.changes import EMPTY, LATEST_PATH, write_latest
from tidegate.engines.updates.drafts import Draft, to_bins
from tidegate.engines.updates.errors import RepositoryError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.signing import read_targets
from tidegate.engines.updates.states import State


def begin(
    folder: UpdateFolder,
    roots: Sequence[bytes],
    targets: bytes,
    signers: Mapping[str, Signer],
    at: datetime,
    *,
    bits: int,
) -> None:
    """Write the first state that there is.

    Raises:
        CeremonyError: the documents are not signed by enough, or do not fit each other.
        PublicationError: a key that has to sign is missing.
        RepositoryError: there are updates in the folder already, or it cannot be written.
    """
    state = _first_state(roots, targets, at, bits)
    with folder.locked():
        if folder.is_made:
            raise RepositoryError(
                f"{folder.path} holds updates already; adopt what is new, or name another folder"
            )
        draft = Draft(folder, signers, state, touched={"targets", "changes", "records"})
        draft.require_fit(targets)
        try:
            for number, raw in enumerate(roots, 1):
                folder.write_metadata("root", number, raw, at)
            folder.write_metadata("targets", state.targets.version, targets, at)
            draft.list_in(state.changes, LATEST_PATH, write_latest(EMPTY), at)
            for name in state.bins.get_roles():
                draft.bins[name] = Targets()
                draft.bins[name].version = 0
            draft.put(at)
        except OSError as error:
            raise RepositoryError(f"{folder.path} cannot be written: {error.strerror}") from error


def _first_state(roots: Sequence[bytes], targets: bytes, at: datetime, bits: int) -> State:
    state = State(
        last_root(roots, at),
        Timestamp(),
        Snapshot(meta={}),
        read_targets(targets, "the targets document").signed,
        Targets(),
        Targets(),
    )
    for signed in (state.timestamp, state.snapshot, state.changes, state.records):
        signed.version = 0
    state.records.delegations = to_bins(state.targets, bits)
    return state
