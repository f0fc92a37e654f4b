"""Who has signed an offline document, who has to, and what it changes: a file that travels.

A root, or a targets document, is signed on one machine after the other; until enough have, it is a
file like any other, and binds nobody. A root counts when enough keys of the root before it have
signed it, and enough of its own.

From: TUF specification 1.0.31, 5.3.4 (a root is signed by the old and the new threshold), 6.1.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from securesystemslib.signer import Key, Signer  # type: ignore[attr-defined]
from tuf.api.exceptions import RepositoryError as TufError
from tuf.api.metadata import Metadata, Root, Targets  # type: ignore[attr-defined]

from tidegate.engines.updates.ceremony import delegate, epoch
from tidegate.engines.updates.comparing import Mark, listed
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.key_files import is_as_made, name_of
from tidegate.engines.updates.roles import Online

Document = Metadata[Root] | Metadata[Targets]
_Kind = TypeVar("_Kind", Root, Targets)
_Document = TypeVar("_Document", bound=Document)

_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Quorum:
    """Keys of which enough have to sign."""

    of: str
    """Such as `root 2`: the document that names them."""
    threshold: int
    signed: tuple[Key, ...]
    unsigned: tuple[Key, ...]

    @property
    def missing(self) -> int:
        """How many signatures are missing."""
        return max(0, self.threshold - len(self.signed))


def is_complete(found: Sequence[Quorum]) -> bool:
    """Say whether enough have signed, for each of those that have to."""
    return not any(one.missing for one in found)


def quorums(document: Document, judge: Metadata[Root] | None) -> tuple[Quorum, ...]:
    """Return who has to sign a document, and who has.

    Args:
        document: A root, or a targets document.
        judge: For a root the one before it, None for root 1; for targets the root that names who
            signs it.

    Raises:
        CeremonyError: `judge` is missing, or is not the root before.
    """
    signed = document.signed
    if isinstance(signed, Targets):
        if judge is None:
            raise CeremonyError("who signs a targets document is said by a root; name its file")
        return (_quorum(judge.signed, Targets.type, document),)
    if signed.version == 1:
        return (_quorum(signed, Root.type, document),)
    if judge is None or judge.signed.version != signed.version - 1:
        raise CeremonyError(
            f"root {signed.version} is judged by root {signed.version - 1}; put"
            f" {signed.version - 1}.root.json beside it"
        )
    return (_quorum(judge.signed, Root.type, document), _quorum(signed, Root.type, document))


def require_root(root: Metadata[Root], before: Metadata[Root] | None, place: str) -> None:
    """Refuse a root that must not judge: too few of its own keys, or of those before, signed it.

    Args:
        root: Of any version.
        before: The root before it; None where it is not at hand.
        place: How the root is called if it is refused, such as its file's name.

    Raises:
        CeremonyError: it is not signed by enough, or `before` is not the root before.
    """
    own = (_quorum(root.signed, Root.type, root),)
    found = own if before is None else quorums(root, before)
    missing = " and ".join(f"{one.missing} of {one.of}" for one in found if one.missing)
    if missing:
        raise CeremonyError(
            f"{place} is not signed by enough keys, so it does not say who signs anything: missing"
            f" {missing}; sign it first, or put the root there that was adopted"
        )


def sign(document: _Document, signer: Signer, judge: Metadata[Root] | None) -> _Document:
    """Return the document with one more signature; signatures that do not fit are dropped.

    Raises:
        CeremonyError: that key has not to sign it; or as `quorums`.
    """
    found = quorums(document, judge)
    asked = _asked(found)
    if signer.public_key.keyid not in {key.keyid for key in asked}:
        raise CeremonyError(
            f"the key {name_of(signer.public_key)} has not to sign {title(document)}; it is"
            f" signed by {', '.join(sorted({name_of(key) for key in asked}))}"
        )
    fit = _signed(found)
    signed = copy.deepcopy(document)
    for keyid in set(signed.signatures) - fit:
        del signed.signatures[keyid]
    signed.sign(signer, append=True)
    return signed


def read_root(raw: bytes, place: str) -> Metadata[Root]:
    """Read a root, whoever has signed it. Raises `CeremonyError`."""
    return _read(raw, place, Root)


def read_targets(raw: bytes, place: str) -> Metadata[Targets]:
    """Read a targets document, whoever has signed it. Raises `CeremonyError`."""
    return _read(raw, place, Targets)


def read_document(raw: bytes, place: str) -> Document:
    """Read a root or a targets document, whoever has signed it. Raises `CeremonyError`."""
    document = _parsed(raw, place, Targets)
    if isinstance(document.signed, Root):
        return _read(raw, place, Root)
    return _read(raw, place, Targets)


def title(document: Document) -> str:
    """Return what a document is called: `root 2`."""
    return f"{document.signed.type} {document.signed.version}"


def file_name(document: Document) -> str:
    """Return the name of a document's file: `2.root.json`."""
    return f"{document.signed.version}.{document.signed.type}.json"


