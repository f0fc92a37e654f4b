"""What of a fix and its receipt was verified, and what was not? Said of each, in words.

TUF has vouched for the bytes, and for the record that names them by digest. The receipt says what
was run; that its labels follow from its rungs, and that it is about this diff, is looked at here.
Who signed it is only known with the coordinator's public key, and that the runs were as it says is
the coordinator's word in any case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.engines.formats.advisories.record import Record, TriedFix
from tidegate.engines.formats.receipts import OF_FIX, ReceiptError, read, verify
from tidegate.engines.updates.changes import is_path
from tidegate.faces.operator.refused import RefusedError

_ANOTHER = "it is another one than the advisory names that is known here; pull, and fetch again"


@dataclass(frozen=True, slots=True)
class Judged:
    """A fix, and what can be said of it."""

    name: str
    files: Mapping[str, bytes]
    """The diff, where it is one, and the receipt, by their names."""
    labels: tuple[str, ...]
    rungs: tuple[tuple[str, str, str], ...]
    """Each rung's name, its word, and why."""
    verified: tuple[str, ...]
    """Half sentences."""
    not_verified: tuple[str, ...]
    """Likewise."""
    is_whole: bool
    """Whether its diff, if it is one, and its receipt have come."""


def paths_of(record: Record, fix: TriedFix) -> dict[str, str]:
    """Return where the files of a fix lie among the updates, by the name of each.

    Raises `RefusedError` for a name that is none of a file.
    """
    names = [fix.name] * fix.is_patch + [_receipt_name(fix)]
    found = {name: f"fixes/{record.identifier}/{name}" for name in names}
    for name, path in found.items():
        if "/" in name or not is_path(path):
            raise RefusedError(f"{name[:60]!r} is no name of a file; tell the coordinator")
    return found


def judged(fix: TriedFix, came: Mapping[str, bytes], key: bytes | None) -> Judged:
    """Return what can be said of a fix.

    Args:
        fix: as the record has it.
        came: those of its files that came, by name; TUF has vouched for them.
        key: the public key, in PEM, that has to have signed the receipt.

    Raises `RefusedError` for a fix that is not what the record or its receipt says.
    """
    verified = ["the coordinator published these bytes (TUF), and the advisory names their digests"]
    not_verified: list[str] = []
    diff, receipt = came.get(fix.name), came.get(_receipt_name(fix))
    if fix.is_patch and diff is None:
        not_verified.append("the diff, which is not among the updates")
    if diff is not None and _digest(diff) != fix.sha256:
        raise RefusedError(f"{fix.name} is not used: {_ANOTHER}")
    if receipt is None:
        not_verified.append("what was run, since no receipt is among the updates")
        return Judged(
            fix.name,
            dict(came),
            fix.labels,
            (),
            (*verified,) if came else (),
            (*not_verified,),
            is_whole=False,
        )
    if _digest(receipt) != fix.receipt_sha256:
        raise RefusedError(f"the receipt of {fix.name} is not used: {_ANOTHER}")
    said = _said(fix, receipt, key)
    if diff is not None:
        verified.append(f"the receipt is about this diff, SHA-256 {fix.sha256}")
    words = ", ".join(label.replace("-", " ") for label in said["labels"]) or "none"
    verified.append(f"the receipt's labels follow from its rungs: {words}")
    if key:
        verified.append("the receipt is signed with the key that you gave")
    else:
        not_verified.append("who signed the receipt; give the coordinator's public key with --key")
    not_verified.append("whether the runs were as the receipt says: nothing was run here")
    rungs = tuple((one["name"], one["word"], one["reason"]) for one in said["rungs"])
    return Judged(
        fix.name,
        dict(came),
        tuple(said["labels"]),
        rungs,
        tuple(verified),
        tuple(not_verified),
        is_whole=diff is not None or not fix.is_patch,
    )


def _said(fix: TriedFix, receipt: bytes, key: bytes | None) -> Mapping[str, Any]:
    """Return what a receipt says of a fix, if it is about this one, and no less than is claimed."""
    try:
        statement = verify(receipt, key, form=OF_FIX) if key else read(receipt, OF_FIX)
    except ReceiptError as error:
        raise RefusedError(f"the receipt of {fix.name} is not used: {error}") from error
    said = statement.predicate
    tried = said["fix"]
    is_same = tried["package"] == fix.purl and (
        (tried["kind"], tried["sha256"], tried["base"]) == ("patch", fix.sha256, fix.version)
        if fix.is_patch
        else (tried["kind"], tried["version"]) == ("release", fix.version)
    )
    if not is_same:
        raise RefusedError(
            f"the receipt of {fix.name} is about another fix; use neither, and tell the coordinator"
        )
    if missing := set(fix.labels) - set(said["labels"]):
        raise RefusedError(
            f"the advisory calls {fix.name} {', '.join(sorted(missing))}, and its receipt does not;"
            " use neither, and tell the coordinator"
        )
    return said


def _receipt_name(fix: TriedFix) -> str:
    return f"{fix.name}.receipt.json"


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
