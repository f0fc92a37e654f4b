"""When the steps of forensic triage are advised, and in which order.

The triage itself is a duty where the outcome says so; its hours are the guidance's advice. What is
never advice is the order: evidence is collected before anything is remediated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tidegate.engines.rules.policies import Reading, TriageStep


@dataclass(frozen=True, slots=True)
class Advised:
    """One step, and when it is advised."""

    step: TriageStep
    begins_at: datetime | None
    """None where it may begin at once, or follows another step."""
    due_at: datetime | None
    """None where it has no hour of its own."""

    def record(self) -> dict[str, Any]:
        """Return the step, as JSON has it."""
        return {
            "step": self.step.name,
            "words": self.step.words,
            "begins_at": self.begins_at and self.begins_at.isoformat(),
            "due_at": self.due_at and self.due_at.isoformat(),
            "after": self.step.after or None,
            "force": "advice",
        }


def advised(reading: Reading, began_at: datetime) -> tuple[Advised, ...]:
    """Return the steps of a triage that began at an instant, in their order."""
    return tuple(
        Advised(step, _after(began_at, step.from_hour), _after(began_at, step.by_hour))
        for step in reading.triage
    )


def _after(began_at: datetime, hours: int | None) -> datetime | None:
    return None if hours is None else began_at + timedelta(hours=hours)
