"""What became of verifying a log: it is sound, or which entry is the first wrong one, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidegate.engines.transparency.tree import TreeHead


class Place(StrEnum):
    """Where something is wrong."""

    TABLE = "the table of entries"
    HASHES = "the table of hashes"
    TILES = "the tiles"
    BUNDLES = "the entry bundles"
    CHECKPOINT = "the checkpoint"


class Damage(StrEnum):
    """What was done to it, as far as can be told."""

    CHANGED = "it was changed"
    DROPPED = "it was dropped, or others with it, and what followed has moved up"
    INSERTED = "something stands there that was not in the log; what followed has moved down"
    REORDERED = "something stands there that belongs elsewhere in the log; the order was changed"
    TRUNCATED = "it is missing, with all that followed"
    MISSING = "it is missing"
    MISNUMBERED = "it is no leaf with this number, although it was signed as the entry there"
    REWRITTEN = "history was rewritten: an earlier checkpoint says something else"
    UNKNOWN = "it, or one after it, is not what was signed; nothing that is kept tells more"


@dataclass(frozen=True, slots=True)
class Sound:
    """All that was looked at is what was signed."""

    head: TreeHead

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Broken:
    """Something is not what was signed."""

    place: Place
    first: int
    """The first wrong entry's index; where that is not certain, the earliest that it can be."""
    last: int
    """The latest that the first wrong entry can be; the same as `first` where it is certain."""
    damage: Damage
    file: str = ""
    """The tile or the bundle, if it is one."""

    def __bool__(self) -> Literal[False]:
        return False

    def __str__(self) -> str:
        entry = f"entry {self.first}"
        if self.last > self.first:
            entry = f"one of the entries {self.first} to {self.last}"
        place = f"{self.place} ({self.file})" if self.file else str(self.place)
        return f"{entry} is the first wrong one in {place}: {self.damage}"


Verdict = Sound | Broken

_KINDS: Final = {
    (True, False): Damage.DROPPED,
    (False, True): Damage.INSERTED,
    (True, True): Damage.REORDERED,
    (False, False): Damage.CHANGED,
}


def first_difference(right: Sequence[bytes], found: Sequence[bytes]) -> tuple[int, Damage] | None:
    """Return the first place at which two lists differ, and what was done to `found`."""
    place = next(
        (at for at, pair in enumerate(zip(right, found, strict=False)) if pair[0] != pair[1]),
        min(len(right), len(found)),
    )
    if place == len(right) == len(found):
        return None
    if place == len(found):
        return place, Damage.TRUNCATED
    if place == len(right):
        return place, Damage.INSERTED
    return place, damage(
        found[place] in right[place + 1 :],
        right[place] in found[place + 1 :],
        surplus=len(found) - len(right),
    )


def damage(belongs_later: bool, comes_later: bool, *, surplus: int) -> Damage:
    """Return what was done at the first difference.

    `belongs_later`: what is found there is right for a later place. `comes_later`: what is right
    there is found at a later place. `surplus`: how many more are found than there should be.
    """
    kind = _KINDS[belongs_later, comes_later]
    if kind is Damage.REORDERED and surplus:
        # A copy of a later entry was put in before it, or the missing one was put back too late.
        return Damage.INSERTED if surplus > 0 else Damage.DROPPED
    return kind
