"""How the words of coordination look to people: labels, consent, contact, statuses, clocks.

No two words that mean different things look alike: above all, who has said nothing never looks
like who is not affected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.models import Clock, EmbargoTerms, Message, Participant, ProductStatus
from tidegate.desks.cases.states.consents import Consent
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.cases.states.reports import ReportEvent, ReportState
from tidegate.desks.cases.states.vulnerabilities import CaseEvent, VendorState
from tidegate.faces.console.texts import spelled
from tidegate.faces.console.words import Look

SILENT: Final = Look(
    "Has said nothing",
    "silent",
    "dash",
    "Nobody has said anything of its products, which is not the same as not affected.",
)
"""A vendor without a status; a look of its own."""

WAITS_IN_LINE: Final = Look(
    "Waits in line",
    "plain",
    "clock",
    "It is invited as soon as the vendor takes another case.",
)

UNBOUND: Final = Consent.NO_EMBARGO

HAS_NOT_AGREED: Final = Look(
    "Has not agreed", "unsure", "dash", "Terms are on the table, and it is not bound by them."
)
"""Who is unbound while there are terms."""

CONSENTS: Final[Mapping[str, Look]] = {
    Consent.SIGNATORY: Look("Agreed", "good", "check", "It has agreed to the terms on the table."),
    Consent.INVITED: Look("Invited", "tide", "clock", "It has not answered its invitation yet."),
    Consent.LAPSED: Look(
        "Has to agree again",
        "unsure",
        "again",
        "It had agreed to other terms, or for a time that is over.",
    ),
    Consent.DECLINED: Look(
        "Declined", "affected", "cross", "It has declined, or has not answered."
    ),
    Consent.NO_EMBARGO: Look("No terms", "plain", "dash", "No terms bind it."),
}

EMBARGOES: Final[Mapping[str, Look]] = {
    EmbargoState.NONE: Look("No embargo", "plain", "dash", "Nobody is bound by terms."),
    EmbargoState.PROPOSED: Look(
        "Embargo proposed", "tide", "clock", "Terms are proposed; nobody is bound by them yet."
    ),
    EmbargoState.ACTIVE: Look("Embargo in force", "tide", "lock", "Who has agreed is bound by it."),
    EmbargoState.REVISE: Look(
        "Embargo in revision", "unsure", "lock", "It is in force, and other terms are proposed."
    ),
    EmbargoState.EXITED: Look("Embargo ended", "good", "open", "It has ended; nobody is bound."),
}

CONTACTS: Final[Mapping[str, Look]] = {
    Participant.Contact.NOT_CONTACTED: Look("Not contacted", "", "", "Nothing was sent to it."),
    Participant.Contact.NOTIFIED: Look("Notified", "", "", "An invitation went out to it."),
    Participant.Contact.SEEN: Look("Seen", "", "", "It has seen its invitation."),
    Participant.Contact.INVESTIGATING: Look("Investigating", "", "", "It is looking into it."),
    Participant.Contact.ANSWERED: Look("Answered", "", "", "It has said how its products are."),
}
"""From the first to the last."""

VENDORS: Final[Mapping[str, Look]] = {
    VendorState.UNAWARE: Look("Not aware", "", "", "It has not been told, as far as is known."),
    VendorState.AWARE: Look("Aware", "", "", "It knows of the vulnerability."),
    VendorState.FIX_READY: Look("Fix ready", "", "", "It has a fix."),
    VendorState.FIX_DEPLOYED: Look("Fix deployed", "", "", "Its fix is where it is needed."),
}

REPORTS: Final[Mapping[str, str]] = {
    ReportState.START: "Not told",
    ReportState.RECEIVED: "Report received",
    ReportState.INVALID: "Held invalid",
    ReportState.VALID: "Held valid",
    ReportState.ACCEPTED: "Works on it",
    ReportState.DEFERRED: "Put off",
    ReportState.CLOSED: "Closed",
}

REPORT_EVENTS: Final[Mapping[str, str]] = {
    ReportEvent.RECEIVE: "Received",
    ReportEvent.INVALIDATE: "Hold it invalid",
    ReportEvent.VALIDATE: "Hold it valid",
    ReportEvent.ACCEPT: "Work on it",
    ReportEvent.DEFER: "Put it off",
    ReportEvent.CLOSE: "Close it",
}

STATUSES: Final[Mapping[str, Look]] = {
    ProductStatus.Status.AFFECTED: Look(
        "Affected", "affected", "diamond", "The vendor says that the product is affected."
    ),
    ProductStatus.Status.NOT_AFFECTED: Look(
        "Not affected", "unaffected", "circle", "The vendor says so, and why."
    ),
    ProductStatus.Status.FIXED: Look(
        "Fixed", "good", "check", "The vendor says that these versions hold the fix."
    ),
    ProductStatus.Status.UNDER_INVESTIGATION: Look(
        "Under investigation", "tide", "wave", "The vendor does not know yet."
    ),
}

JUSTIFICATIONS: Final[Mapping[str, str]] = {
    ProductStatus.Justification.NO_COMPONENT: "the component is not in it",
    ProductStatus.Justification.NO_CODE: "the vulnerable code is not in it",
    ProductStatus.Justification.NOT_EXECUTED: "the vulnerable code is never run",
    ProductStatus.Justification.NOT_CONTROLLED: "nobody hostile can reach the vulnerable code",
    ProductStatus.Justification.MITIGATED: "it has a defence of its own",
}

PARTS: Final[Mapping[str, str]] = {
    Participant.Part.FINDER: "Finder",
    Participant.Part.VENDOR: "Vendor",
    Participant.Part.COORDINATOR: "Coordinator",
    Participant.Part.OPERATOR: "Operator",
    Participant.Part.OTHER: "Other",
}

CLOCKS: Final[Mapping[str, str]] = {
    Clock.Kind.EMBARGO_END: "The embargo ends",
    Clock.Kind.REMINDER: "Reminder of the embargo's end",
    Clock.Kind.CONSENT_LAPSE: "A consent lapses",
    Clock.Kind.GRANT_END: "A place on a team ends",
    Clock.Kind.POLICY: "Deadline of the policy",
}

EVENTS: Final[Mapping[str, str]] = {
    CaseEvent.VENDOR_AWARE: "The vendor is aware",
    CaseEvent.FIX_READY: "A fix is ready",
    CaseEvent.FIX_DEPLOYED: "The fix is deployed",
    CaseEvent.PUBLIC: "The vulnerability is public",
    CaseEvent.EXPLOIT: "An exploit is public",
    CaseEvent.ATTACKS: "Attacks were seen",
}

NOT_KNOWN: Final[Mapping[str, str]] = {
    CaseEvent.PUBLIC: "Not public, as far as is known",
    CaseEvent.EXPLOIT: "No public exploit known",
    CaseEvent.ATTACKS: "No attacks seen",
}

OUTCOMES: Final[Mapping[str, str]] = {
    EmbargoTerms.Outcome.OPEN: "proposed",
    EmbargoTerms.Outcome.ACCEPTED: "accepted",
    EmbargoTerms.Outcome.REFUSED: "refused",
    EmbargoTerms.Outcome.REPLACED: "replaced by another proposal",
    EmbargoTerms.Outcome.FALLEN: "fell before anybody decided",
}

AUDIENCES: Final[Mapping[str, str]] = {
    Message.Audience.ALL: "all parties",
    Message.Audience.SOME: "some",
    Message.Audience.COORDINATORS: "the coordinators alone",
}

LABELS: Final[Mapping[str, str]] = {
    Label.RED: "for the persons who are named, and nobody else",
    Label.AMBER_STRICT: "for the parties' own organisations",
    Label.AMBER: "for the parties, and their clients where these need to know",
    Label.GREEN: "for the community",
    Label.CLEAR: "for everybody",
}
"""What each label of the Traffic Light Protocol allows. From: https://www.first.org/tlp/."""

KINDS: Final[Mapping[str, str]] = {
    OrganisationKind.FINDER: "Finder",
    OrganisationKind.VENDOR: "Vendor or maintainer",
    OrganisationKind.OPERATOR: "Operator",
    OrganisationKind.AGENCY: "Agency",
    OrganisationKind.MODEL_DEVELOPER: "Model developer",
    OrganisationKind.TRUSTED_PARTNER: "Trusted partner",
    OrganisationKind.COORDINATOR: "Coordinator",
    OrganisationKind.REVIEWER: "Reviewer",
}

ROLES: Final[Mapping[str, str]] = {
    Role.ADMINISTRATOR: "Administrator",
    Role.MEMBER: "Member",
    Role.READER: "Reader",
}


def look_in(looks: Mapping[str, Look], word: str) -> Look:
    """Return how a word looks; one that is not known is shown as it is."""
    return looks.get(word) or Look(spelled(word), "unknown", "dash", "")


def said_in(labels: Mapping[str, str], word: str) -> str:
    """Return what is said for a word; one that is not known is shown as it is."""
    return labels.get(word) or spelled(word)
