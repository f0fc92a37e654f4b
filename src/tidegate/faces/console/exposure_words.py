"""How the words of exposure look to people: where one stands, what binds, what could not be told.

What could not be told has a look of its own, dashed: it never looks like what is not affected. A
date never stands without saying whether it binds or is guidance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.desks.exposure.models import Asset, Exposure, TriageDecision
from tidegate.desks.exposure.queries.exposures import Stand, Step
from tidegate.engines.matching.advisories import Certainty
from tidegate.engines.matching.packages import Reason
from tidegate.engines.matching.vex import Status
from tidegate.engines.rules import Force, Move, Scope
from tidegate.faces.console.words import Look

STANDS: Final[Mapping[str, Look]] = {
    Stand.LATE: Look("Late", "affected", "diamond", "Its day is over, and nothing was done."),
    Stand.DUE: Look("Due", "tide", "clock", "Its day is still to come."),
    Stand.UNDETERMINED: Look(
        "Undetermined", "silent", "diamond-open", "Something that its day rests on is not known."
    ),
    Stand.NO_TABLE: Look(
        "No table", "silent", "dash", "Its authority has no table here; none is borrowed."
    ),
    Stand.NO_DAY: Look(
        "Next upgrade", "plain", "again", "It has no day: it is fixed with the next system upgrade."
    ),
    Stand.EXCEPTED: Look("Excepted", "apart", "pause", "Somebody answers for it, until a day."),
    Stand.REMEDIATED: Look(
        "Said, not shown",
        "unsure",
        "check",
        "It is said to be remediated; the inventory does not show it yet.",
    ),
    Stand.MITIGATED: Look("Mitigated", "good", "check", "It counts as much as remediated."),
    Stand.CLEARED: Look(
        "Cleared", "unaffected", "circle", "No advisory that is here holds what is installed now."
    ),
}

STATES: Final[Mapping[str, str]] = {
    "open": "Open",
    "to-do": "Still to do",
    "due": "Due",
    "late": "Late",
    "undetermined": "Undetermined",
    "no-table": "Without a table",
    "no-day": "Next system upgrade",
    "triage": "Forensic triage due",
    "unknown": "Could not be told",
    "excepted": "Excepted",
    "mitigated": "Mitigated",
    "remediated": "Said to be remediated",
    "cleared": "Cleared",
    "all": "All",
}
"""How the words by which a list is narrowed are said."""

FORCES: Final[Mapping[str, Look]] = {
    Force.BINDING: Look("Binding", "bind", "lock", "Whoever misses this day breaks a directive."),
    Force.GUIDANCE: Look("Guidance", "plain", "open", "It binds nobody here; it is good advice."),
}

CERTAINTIES: Final[Mapping[str, Look]] = {
    Certainty.AFFECTED: Look("Affected", "affected", "diamond", "What is installed is affected."),
    Certainty.UNKNOWN: Look(
        "Could not be told",
        "silent",
        "diamond-open",
        "It is not known whether what is installed is affected. Treat it as affected.",
    ),
    Certainty.NOT_AFFECTED: Look(
        "Not affected any more", "unaffected", "circle", "It has cleared."
    ),
}

IN_KEV: Final = Look(
    "Exploited", "affected", "wave", "CISA's catalogue (KEV) lists it: it is known to be exploited."
)

OVERRULED: Final = Look(
    "Overruled", "apart", "diamond-cut", "Our own run has shown otherwise; it does not count."
)
"""A ground that stays where it can be seen."""

ENDED: Final = Look("Ended", "plain", "dash", "It says so no more, or it is installed no more.")
"""A ground of former days."""

EXPOSED: Final[Mapping[str, Look]] = {
    Asset.Exposed.YES: Look("Public", "unsure", "open", "It is reached over a public network."),
    Asset.Exposed.NO: Look("Not public", "plain", "lock", "No public network leads to it."),
    Asset.Exposed.UNKNOWN: Look(
        "Not known", "silent", "diamond-open", "As long as it is unknown, it counts as public."
    ),
}

EXPOSED_SAID: Final[Mapping[str, str]] = {
    Asset.Exposed.YES: "yes: reached over a public network",
    Asset.Exposed.NO: "no",
    Asset.Exposed.UNKNOWN: "not known (counts as yes)",
}

CRITICALITIES: Final[Mapping[str, str]] = {
    Asset.Criticality.ESSENTIAL: "Essential",
    Asset.Criticality.HIGH: "High",
    Asset.Criticality.MEDIUM: "Medium",
    Asset.Criticality.LOW: "Low",
}

SCOPES: Final[Mapping[str, str]] = {
    Scope.FCEB: "federal civilian agencies (FCEB)",
    Scope.NSS: "national security systems (NSS)",
    Scope.DOW: "the Department of War",
    Scope.STATE_OR_LOCAL: "state or local government",
    Scope.CRITICAL_INFRASTRUCTURE: "critical infrastructure",
    Scope.OTHER: "others",
}

REMEDIES: Final[Mapping[str, str]] = {
    Exposure.Remedy.MITIGATED: "Mitigated",
    Exposure.Remedy.REMEDIATED: "Remediated",
}

REMEDIES_MEANT: Final[Mapping[str, str]] = {
    Exposure.Remedy.MITIGATED: "the way to it is closed, or what is affected is switched off",
    Exposure.Remedy.REMEDIATED: "a fixed version is installed, or it was taken away",
}

STEPS: Final[Mapping[str, str]] = {
    Step.TRIAGE: "Evidence first",
    Step.MITIGATE: "Mitigate",
    Step.UPDATE: "Update",
    Step.FIND_OUT: "Find out",
    Step.REQUIRED: "Asked for",
    Step.SAY: "Then",
    Step.NOTHING: "Nothing",
}

TRIAGE: Final[Mapping[str, Look]] = {
    TriageDecision.Outcome.NO_EVIDENCE: Look(
        "No evidence", "unaffected", "circle", "Nothing points to a compromise."
    ),
    TriageDecision.Outcome.SUSPECTED: Look(
        "Suspected", "unsure", "diamond-open", "Something points to a compromise."
    ),
    TriageDecision.Outcome.CONFIRMED: Look(
        "Confirmed", "affected", "diamond", "It was compromised; that is reported."
    ),
}

VEX: Final[Mapping[str, Look]] = {
    Status.AFFECTED: Look("VEX: affected", "affected", "diamond", "A statement says so."),
    Status.NOT_AFFECTED: Look(
        "VEX: not affected", "plain", "circle", "A statement says so; it hides nothing."
    ),
    Status.FIXED: Look("VEX: fixed", "plain", "check", "A statement says so; it hides nothing."),
    Status.UNDER_INVESTIGATION: Look(
        "VEX: under investigation", "tide", "wave", "Whoever says so does not know yet."
    ),
}

MOVES: Final[Mapping[str, Look]] = {
    Move.FIRST: Look("First computed", "plain", "clock", "There was none before."),
    Move.EARLIER: Look("Moved earlier", "affected", "diamond", "Something made it more urgent."),
    Move.LATER: Look("Moved later", "unaffected", "circle", "Something made it less urgent."),
    Move.SAME: Look("Day unchanged", "plain", "dash", "What it rests on is not the same."),
    Move.DETERMINED: Look("Determined", "tide", "check", "It could not be told before."),
    Move.UNDETERMINED: Look(
        "Undetermined", "silent", "diamond-open", "It can not be told any more."
    ),
}

UNPLACED: Final[Mapping[str, str]] = {
    Reason.NO_PURL: "No package URL",
    Reason.BAD_PURL: "A package URL that is none",
    Reason.NO_VERSION: "No version",
    Reason.UNPARSABLE_VERSION: "A version that cannot be read",
    Reason.NO_RELEASE: "Release of the distribution not told",
    Reason.NOT_COVERED: "Ecosystem not covered",
    Reason.SOURCE_NOT_TOLD: "Source package not told",
    Reason.FEED_TOO_OLD: "Feed too old",
}
"""Why nothing can be said of a component."""

KINDS: Final[Mapping[str, str]] = {
    "kev": "Known to be exploited (KEV)",
    "ssvc": "CISA's decision points (SSVC)",
    "epss": "How likely it is exploited (EPSS)",
    "cvss": "Severity (CVSS)",
}
"""What a source's assertion is about."""

HAPPENED: Final[Mapping[str, str]] = {
    "inventory-handed-in": "Inventory handed in",
    "inventory-taken-back": "Inventory taken back",
    "exposures-opened": "Exposures found",
    "exposures-cleared": "Exposures cleared",
    "asset-added": "Added",
    "assets-changed": "Changed",
    "assets-retired": "Retired",
    "asset-brought-back": "Brought back",
}

COLUMNS: Final[Mapping[str, str]] = {
    "name": "name",
    "owner": "owner",
    "environment": "environment",
    "system": "system",
    "exposed": "exposed to the public",
    "criticality": "criticality",
    "scope": "scope",
    "sector": "sector",
    "is_operational_technology": "operational technology",
    "distribution": "distribution",
    "tags": "tags",
}
"""Columns of an asset, in a sentence."""
