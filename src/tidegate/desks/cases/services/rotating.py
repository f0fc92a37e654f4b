"""Keys are rotated: a case's, with everything that they hold sealed; or the instance's own.

A case's key is rotated when somebody may have had it. Its messages and attachments are moved to a
new key of the case, and the deliveries that its findings came in to new keys of theirs, for those
hold its proofs. The instance's key is rotated as a habit, and when somebody may have had it: the
new one wraps every other key again.

Nothing is unreadable at any moment, and all of it may be done again after a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, require_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import CaseKey, Coordination, Sealed
from tidegate.desks.cases.queries.unsealing import opened, unwrapped
from tidegate.desks.cases.services.sealing import add_key, newest_key
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services.rekeying import rekey
from tidegate.desks.ledger.services.appending import append
from tidegate.engines.sealing import seal
from tidegate.instance.holders import holders
from tidegate.instance.keyring import Generation, keyring

_A_TRANSACTION: Final = 50
_BYTES_A_TRANSACTION: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class RotatedCase:
    """What was sealed anew."""

    case: str
    key: int | None
    """Number of the case's new key; None where nothing was ever coordinated about it."""
    sealed: int
    """Messages and attachments that were moved to it."""
    deliveries: int
    """Deliveries with findings of the case, each of which has a new key."""


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What the instance's newest key wraps now, and did not before."""

    generation: Generation
    wrapped: Mapping[str, int]
    """How many keys, by whose they are: `deliveries`, `cases` and what else keeps some."""


def rotate_case_key(actor: Actor, case_key: str, *, at: datetime) -> RotatedCase:
    """Give a case and the deliveries of its findings new keys, and seal everything with them.

    Raises:
        NotFoundError: `actor` may not, or there is no such case.
        SealError: something sealed was changed; what came before it is moved.
        HomeError: the instance's keys cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    case = find(actor, Case.objects.all(), key=as_written(case_key))
    coordination = Coordination.objects.filter(case=case).first()
    with transaction.atomic():
        row = _new_key(coordination, at) if coordination else None
        number = row.number if row else None
        append("case-key-rotated", at=at, actor=actor, case=case.key, key=number)
    moved = _move(coordination) if coordination else 0
    deliveries = sorted(set(case.findings.values_list("delivery_id", flat=True)))
    for delivery in deliveries:
        rekey(delivery, at=at)
    return RotatedCase(case.key, number, moved, len(deliveries))


def rotate_instance_key(actor: Actor, *, at: datetime) -> Rewrapped:
    """Make a new key of the instance, and let it wrap every other key.

    Raises:
        NotFoundError: `actor` may not.
        SealError: a key was changed.
        HomeError: the instance's keys cannot be used, or one that is needed is missing.
    """
    require_with_instance(actor, Act.ADMINISTER)
    made = keyring().rotate(at)
    with transaction.atomic():
        append("instance-key-rotated", at=at, actor=actor, generation=made.number, key=made.key_id)
    return rewrap_all(actor)


def rewrap_all(actor: Actor) -> Rewrapped:
    """Let the instance's newest key wrap what older ones still wrap; goes on after a crash.

    It raises what `rotate_instance_key` raises.
    """
    require_with_instance(actor, Act.ADMINISTER)
    generation = keyring().newest()
    return Rewrapped(generation, {holder.name: holder.rewrap() for holder in holders()})


def _new_key(coordination: Coordination, at: datetime) -> CaseKey:
    """Add a key; whoever is sealing with the one before ends first, and is moved, too."""
    is_first = not CaseKey.objects.filter(coordination=coordination).exists()
    before = newest_key(coordination, at)
    return before if is_first else add_key(coordination, before.number + 1, at)


def _move(coordination: Coordination) -> int:
    """Seal with the case's newest key what older ones have sealed; return how much it was."""
    newest = CaseKey.objects.filter(coordination=coordination).order_by("number").last()
    assert newest is not None
    key, moved = unwrapped(newest), 0
    older = Sealed.objects.filter(
        key__coordination=coordination, key__number__lt=newest.number
    ).order_by("pk")
    while waiting := list(older.values_list("pk", flat=True)[:_A_TRANSACTION]):
        size = 0
        with transaction.atomic():
            for pk in waiting:
                locked = Sealed.objects.select_for_update(of=("self",)).select_related("key")
                sealed = locked.get(pk=pk)
                sealed.content = seal(opened(sealed), key, sealed.purpose)
                sealed.key = newest
                sealed.save(update_fields=["content", "key"])
                moved += 1
                size += len(sealed.content)
                if size >= _BYTES_A_TRANSACTION:
                    break
    return moved
