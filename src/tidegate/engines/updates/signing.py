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

from tidegate.engines.updates.ceremony import epoch
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.key_files import name_of

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
    try:
        return _read(raw, place, Root)
    except CeremonyError:
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
    if isinstance(new, Root):
        told = old if isinstance(old, Root) else None
        for role, now in new.roles.items():
            then = told.roles[role] if told else None
            said += _of_keys(
                role,
                {keyid: new.keys[keyid] for keyid in now.keyids},
                {keyid: told.keys[keyid] for keyid in then.keyids} if told and then else {},
            )
            if then is None or then.threshold != now.threshold:
                said.append(f"{role}: {now.threshold} of {len(now.keyids)} keys have to sign")
        return said
    earlier = old if isinstance(old, Targets) else None
    for role in (new.delegations.roles or {}) if new.delegations else {}:
        said += _of_keys(role, _delegated(new, role), _delegated(earlier, role))
    if new.targets:
        said.append(f"it lists {len(new.targets)} targets itself; no document of ours does")
    if earlier and epoch(new) != epoch(earlier):
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


def _of_keys(role: str, new: dict[str, Key], old: dict[str, Key]) -> list[str]:
    said = [f"{role}: {name_of(key)} comes" for keyid, key in new.items() if keyid not in old]
    return said + [f"{role}: {name_of(key)} goes" for keyid, key in old.items() if keyid not in new]


def _delegated(targets: Targets | None, role: str) -> dict[str, Key]:
    found = targets.delegations if targets else None
    named = (found.roles or {}).get(role) if found else None
    return {keyid: found.keys[keyid] for keyid in named.keyids} if found and named else {}


def _read(raw: bytes, place: str, kind: type[_Kind]) -> Metadata[_Kind]:
    if len(raw) > _LONGEST:
        raise CeremonyError(f"{place} is larger than {_LONGEST >> 20} MiB; it is no such document")
    try:
        document: Metadata[Any] = Metadata.from_bytes(raw)
    except TufError as error:
        raise CeremonyError(
            f"{place} is no {kind.type} document; name a file such as 2.{kind.type}.json"
        ) from error
    if not isinstance(document.signed, kind):
        raise CeremonyError(
            f"{place} is a {document.signed.type} document, where a {kind.type} document is needed"
        )
    return document
