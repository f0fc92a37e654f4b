"""How the desk's words look to people: a label, a tone, a shape, and what the word means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.states import Stage
from tidegate.engines.reproduction.verdicts import Trust, Word
from tidegate.faces.console.texts import spelled


@dataclass(frozen=True, slots=True)
class Look:
    """One word, as it is shown."""

    label: str
    tone: str
    """The badge's colours: `affected`, `unaffected`, `unsure`, `apart`, `tide`, `unknown`."""
    shape: str
    """The icon that says the same without colour."""
    meaning: str


VERDICTS: Final = {
    Word.REPRODUCED: Look(
        "Reproduced",
        "affected",
        "diamond",
        "Every run of a program of the proof had the effect, with the target's code on the stack.",
    ),
    Word.FLAKY: Look(
        "Flaky", "unsure", "diamond-open", "The effect came in some of the runs, not in all."
    ),
    Word.NOT_REPRODUCED: Look(
        "Not reproduced",
        "unaffected",
        "circle",
        "Every run came to its end without the effect, and the control held.",
    ),
    Word.UNATTRIBUTED: Look(
        "Unattributed",
        "apart",
        "diamond-cut",
        "The effect came, but not by the target's code; it proves nothing about the target.",
    ),
    Word.INCONCLUSIVE: Look(
        "Inconclusive",
        "unknown",
        "dash",
        "Nothing can be said. This is never read as safe.",
    ),
}

STAGES: Final = {
    Stage.UNPROVEN: Look(
        "No proof", "unknown", "dash", "It came without a proof that can be run; it waits apart."
    ),
    Stage.WAITING: Look("Waiting", "tide", "clock", "Its proof waits to be run."),
    Stage.WORKING: Look("Running", "tide", "wave", "Its proof is being run now."),
    Stage.JUDGED: Look("Judged", "unknown", "circle", "It has a verdict."),
    Stage.SET_ASIDE: Look(
        "Set aside",
        "unsure",
        "pause",
        "Its runs ended the worker again and again; decide whether to try once more.",
    ),
}

TRUST: Final = {
    Trust.L0: "nothing stands behind the verdict",
    Trust.L1: "the program's own word",
    Trust.L2: "a watcher that the proof does not control saw it",
    Trust.L3: "a watcher, and data or a sanitizer besides",
}

EFFECTS: Final = {
    "code-execution": "Code execution",
    "file-read": "Reads a file",
    "file-write": "Writes a file",
    "network-request": "Network request",
    "prototype-pollution": "Prototype pollution",
    "memory-safety": "Memory safety",
    "denial-of-service": "Denial of service",
    "assertion": "The program's own assertion",
}

PURPOSES: Final = {
    "benign": "Control: harmless use",
    "import": "Control: import alone",
    "empty": "Control: empty package",
    "quiet-release": "Control: quiet release",
    "fixed-release": "Control: fixed release",
    "proof": "Proof",
}

BASES: Final = {
    "exact": "the same proof",
    "reference": "the finder's own name for it",
    "behaviour": "the same behaviour in our own runs",
    "crossing": "each fixed release disarms the other's proof",
    "person": "a person's judgement",
}

KINDS: Final = {
    "duplicate-of": "is a duplicate of",
    "variant-of": "is a variant of",
    "incomplete-fix-of": "shows an incomplete fix of",
}

RELATIONS: Final = {
    "duplicate-of": "duplicates",
    "variant-of": "variants",
    "incomplete-fix-of": "an incomplete fix",
}

EVENTS: Final = {
    "opened": "The case was opened",
    "joined": "A finding joined the case",
    "merged": "{other} became part of this case",
    "merged-into": "This case became part of {other}",
    "parted": "Findings parted {other}",
    "linked": "Linked with {other}, as {kind}",
    "unlinked": "The link with {other} was undone",
    "judged": "Judged {verdict}",
    "set-aside": "Set aside",
    "retried": "Run once more",
    "tried-again": "Asked to be run once more",
    "declined": "Held to be another bug than {other}",
}
"""What is said of an event's verb; `{...}` are entries of its detail."""

_UNSTATED: Final = Look("Unknown", "unknown", "dash", "")


def look_of(verdict: str, stage: str = "") -> Look:
    """Return how a verdict looks; where there is none yet, how the stage does."""
    if verdict:
        known = {word.value: look for word, look in VERDICTS.items()}
        return known.get(verdict, Look(spelled(verdict), "unknown", "dash", ""))
    known = {word.value: look for word, look in STAGES.items()}
    return known.get(stage, _UNSTATED)


def severity_of(word: str | int) -> Severity:
    """Return a severity by its word or its rank."""
    return Severity(word) if isinstance(word, int) else Severity.of_word(word)
