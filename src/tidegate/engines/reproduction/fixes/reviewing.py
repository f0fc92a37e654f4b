"""The last rung: a person has looked, and says so with name, day and words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tidegate.engines.formats.instants import written_to_seconds
from tidegate.engines.reproduction.fixes.values import Rung, RungName, RungWord
from tidegate.engines.reproduction.texts import storable


class Reviewer(StrEnum):
    """As what a person has looked."""

    MAINTAINER = "maintainer"
    COORDINATOR = "coordinator"
    FINDER = "finder"
    OTHER = "other"


def reviewed(who: str, when: datetime, words: str, *, role: Reviewer, accepts: bool) -> Rung:
    """Return the rung of a person who has looked.

    Raises:
        ValueError: a name or words are missing, or the instant has no zone.
    """
    if not who.strip() or not words.strip():
        raise ValueError("a review needs the name of who looked, and their words")
    if when.tzinfo is None:
        raise ValueError("a review needs an instant with a zone")
    details = {
        "who": storable(who),
        "when": written_to_seconds(when),
        "words": storable(words),
        "role": role.value,
    }
    said = "accepts it" if accepts else "does not accept it"
    return Rung(
        RungName.REVIEWED,
        RungWord.PASSED if accepts else RungWord.FAILED,
        f"{storable(who)}, {role.value}, {said}",
        details,
    )
