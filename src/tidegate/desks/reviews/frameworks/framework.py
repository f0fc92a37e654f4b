"""What a framework says, and what terms under it say: values, as their files hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Heading(StrEnum):
    """The order's six headings, and one that has to be there besides. From: EO 14409, 3(b)(ii)."""

    CONFIDENTIALITY = "confidentiality"
    CYBERSECURITY = "cybersecurity"
    INSIDER_RISK = "insider-risk"
    INTELLECTUAL_PROPERTY = "intellectual-property"
    USE = "use"
    NONDISCLOSURE = "nondisclosure"
    RETENTION = "retention"
    """No period is public; so it has to be agreed on."""


class Kept(StrEnum):
    """What is kept of the content of calls."""

    NONE = "none"
    DEVELOPER = "developer"
    """Encrypted to the developer."""
    BOTH = "both"
    """Encrypted to the developer and to the party of whoever calls."""


class Action(StrEnum):
    """What terms may let two persons do together alone."""

    BREAK_GLASS = "break-glass"
    """Always takes two."""
    READ_TRANSCRIPTS = "read-transcripts"
    DETERMINE = "determine"


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence or two of the terms."""

    name: str
    """Identifies it, in small letters with dashes."""
    heading: Heading
    text: str
    """What is agreed on, with `{names}` of the settings that it speaks of: so the words can never
    say something else than what is enforced. `terms.worded` fills them in."""
    plain: str
    """The same in plain words, for whoever works under it; with `{names}`, too."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What of the terms the software enforces."""

    content: Kept
    """What is kept of calls."""
    watermark: bool
    """Whether answers are marked with the grant."""
    proven_calls: bool
    """Whether each call is proven with a key of the person's own. From: RFC 9449."""
    addresses: tuple[str, ...]
    """Networks from which the model may be reached; empty for any."""
    two_persons: frozenset[Action]
    """What takes two persons, besides break-glass."""
    break_glass: bool
    """Whether there is break-glass access at all."""
    longest_grant: timedelta
    vetting: bool
    """Whether only people whose vetting is attested hold grants."""
    transcripts_destroyed_after: timedelta
    """After access has ended."""
    certificate_due_after: timedelta
    """After access has ended: when each party certifies the destruction."""
    confidential_until: str
    """A date, or `the release`, as the clause says it."""
    purposes: tuple[str, ...]
    """What the model may be used for; a grant names one of them."""
    reporting: str
    """How findings made with the model are reported, and the embargo that they are under."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A version of terms: what both sides sign the digest of."""

    framework: str
    framework_version: str
    title: str
    developer: str
    """Name of the organisation."""
    counterpart: str
    """Name of the organisation that signs on the other side."""
    model: str
    clauses: tuple[Clause, ...]
    settings: Settings
    engagement: str = ""
    """Its key; written in when they are proposed."""
    number: int = 0
    """Of the version; written in with it, so that no two versions have one digest."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a framework calls a person whom a party names."""

    title: str
    part: str
    """A part of `models.Party.Part`."""
    duty: str
    """A duty of `models.NamedPerson.Duty`."""
    vetting: bool
    """Whether their organisation has to attest a vetting."""


@dataclass(frozen=True, slots=True)
class Framework:
    """What engagements under it are held to."""

    name: str
    version: str
    sha256: str
    """Of the document's RFC 8785 form."""
    title: str
    authority: str
    source: str
    """Where that can be read."""
    note: str
    """What it is not: legal advice."""
    ceiling: timedelta
    """The longest window."""
    roles: tuple[Role, ...]
    bodies: tuple[str, ...]
    """Who may be consulted."""
    threshold: str
    """When a model is covered, in words; the sealed benchmark is another desk's."""
    clauses: tuple[Clause, ...]
    """Default ones; every heading has at least one."""
    settings: Settings
    """Default ones."""
