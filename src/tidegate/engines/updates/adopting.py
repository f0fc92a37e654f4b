"""May this root, or this targets document, be the next one? Asked before anything is written.

From: TUF specification 1.0.31, 5.3 (a root follows on the one before), 5.6.3 (no rollback).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.signing import is_complete, is_over, quorums, read_root, read_targets
from tidegate.engines.updates.states import State, root_of


def last_root(roots: Sequence[bytes], at: datetime) -> Root:
    """Return the last of a chain of roots from the first on.

    Raises:
        CeremonyError: one of them is not signed by enough, or the last has run out.
    """
    before: Metadata[Root] | None = None
    for number, raw in enumerate(roots, 1):
        document = read_root(raw, f"root {number}")
        if document.signed.version != number or not is_complete(quorums(document, before)):
            raise CeremonyError(
                f"root {document.signed.version} is not signed by enough keys, or is not root"
                f" {number}; give all roots from the first on, and sign them with `tidegate keys"
                " root sign`"
            )
        before = document
    if before is None or is_over(before, at):
        raise CeremonyError("there is no root that counts now; draft one, and sign it")
    return before.signed


def is_next_root(folder: UpdateFolder, raw: bytes, at: datetime) -> bool:
    """Say whether a root has to be adopted: False if it is already.

    Raises:
        CeremonyError: it does not follow on the root that is, is not signed by enough, or has run
            out.
    """
    document = read_root(raw, "the root")
    newest = folder.newest_root()
    if document.signed.version == newest and folder.read_metadata("root", newest) == raw:
        return False
    if document.signed.version != newest + 1:
        raise CeremonyError(
            f"this is a root {document.signed.version}, and root {newest} is adopted; clients go"
            f" from each root to the next, so it has to be root {newest + 1}"
        )
    found = quorums(document, Metadata(root_of(folder, newest)))
    if not is_complete(found):
        missing = " and ".join(f"{one.missing} of {one.of}" for one in found if one.missing)
        raise CeremonyError(
            f"root {document.signed.version} is not signed by enough keys: missing {missing};"
            " sign it with `tidegate keys root sign`"
        )
    if is_over(document, at) or not document.signed.consistent_snapshot:
        raise CeremonyError(
            f"root {document.signed.version} has run out, or is of another kind; draft it again"
        )
    return True


def is_next_targets(folder: UpdateFolder, state: State, raw: bytes, at: datetime) -> bool:
    """Say whether a targets document has to be adopted under the state's root: False if it is.

    Raises:
        CeremonyError: it is not newer than the one that is, is not signed by enough, or has run
            out.
    """
    document = read_targets(raw, "the targets document")
    version = document.signed.version
    if version == state.targets.version and folder.read_metadata("targets", version) == raw:
        return False
    if version <= state.targets.version:
        raise CeremonyError(
            f"this is a targets {version}, and targets {state.targets.version} is adopted; draft"
            " it again"
        )
    (found,) = quorums(document, Metadata(state.root))
    if found.missing:
        raise CeremonyError(
            f"targets {version} is not signed by enough keys: missing {found.missing} of"
            f" {found.of}; sign it with `tidegate keys root sign`"
        )
    if is_over(document, at):
        raise CeremonyError(f"targets {version} has run out; draft it again")
    return True
