"""In which order cases deserve attention, and why: few facts, added up in the open. Pure.

Independent rediscovery counts as much as a step of severity: who found it without knowing of the
other stands for all those who will.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Severity(IntEnum):
    """A severity's rank; the words and their CVSS bounds are CVSS 3.1's (section 5)."""

    UNKNOWN = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The word that people read."""
        return self.name.lower()

    @classmethod
    def of_word(cls, word: str | None) -> Severity:
        """Return the rank of a word; `UNKNOWN` for every other text."""
        return cls.__members__.get((word or "").upper(), cls.UNKNOWN)


A_STEP: Final = 10
"""What one step of severity weighs, and one more finder likewise."""

MOST_REDISCOVERIES: Final = 5
"""More finders than this add nothing: the case is at the top already."""


@dataclass(frozen=True, slots=True)
class Priority:
    """A number to sort by, and the sentence that explains it."""

    score: int
    reasons: tuple[str, ...]


def priority_of(severity: Severity, finders: int, *, proven: bool) -> Priority:
    """Weigh a case.

    `finders` is how many independent finders handed it in; `proven` whether our own runs showed
    it in every run.
    """
    reasons = [f"severity {severity.word}" if severity else "no severity was stated"]
    score = severity * A_STEP
    again = min(max(finders - 1, 0), MOST_REDISCOVERIES)
    if again:
        score += again * A_STEP
        times = "once" if finders == 2 else f"{finders - 1} times"
        reasons.append(f"rediscovered independently {times}")
    if proven:
        score += A_STEP
        reasons.append("reproduced in every run")
    return Priority(score, tuple(reasons))
