"""How many mails a person gets: one for each notice, or one for many of them.

Whoever wants each notice by itself still gets a digest instead of a flood: what comes after the
fifth within ten minutes is folded into one mail, with whatever waits beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MOST_SINGLE: Final = 5
"""Notices within `FLOOD` that are mailed each by itself."""
FLOOD: Final = timedelta(minutes=10)


class Rhythm(StrEnum):
    """How often a person would like mail."""

    EACH = "each"
    HOURLY = "hourly"
    DAILY = "daily"
    NONE = "none"


_PERIODS: Final = {Rhythm.HOURLY: timedelta(hours=1), Rhythm.DAILY: timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that waits to be mailed."""

    id: int
    at: datetime
    folded: bool
    """It came in a flood."""
    own_account: bool
    """It is about the person's own account: mailed whatever they chose, for whoever took the
    account over would choose not to have it told."""


def is_flood(number: int) -> bool:
    """Say whether a person's newest notice is one too many; `number` counts it with those before.

    Those count that came within `FLOOD`.
    """
    return number > MOST_SINGLE


def mails_of(waiting: Sequence[Waiting], rhythm: Rhythm, at: datetime) -> list[tuple[int, ...]]:
    """Return what is to be mailed now: for each mail the ids of its notices.

    Args:
        waiting: a person's notices that wait, the oldest first.
        rhythm: what the person has chosen.
        at: now.
    """
    prompt = [one for one in waiting if one.own_account or rhythm is Rhythm.EACH]
    later = [one for one in waiting if one not in prompt]
    mails = _prompt(prompt, at)
    period = _PERIODS.get(rhythm)
    if later and period is not None and later[0].at + period <= at:
        mails.append(tuple(one.id for one in later))
    return mails


def is_unwanted(one: Waiting, rhythm: Rhythm) -> bool:
    """Say whether a notice is not mailed at all."""
    return rhythm is Rhythm.NONE and not one.own_account


def _prompt(waiting: Sequence[Waiting], at: datetime) -> list[tuple[int, ...]]:
    if not any(one.folded for one in waiting):
        return [(one.id,) for one in waiting]
    if waiting[0].at + FLOOD > at:
        return []
    return [tuple(one.id for one in waiting)]
