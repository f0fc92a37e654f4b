"""How the words of directives look to people: duties, the docket, feeds, who is concerned, clocks.

Binding and guidance look as they do beside an exposure's date (`exposure_words`). What does not
apply never looks like what is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.desks.exposure.models import ChangeNotice, Edition
from tidegate.engines.directives import (
    Directive,
    EntryKind,
    Kind,
    Sector,
    State,
    Status,
    clock_in_words,
)
from tidegate.engines.directives.model import Clock
from tidegate.engines.rules import Scope
from tidegate.faces.console.exposure_words import SCOPES
from tidegate.faces.console.words import Look

ENTRIES: Final[Mapping[str, Look]] = {
    EntryKind.ISSUED: Look("Issued", "tide", "circle", "An authority has issued it."),
    EntryKind.ORDERED: Look(
        "Ordered", "silent", "diamond-open", "Somebody was ordered to issue it; no text is public."
    ),
    EntryKind.EFFECTIVE: Look("In effect", "tide", "open", "It takes effect on this day."),
    EntryKind.REVOKED: Look("Revoked", "plain", "cross", "It asks for nothing from this day on."),
    EntryKind.BINDING: Look(
        "Binds", "affected", "lock", "What was guidance binds from this day on."
    ),
    EntryKind.REQUIREMENT: Look("Due", "unsure", "diamond", "It has to be done by this day."),
    EntryKind.REPORT: Look(
        "Report due", "unsure", "diamond-open", "Somebody has to be told by this day."
    ),
    EntryKind.MILESTONE: Look("Milestone", "good", "check", "It happened in public."),
    EntryKind.FILING: Look("Filing", "apart", "dash", "A text was published or filed."),
}

STATES: Final[Mapping[str, Look]] = {
    State.LATE: Look("Late", "affected", "diamond", "Its day is over, and it is not done."),
    State.DUE: Look("To do", "tide", "clock", "It is still to be done."),
    State.EXCEPTED: Look("Excepted", "apart", "pause", "Somebody answers for it, until a day."),
    State.DONE: Look("Done", "good", "check", "It was done in time."),
    State.DONE_LATE: Look("Done late", "unsure", "check", "It was done after its day."),
    State.NOT_APPLICABLE: Look(
        "Does not apply", "plain", "dash", "It concerns somebody else, or nothing started it."
    ),
}

KINDS: Final[Mapping[str, str]] = {
    Kind.ORDER: "Order",
    Kind.DIRECTIVE: "Directive",
    Kind.FRAMEWORK: "Framework",
    Kind.REGULATION: "Regulation",
    Kind.LAW: "Law",
}

STANDINGS: Final[Mapping[str, Look]] = {
    Status.IN_FORCE: Look("In force", "good", "check", "It was issued, and not revoked."),
    Status.AWAITED: Look(
        "Awaited", "silent", "diamond-open", "Somebody was ordered to issue it; no text is public."
    ),
    Status.REVOKED: Look("Revoked", "plain", "cross", "It asks for nothing any more."),
}

SECOND_HAND: Final = Look(
    "Second-hand",
    "silent",
    "diamond-open",
    "It was read in texts that quote or summarise it, not in the authority's own.",
)

EDITIONS: Final[Mapping[str, Look]] = {
    Edition.Outcome.TAKEN: Look("Taken", "good", "check", "It was good, and all of it is in."),
    Edition.Outcome.TAKING: Look("Being taken", "tide", "wave", "Its records are coming in."),
    Edition.Outcome.REFUSED: Look(
        "Refused", "affected", "cross", "Nothing of it was kept; the one before counts."
    ),
    Edition.Outcome.STOPPED: Look(
        "Not finished", "unsure", "pause", "It did not come in whole; another took its place."
    ),
}

SEVERITIES: Final[Mapping[str, str]] = {
    ChangeNotice.Severity.LOW: "low",
    ChangeNotice.Severity.MEDIUM: "medium",
    ChangeNotice.Severity.HIGH: "high",
    ChangeNotice.Severity.CRITICAL: "critical",
}

_SECTORS: Final[Mapping[str, str]] = {
    f"sector/{sector}": f"operators in the sector {sector.value.replace('-', ' ')}"
    for sector in Sector
}
_WHOM: Final[Mapping[str, str]] = {
    **_SECTORS,
    "role/manufacturer": "manufacturers of products with digital elements",
    "role/fedramp-provider": "providers of cloud services with FedRAMP",
    "role/nss-cloud-provider": "cloud providers that host national security systems",
    "body/cnss": "the Committee on National Security Systems",
    "body/secretary-of-war": "the Secretary of War",
    "body/cisa": "CISA",
    "body/treasury": "the Treasury",
    "body/nsa": "NSA",
    "body/omb": "OMB",
    "body/opm": "OPM",
}


def whom_said(word: str) -> str:
    """Say whom a directive is about; a word that is not known is said as it is written."""
    if word in set(Scope):
        return SCOPES.get(word, word)
    return _WHOM.get(word) or word.partition("/")[2].replace("-", " ") or word


def clock_said(directive: Directive, clock: Clock) -> str:
    """Say by when a directive asks for something: `within 30 calendar days after …`."""
    return clock_in_words(directive, clock, day=lambda day: f"{day:%-d %B %Y}")