def differences(document: Document, before: Document | None) -> list[str]:
    """Return, a sentence each, what whoever signs a document should know of it."""
    new, old = document.signed, before.signed if before else None
    said = [f"{title(document)} counts until {new.expires:%Y-%m-%d}"]
    for one in listed(new, old):
        comes = (each.key for each in one.keys if each.mark is Mark.NEW)
        goes = (each.key for each in one.keys if each.mark is Mark.GONE)
        said += [f"{one.role}: {name_of(key)} comes" for key in comes]
        said += [f"{one.role}: {name_of(key)} goes" for key in goes]
        if one.threshold != one.was and isinstance(new, Root):
            said.append(f"{one.role}: {one.threshold} of {one.many} keys have to sign")
    if isinstance(new, Root):
        if not new.consistent_snapshot:
            said.append("it is of another kind than ours, and is not adopted; draft it again")
        return said
    said += _odd_delegations(new)
    if new.targets:
        said.append(f"it lists {len(new.targets)} targets itself; no document of ours does")
    if isinstance(old, Targets) and epoch(new) != epoch(old):
        said.append(
            f"epoch {epoch(new)}: every client reads the list of changes from its beginning"
        )
    return said


def is_over(document: Document, at: datetime) -> bool:
    """Say whether a document counts no more."""
    over: bool = document.signed.is_expired(at)
    return over


def _asked(found: Sequence[Quorum]) -> list[Key]:
    return [key for one in found for key in (*one.signed, *one.unsigned)]


def _signed(found: Sequence[Quorum]) -> set[str]:
    return {key.keyid for one in found for key in one.signed}


def _quorum(judge: Root, role: str, document: Document) -> Quorum:
    found = judge.get_verification_result(role, document.signed_bytes, document.signatures)
    return Quorum(
        f"root {judge.version}",
        found.threshold,
        tuple(found.signed.values()),
        tuple(found.unsigned.values()),
    )


def _odd_delegations(targets: Targets) -> list[str]:
    ours = (Online.CHANGES, Online.RECORDS)
    said = []
    for role in ours:
        try:
            delegate(targets, role)
        except CeremonyError as error:
            said.append(f"{error}; it is not adopted")
    others = set(targets.delegations.roles or {}) - set(ours) if targets.delegations else set()
    return said + [f"it delegates to {role}; no document of ours does" for role in sorted(others)]


def _read(raw: bytes, place: str, kind: type[_Kind]) -> Metadata[_Kind]:
    document = _parsed(raw, place, kind)
    signed = document.signed
    if not isinstance(signed, kind):
        raise CeremonyError(
            f"{place} is a {signed.type} document, where a {kind.type} document is needed"
        )
    named = signed if isinstance(signed, Root) else signed.delegations
    for keyid, key in (named.keys if named else {}).items():
        if keyid != key.keyid or not is_as_made(key):
            raise CeremonyError(
                f"{place} names a key {keyid[:8]!r} that is not the Ed25519 key with that id; do"
                " not sign it, and ask whoever handed it on where it comes from"
            )
    return document


def _parsed(raw: bytes, place: str, kind: type[_Kind]) -> Metadata[Any]:
    if len(raw) > _LONGEST:
        raise CeremonyError(f"{place} is larger than {_LONGEST >> 20} MiB; it is no such document")
    try:
        return Metadata.from_bytes(raw)
    except TufError as error:
        raise CeremonyError(
            f"{place} is no {kind.type} document; name a file such as 2.{kind.type}.json"
        ) from error
