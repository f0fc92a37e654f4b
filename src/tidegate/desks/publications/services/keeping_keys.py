"""The keys of the updates are made here, and what the offline keys have signed is adopted.

The offline keys never come here: they sign on machines of their holders, and what comes is a
document that is signed already. Who runs the instance adopts it; whether it counts is decided by
its signatures, not by who brings it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from securesystemslib.signer import Signer  # type: ignore[attr-defined]
from tuf.api.metadata import Root  # type: ignore[attr-defined]

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.services.appending import append
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publisher import Published, Publisher, create
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import read_document, title
from tidegate.instance.updates import make_online_key, online_signers, update_folder

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was adopted, and what clients read now."""

    documents: tuple[str, ...]
    """Such as `root 2`."""
    published: Published
    made: bool
    """Whether these are the first updates that there are."""


def make_online_keys(
    actor: Actor, roles: Iterable[Online], *, at: datetime
) -> dict[Online, Signer]:
    """Make a new key for each of some online roles; it counts when a document names it.

    Raises:
        NotFoundError: the actor does not run the instance.
        HomeError: a key cannot be made.
    """
    require_with_instance(actor, Act.ADMINISTER)
    made = {role: make_online_key(role) for role in roles}
    with transaction.atomic():
        keys = {role.value: signer.public_key.keyid for role, signer in made.items()}
        append("update-keys-made", at=at, actor=actor, keys=keys)
    return made


def require_keeper(actor: Actor) -> None:
    """Refuse whoever does not keep the keys. Raises `NotFoundError`."""
    require_with_instance(actor, Act.ADMINISTER)


def begin_anew(actor: Actor, documents: Mapping[str, bytes], *, at: datetime) -> Adopted:
    """Make new updates under another root, with all records of those that are: nobody follows.

    For when so many root keys are lost, or in strange hands, that no next root can be signed. The
    old folder stays beside the new one, under another name.

    Raises:
        NotFoundError: the actor does not run the instance.
        CeremonyError: the documents are not a root 1 and the targets that it names.
        PublicationError, RepositoryError: as `adopt`.
        HomeError: the instance's folder or keys cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    chain, targets, names = _sorted(documents)
    if not (chain and targets):
        raise CeremonyError("new updates begin with root 1 and targets 1, both at once")
    place = update_folder()
    old = Publisher.open(place, online_signers())
    draft = place.with_name(f"updates-{secrets.token_hex(4)}")
    new = create(draft, chain, targets, online_signers(), at)
    paths = sorted(old.holds())
    for first in range(0, len(paths), _AT_ONCE):
        some = [Addition(path, old.read(path)) for path in paths[first : first + _AT_ONCE]]
        published = new.publish(some, standing=set(paths), at=at)
    place.rename(place.with_name(f"updates-until-{at:%Y%m%dT%H%M%SZ}"))
    draft.rename(place)
    _note(actor, names, documents, at)
    return Adopted(tuple(names), published if paths else new.refresh(at), made=True)


def adopt(actor: Actor, documents: Mapping[str, bytes], *, at: datetime) -> Adopted:
    """Adopt roots, a targets document, or both; the first ones make the updates.

    Args:
        actor: Who brings them.
        documents: Their bytes, by what to call each if it is refused, such as its file's name.
        at: Now.

    Raises:
        NotFoundError: the actor does not run the instance.
        CeremonyError: one of them does not count, or does not follow on what is there.
        PublicationError: a key that has to sign is missing.
        RepositoryError: the folder cannot be used, or is not what was signed.
        HomeError: the instance's folder or keys cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    chain, targets, names = _sorted(documents)
    is_first = not UpdateFolder(update_folder()).is_made
    if is_first and (not chain or targets is None):
        raise CeremonyError(
            "there are no updates yet: they begin with root 1 and targets 1, both at once"
        )
    if is_first and targets is not None:
        create(update_folder(), chain, targets, online_signers(), at)
        published = Publisher.open(update_folder(), online_signers()).refresh(at)
    else:
        published = _adopt(chain, targets, at)
    if is_first or published.versions:
        _note(actor, names, documents, at)
    return Adopted(tuple(names), published, is_first)


def _adopt(roots: list[bytes], targets: bytes | None, at: datetime) -> Published:
    """Adopt each root after the one before, the last of them together with the targets."""
    publisher = Publisher.open(update_folder(), online_signers())
    for raw in roots[:-1]:
        publisher.adopt(at, root=raw)
    return publisher.adopt(at, root=roots[-1] if roots else None, targets=targets)


def _sorted(documents: Mapping[str, bytes]) -> tuple[list[bytes], bytes | None, list[str]]:
    """Return the roots in order, the targets document, and what each document is called."""
    roots: list[tuple[int, bytes]] = []
    targets: list[bytes] = []
    names: list[str] = []
    for place, raw in documents.items():
        document = read_document(raw, place)
        names.append(title(document))
        if isinstance(document.signed, Root):
            roots.append((document.signed.version, raw))
        else:
            targets.append(raw)
    if len(targets) > 1:
        raise CeremonyError("two targets documents cannot both count; name the newer one")
    return [raw for _, raw in sorted(roots)], targets[0] if targets else None, names


def _note(actor: Actor, names: list[str], documents: Mapping[str, bytes], at: datetime) -> None:
    digests = (hashlib.sha256(raw).hexdigest() for raw in documents.values())
    with transaction.atomic():
        said = dict(zip(names, digests, strict=True))
        append("update-documents-adopted", at=at, actor=actor, documents=said)
