"""How the words of adoption look to people: stages, what they rest on, steps of the funnel.

Who has not answered has a look of its own: it is not known of them whether they have done
something, and it is known that they are affected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.desks.publications.queries.adoption import OTHERS
from tidegate.desks.publications.queries.adoption_reached import UNSAID
from tidegate.desks.publications.queries.funnel import StepName, Unit
from tidegate.desks.publications.states.adoption import Basis, Stage
from tidegate.faces.console.exposure_words import SCOPES
from tidegate.faces.console.words import Look

STAGES: Final[Mapping[str, Look]] = {
    Stage.NOTIFIED: Look("Notified", "plain", "circle", "We told them, or their client took it."),
    Stage.SEEN: Look("Seen", "apart", "open", "Somebody of theirs has looked at it."),
    Stage.PLANNED: Look("Planned", "unsure", "clock", "They say what they are going to do."),
    Stage.APPLIED: Look("Applied", "tide", "wave", "They say that it is done."),
    Stage.VERIFIED: Look(
        "Verified",
        "good",
        "check",
        "A newer inventory no longer holds what was affected, or the proof’s harmless form ran:"
        " as they say. ‘Shown here’ counts those whose inventory is here.",
    ),
}
"""From the first to the last."""

BASES: Final[Mapping[str, str]] = {
    Basis.SENT: "sent",
    Basis.SAID: "said so",
    Basis.INVENTORY: "by an inventory",
    Basis.RUN: "by a run",
}

STEPS: Final[Mapping[str, tuple[str, str]]] = {
    StepName.FOUND: ("Found", "findings that were handed in"),
    StepName.PROVEN: ("Proven", "of the findings: their proof was run here, and fired"),
    StepName.DISCLOSED: ("Disclosed", "of the cases: a vendor was invited, or it was published"),
    StepName.FIXED: ("Fixed", "of the disclosed: a fix has climbed the ladder, or is ready"),
    StepName.APPLIED: ("Applied", "of the organisations that were told: on all of their assets"),
    StepName.VERIFIED: (
        "Verified",
        "of those that have applied it: by an inventory or a run, as they say",
    ),
}

UNITS: Final[Mapping[str, str]] = {
    Unit.FINDINGS: "findings",
    Unit.CASES: "cases",
    Unit.ORGANISATIONS: "organisations",
}


def group_name(name: str) -> str:
    """Return how a group of organisations is called."""
    if name == OTHERS:
        return "Others, together"
    if name == UNSAID:
        return "No sector said"
    known = SCOPES.get(name, name.replace("-", " "))
    return known[:1].upper() + known[1:]
