"""How the words of engagements look to people: states, parts, duties, grants, calls, decisions.

No word of these says of a release that it is allowed, or that it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.desks.reviews.frameworks.framework import Action, Heading, Kept
from tidegate.desks.reviews.models import (
    Call,
    Consultation,
    Determination,
    Endpoint,
    NamedPerson,
    Party,
)
from tidegate.desks.reviews.queries.partners import Standing as PartnerStanding
from tidegate.desks.reviews.queries.terms import Standing as TermsStanding
from tidegate.desks.reviews.queries.usable import Reason
from tidegate.desks.reviews.states.engagements import State
from tidegate.desks.reviews.states.grants import Operation
from tidegate.faces.console.words import Look

STATES: Final[Mapping[str, Look]] = {
    State.DRAFT: Look("Draft", "plain", "dash", "Only the developer knows of it."),
    State.PROPOSED: Look("Proposed", "tide", "clock", "It is shown to those whom it asks."),
    State.TERMS_AGREED: Look("Terms agreed", "good", "check", "Both sides have signed terms."),
    State.WINDOW_OPEN: Look("Window open", "tide", "wave", "Access may be used."),
    State.UNDER_EVALUATION: Look("Under evaluation", "tide", "wave", "The model is looked at."),
    State.DETERMINED: Look(
        "Determined", "apart", "circle", "An official has decided whether it is covered."
    ),
    State.WITH_PARTNERS: Look(
        "With partners", "apart", "circle", "A trusted partner has early access."
    ),
    State.RELEASED: Look("Released", "good", "open", "The developer has recorded a release."),
    State.CLOSED: Look("Closed", "plain", "lock", "It is over."),
    State.WITHDRAWN: Look(
        "Withdrawn", "unsure", "cross", "The developer has withdrawn it. It asks for no reason."
    ),
}

PARTS: Final[Mapping[str, str]] = {
    Party.Part.DEVELOPER: "Developer",
    Party.Part.REVIEWER: "Reviewer",
    Party.Part.DETERMINING: "Determining",
    Party.Part.PARTNER: "Trusted partner",
}

DUTIES: Final[Mapping[str, str]] = {
    NamedPerson.Duty.LEAD: "Lead",
    NamedPerson.Duty.EVALUATOR: "Evaluator",
    NamedPerson.Duty.OFFICIAL: "Official",
    NamedPerson.Duty.OBSERVER: "Observer",
}

DUTIES_MEANT: Final[Mapping[str, str]] = {
    NamedPerson.Duty.LEAD: "names people, proposes and signs",
    NamedPerson.Duty.EVALUATOR: "may hold grants",
    NamedPerson.Duty.OFFICIAL: "determines whether the model is covered",
    NamedPerson.Duty.OBSERVER: "reads: counsel, a security officer",
}

GRANTS: Final[Mapping[str, Look]] = {
    "asked": Look("Asked for", "unsure", "clock", "The developer has not issued it."),
    "issued": Look("Issued", "tide", "check", "Its person has not taken it up."),
    "in-use": Look("In use", "good", "wave", "Its person can call the model with it."),
    "ended": Look("Ended", "plain", "cross", "It was declined, revoked, or given back."),
    "lapsed": Look("Lapsed", "plain", "dash", "Its time is over."),
}

TERMS: Final[Mapping[str, Look]] = {
    TermsStanding.PROPOSED: Look("Proposed", "unsure", "clock", "Not signed by both sides yet."),
    TermsStanding.IN_FORCE: Look("In force", "good", "check", "Both sides have signed it."),
    TermsStanding.SUPERSEDED: Look("Superseded", "plain", "dash", "It was in force once."),
    TermsStanding.OFF: Look("Off the table", "plain", "cross", "It was never signed by both."),
}

PARTNERS: Final[Mapping[str, Look]] = {
    PartnerStanding.PROPOSED: Look("Proposed", "unsure", "clock", "Its record waits to be signed."),
    PartnerStanding.DECLINED: Look("Declined", "plain", "cross", "It was not signed by both."),
    PartnerStanding.AGREED: Look("Agreed", "tide", "check", "Both sides have signed its record."),
    PartnerStanding.HAS_ACCESS: Look("Has access", "good", "wave", "Its people may use grants."),
    PartnerStanding.ENDED: Look("Ended", "plain", "dash", "Its early access is over."),
}

OUTCOMES: Final[Mapping[str, Look]] = {
    Call.Outcome.RUNNING: Look("Running", "tide", "wave", "It is being answered now."),
    Call.Outcome.COMPLETE: Look("Complete", "good", "check", "It was answered to its end."),
    Call.Outcome.CUT: Look(
        "Cut", "unsure", "cross", "The end of the grant, or the plug, broke it off."
    ),
    Call.Outcome.FAILED: Look("Failed", "affected", "diamond", "The endpoint failed, or we did."),
    Call.Outcome.LEFT: Look("Left", "plain", "dash", "The client went away."),
    Call.Outcome.UNKNOWN: Look(
        "Not known", "unknown", "dash", "The gateway was ended in the middle of it."
    ),
}

DECISIONS: Final[Mapping[str, Look]] = {
    Determination.Decision.COVERED: Look(
        "Covered", "apart", "circle", "It is held to be a covered frontier model."
    ),
    Determination.Decision.NOT_COVERED: Look(
        "Not covered", "unaffected", "circle", "It is held not to be a covered frontier model."
    ),
    Determination.Decision.MORE_EVIDENCE: Look(
        "More evidence", "unsure", "clock", "Nothing is decided; more evidence is asked for."
    ),
}

VIEWS: Final[Mapping[str, Look]] = {
    Consultation.View.CONCURS: Look("Concurs", "good", "check", "It agrees."),
    Consultation.View.DISSENTS: Look("Dissents", "unsure", "diamond-cut", "It does not agree."),
    Consultation.View.NO_VIEW: Look("No view", "plain", "dash", "It has no view."),
    "": Look("Not answered", "tide", "clock", "It was asked, and has not answered."),
}

HEADINGS: Final[Mapping[str, str]] = {
    Heading.CONFIDENTIALITY: "Confidentiality",
    Heading.CYBERSECURITY: "Cybersecurity",
    Heading.INSIDER_RISK: "Insider risk",
    Heading.INTELLECTUAL_PROPERTY: "Intellectual-property protection",
    Heading.USE: "Use",
    Heading.NONDISCLOSURE: "Nondisclosure",
    Heading.RETENTION: "Retention and destruction",
}

KEPT: Final[Mapping[str, str]] = {
    Kept.NONE: "nothing; only digests",
    Kept.DEVELOPER: "encrypted to the developer",
    Kept.BOTH: "encrypted to the developer and to the caller’s party",
}

ACTIONS: Final[Mapping[str, str]] = {
    Action.BREAK_GLASS: "break-glass access",
    Action.READ_TRANSCRIPTS: "reading a transcript",
    Action.DETERMINE: "a determination",
}

OPERATIONS: Final[Mapping[str, str]] = {
    Operation.CHAT: "Chat completions",
    Operation.RESPONSES: "Responses",
    Operation.MESSAGES: "Messages",
}

PROTOCOLS: Final[Mapping[str, str]] = {
    Endpoint.Protocol.OPENAI: "OpenAI",
    Endpoint.Protocol.ANTHROPIC: "Anthropic",
}

REASONS: Final[Mapping[str, str]] = {
    Reason.NOT_TAKEN_UP: "not taken up",
    Reason.NOT_YET: "before its time",
    Reason.ENDED: "after its end",
    Reason.OFF: "the plug was pulled",
    Reason.NO_STANDING: "by somebody without standing",
    Reason.NO_TERMS: "no terms in force",
    Reason.TERMS_NOT_READ: "terms not read",
    Reason.NOT_VETTED: "no vetting attested",
    Reason.CLOCK: "a clock that cannot be believed",
    Reason.RECIPIENT: "nobody to encrypt to",
    Reason.OPERATION: "an operation that is not granted",
    Reason.MODEL: "a model that is not granted",
    Reason.HOURS: "outside of its hours",
    Reason.ADDRESS: "from another address",
    Reason.RATE: "too many in a minute",
    Reason.BUDGET: "over the budget",
    Reason.ANOTHER_PLACE: "from two places at once",
    Reason.HEAD: "headers that contradict one another",
    Reason.COOKIE: "with a cookie",
    Reason.TWO_CREDENTIALS: "with two credentials",
    Reason.PROOF: "without a good proof",
    Reason.REPLAYED: "sent once more",
    Reason.BODY: "a body that cannot be read",
    Reason.OUTSIDE: "something outside was asked for",
    Reason.STORED: "something stored was asked for",
}

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
