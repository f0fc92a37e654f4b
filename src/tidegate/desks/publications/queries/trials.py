"""What a trial has kept until now, opened. Whether somebody may read it was asked before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.publications.models import Trial
from tidegate.engines.reproduction.fixes.values import Rung


@dataclass(frozen=True, slots=True)
class Kept:
    """What a trial has kept until now."""

    state: Mapping[str, Any] | None
    """How both versions were laid out; None before that."""
    keys: tuple[str, ...]
    """Of the findings whose proofs are run: the same ones to the end."""
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class RungShown:
    """One rung, with what was seen."""

    name: str
    word: str
    reason: str
    details: Mapping[str, Any]
    variants: tuple[Mapping[str, Any], ...]
    """What got through: how it was made, and its files by their digests."""


NOTHING: Final = Kept(None, (), ())


def kept_of(trial: Trial) -> Kept:
    """Return what a trial has kept until now.

    Raises:
        SealError: it was changed.
        KeyringError: the instance's key is missing.
    """
    if trial.rungs is None:
        return NOTHING
    data = json.loads(opened(trial.rungs, purpose_of("rungs", trial)))
    rungs = tuple(Rung.from_data(one) for one in data["rungs"])
    return Kept(data["state"], tuple(data["findings"]), rungs)


def purpose_of(what: str, trial: Trial) -> str:
    """Return as what a trial's `rungs` or `receipt` is sealed."""
    return f"trial-{what}:{trial.fix.key}:{trial.number}"


def rung_shown(rung: Rung) -> RungShown:
    """Return a rung for people: of what got through, the digests, never a working proof."""
    return RungShown(
        name=rung.name.value,
        word=rung.word.value,
        reason=rung.reason,
        details=rung.details,
        variants=tuple(one.described() for one in rung.variants),
    )
