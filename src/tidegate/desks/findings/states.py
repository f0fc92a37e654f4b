"""How far a finding has come: the state machine, as a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """Where a finding is on its way to a verdict."""

    UNPROVEN = "unproven"
    """It came without a proof that can be run; it waits apart and never counts as validated."""
    WAITING = "waiting"
    """Its proof waits to be run."""
    WORKING = "working"
    """Its proof is being run."""
    JUDGED = "judged"
    """It has a verdict."""
    SET_ASIDE = "set-aside"
    """Its runs ended the worker again and again; a person decides whether to try once more."""


class Verb(StrEnum):
    """What moves a finding from one stage to another."""

    BEGIN = "begin"
    JUDGE = "judge"
    SET_ASIDE = "set-aside"
    TRY_AGAIN = "try-again"


TRANSITIONS: Final[Mapping[tuple[Stage, Verb], Stage]] = {
    (Stage.WAITING, Verb.BEGIN): Stage.WORKING,
    # A worker that was killed begins once more what it had begun.
    (Stage.WORKING, Verb.BEGIN): Stage.WORKING,
    (Stage.WORKING, Verb.JUDGE): Stage.JUDGED,
    (Stage.WAITING, Verb.SET_ASIDE): Stage.SET_ASIDE,
    (Stage.WORKING, Verb.SET_ASIDE): Stage.SET_ASIDE,
    (Stage.SET_ASIDE, Verb.TRY_AGAIN): Stage.WAITING,
    (Stage.JUDGED, Verb.TRY_AGAIN): Stage.WAITING,
}


class WrongStageError(Exception):
    """A verb does not fit where the finding is."""

    def __init__(self, stage: Stage, verb: Verb) -> None:
        fitting = [str(before) for (before, known) in TRANSITIONS if known is verb]
        super().__init__(
            f"a finding that is {stage} cannot {verb}; only one that is {' or '.join(fitting)}"
        )


def after(stage: Stage, verb: Verb) -> Stage:
    """Return the stage that follows.

    Raises:
        WrongStageError: the verb does not fit.
    """
    try:
        return TRANSITIONS[stage, verb]
    except KeyError:
        raise WrongStageError(stage, verb) from None
