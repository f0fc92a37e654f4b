"""How the words of fixes and publications look to people: rungs, labels, states, identifiers.

What could not be told of a fix has a look of its own, dashed: it never looks like what passed. And
nothing here says 'fixed': a fix bears the labels that its rungs give it, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.desks.publications.models import CveId, Fix, Trial
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.record import (
    Basis,
    CreditKind,
    RemedyKind,
    Status,
)
from tidegate.engines.reproduction.fixes.values import Label, RungName, RungWord
from tidegate.faces.console.words import Look

STATES: Final[Mapping[str, Look]] = {
    RevisionState.DRAFT: Look("Draft", "plain", "dash", "Somebody writes it; nobody has it yet."),
    RevisionState.SUBMITTED: Look(
        "Waits for approval", "unsure", "clock", "Another coordinator has to approve it."
    ),
    RevisionState.APPROVED: Look(
        "Approved", "tide", "check", "It goes out at its time, unless something keeps it."
    ),
    RevisionState.PUBLISHED: Look("Published", "good", "check", "It is out, and stays as it is."),
    RevisionState.DROPPED: Look("Dropped", "plain", "cross", "It was left, and never went out."),
    "held": Look("Held", "affected", "pause", "It is approved, and something keeps it."),
    "withdrawn": Look(
        "Withdrawn", "apart", "diamond-cut", "It stands no more; it stays to be read."
    ),
}

LISTED: Final[Mapping[str, str]] = {
    "": "All",
    "draft": "Drafts",
    "submitted": "Waiting for approval",
    "approved": "Approved",
    "held": "Held",
    "published": "Published",
    "withdrawn": "Withdrawn",
}
"""How the words by which the list is narrowed are said."""

RUNGS: Final[Mapping[str, str]] = {
    RungName.APPLIES: "It applies, and can be imported",
    RungName.PROOFS_QUIET: "Every proof of the case is quiet",
    RungName.CONTROL_UNCHANGED: "Harmless use works as before",
    RungName.TESTS_SAME: "The package’s own tests say the same",
    RungName.REGRESSION_TEST: "A test fails before and passes after",
    RungName.VARIANTS_QUIET: "Variants of the proof are quiet",
    RungName.REVIEWED: "A person has looked",
}
"""From the lowest to the highest."""

RUNG_WORDS: Final[Mapping[str, Look]] = {
    RungWord.PASSED: Look("Passed", "good", "check", "It was run, and showed what it has to."),
    RungWord.FAILED: Look("Failed", "affected", "diamond", "No other rung outweighs it."),
    RungWord.FLAKY: Look(
        "Flaky", "unsure", "wave", "One way in some runs, another in others; nothing rests on that."
    ),
    RungWord.NOT_POSSIBLE: Look(
        "Could not be told", "silent", "diamond-open", "It was tried, and cannot be told here."
    ),
    RungWord.SKIPPED: Look("Not tried", "silent", "dash", "It was not tried."),
    "": Look("Not yet", "silent", "clock", "It has not come so far."),
}

LABELS: Final[Mapping[str, Look]] = {
    Label.PROOF_SILENCED: Look(
        "Proof silenced", "tide", "check", "Every proof of the case is quiet, 3 runs of 3."
    ),
    Label.VARIANTS_SILENCED: Look(
        "Variants silenced", "good", "check", "Variants of the proof are quiet, too."
    ),
    Label.MAINTAINER_ACCEPTED: Look(
        "Accepted by the maintainer", "unaffected", "check", "A maintainer has looked, and accepts."
    ),
}

TRIALS: Final[Mapping[str, Look]] = {
    Trial.State.WAITING: Look("Waits for a worker", "plain", "clock", "It is tried soon."),
    Trial.State.RUNNING: Look("Is being tried", "tide", "wave", "It climbs, rung by rung."),
    Trial.State.DONE: Look("Tried", "plain", "check", "Its rungs are signed."),
    Trial.State.FAILED: Look(
        "Could not be tried", "silent", "diamond-open", "That says nothing of the fix."
    ),
}

FIX_KINDS: Final[Mapping[str, str]] = {
    Fix.Kind.PATCH: "Diff against",
    Fix.Kind.RELEASE: "Release",
}

CVE_STATES: Final[Mapping[str, Look]] = {
    CveId.State.WANTED: Look("Being reserved", "plain", "clock", "Which one it is, is told soon."),
    CveId.State.RESERVED: Look("Reserved", "tide", "lock", "It is the case’s, and not public."),
    CveId.State.PUBLISHED: Look("Published", "good", "check", "Its record is at CVE Services."),
    CveId.State.REJECTED: Look("Rejected", "apart", "cross", "It is never used again."),
}

FORMATS: Final[Mapping[str, str]] = {
    "osv": "OSV 1.7",
    "csaf20": "CSAF 2.0",
    "csaf20-vex": "CSAF 2.0 VEX",
    "csaf21": "CSAF 2.1",
    "csaf21-vex": "CSAF 2.1 VEX",
    "cve": "CVE record 5",
    "openvex": "OpenVEX",
    "cdx": "CycloneDX VEX",
}
"""The formats that a record is written in, by their words."""

BASES: Final[Mapping[str, str]] = {
    Basis.RUN: "the proof was run",
    Basis.VOUCHED: "vouched for by name",
    Basis.STATED: "the vendor says so",
}

STATUSES: Final[Mapping[str, str]] = {
    Status.AFFECTED: "affected",
    Status.FIXED: "fixed",
    Status.NOT_AFFECTED: "not affected",
    Status.UNDER_INVESTIGATION: "under investigation",
}

REMEDIES: Final[Mapping[str, str]] = {
    RemedyKind.VENDOR_FIX: "Update",
    RemedyKind.MITIGATION: "Mitigation",
    RemedyKind.WORKAROUND: "Workaround",
    RemedyKind.NONE_AVAILABLE: "None is known yet",
    RemedyKind.NO_FIX_PLANNED: "No fix is planned",
}

CREDITS: Final[Mapping[str, str]] = {one: one.value.capitalize() for one in CreditKind}

REFERENCES: Final = (
    "advisory",
    "article",
    "detection",
    "discussion",
    "report",
    "fix",
    "introduced",
    "package",
    "evidence",
    "web",
    "external",
)
"""What a reference is. From: OSV 1.7, references, type; `external` for none of these."""

ENDS: Final[Mapping[str, str]] = {
    "fixed": "fixed in",
    "last": "last affected is",
    "open": "no end is known",
}
"""How a run of affected versions ends."""

FIELDS: Final[Mapping[str, str]] = {
    "title": "Title",
    "summary": "Summary",
    "description": "Description",
    "impact": "Impact",
    "label": "Label",
    "publisher": "Publisher",
    "products": "Versions",
    "cve": "CVE identifier",
    "aliases": "Other names",
    "weaknesses": "Weaknesses",
    "severities": "Severity",
    "statements": "What vendors say",
    "remedies": "What to do",
    "fixes": "Fixes",
    "credits": "Credit",
    "references": "References",
    "decisions": "Decisions",
    "exploited": "Known attacks",
    "discovered_at": "Found",
    "withdrawn_at": "Withdrawn",
    "withdrawn_because": "Why it is withdrawn",
    "revisions": "History",
}
"""Parts of a record, as people say them."""
