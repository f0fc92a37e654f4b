"""How far the fix has come with somebody who runs what is affected.

The stages stand in an order, and each implies those before it: who has verified a fix was notified
of it, whatever else is on record. That nobody has answered is a stage of its own, and is never
taken for 'not affected'.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """How far it has come, from the first to the last."""

    NOTIFIED = "notified"
    SEEN = "seen"
    PLANNED = "planned"
    APPLIED = "applied"
    VERIFIED = "verified"
    """A new inventory no longer holds an affected version, or the proof's harmless form was run."""


class Basis(StrEnum):
    """How it is known."""

    SENT = "sent"
    """We told them, or their client has fetched it."""
    SAID = "said"
    """They say so."""
    INVENTORY = "inventory"
    """An inventory shows it: one that is here, for an asset that is here; or else, they say, one
    that their client has read."""
    RUN = "run"
    """The proof's harmless form was run, they say; its receipt stays with them."""


SHOWING: Final = (Basis.INVENTORY, Basis.RUN)
"""What `verified` rests on; nobody's word alone is enough for it."""
SHOWN_HERE: Final = (Stage.APPLIED, Stage.VERIFIED)
"""Stages that an inventory can show that was handed in here."""
SMALLEST_GROUP: Final = 5
"""Organisations that a cell of a published figure has at least; smaller ones are not shown."""


def from_here_on(stage: Stage) -> tuple[Stage, ...]:
    """Return a stage and those after it: whoever stands in one of them has reached it."""
    stages = tuple(Stage)
    return stages[stages.index(stage) :]


def is_stronger(basis: Basis, than: Basis) -> bool:
    """Say whether one basis bears more than another; they stand from the weakest on."""
    words = tuple(Basis)
    return words.index(basis) > words.index(than)
