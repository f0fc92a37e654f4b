"""The figures of adoption that others are shown, by their names in the tables."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from tidegate.desks.publications.states.adoption import Stage


class Figure(StrEnum):
    """What is counted of a cell; each counts organisations."""

    ORGANISATIONS = "organisations"
    """Known to run what is affected, or to have run it. All of them are notified."""
    SEEN = "seen"
    PLANNED = "planned"
    APPLIED = "applied"
    VERIFIED = "verified"
    APPLIED_HERE = "applied-here"
    VERIFIED_HERE = "verified-here"
    LATE = "late"
    UNANSWERED = "unanswered"


OF_STAGE: Final = {
    Stage.NOTIFIED: Figure.ORGANISATIONS,
    Stage.SEEN: Figure.SEEN,
    Stage.PLANNED: Figure.PLANNED,
    Stage.APPLIED: Figure.APPLIED,
    Stage.VERIFIED: Figure.VERIFIED,
}
"""Of what has come to a stage, by whatever is known of it."""
OF_STAGE_HERE: Final = {
    Stage.APPLIED: Figure.APPLIED_HERE,
    Stage.VERIFIED: Figure.VERIFIED_HERE,
}
"""Of what has come to a stage as inventories show that were handed in here."""

_DUE: Final = "due "


def of_day(due: date) -> str:
    """Return the name of the figure of those for whom the fix is due on a day."""
    return f"{_DUE}{due.isoformat()}"


def day_of(name: str) -> date | None:
    """Return the day whose figure has this name; None if it is no such figure."""
    return date.fromisoformat(name.removeprefix(_DUE)) if name.startswith(_DUE) else None
