"""What a random instance holds, and to whom each of its texts and keys may be shown.

Everything confidential carries a mark of its own: a word that occurs nowhere else. So whatever
somebody is told can be searched for the marks, and for the keys, of what is none of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from tidegate.desks.cases.models import (
    Attachment,
    Clock,
    Coordination,
    EmbargoTerms,
    Message,
    Participant,
    ProductStatus,
)
from tidegate.desks.exposure.models import (
    Asset,
    ChangeNotice,
    Delegation,
    Excepted,
    Exposure,
    Inventory,
    Statement,
)
from tidegate.desks.findings.models import Case, Delivery, Event, Finding, Link, Nomination
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.models import Notice, WebhookEndpoint
from tidegate.desks.parties.models import (
    ApiToken,
    Invitation,
    Membership,
    Organisation,
    Person,
)
from tidegate.desks.publications.models import (
    Adoption,
    CveId,
    Fix,
    Publication,
    UpdateRecipient,
)
from tidegate.desks.reviews.models import (
    Agreement,
    Call,
    Certificate,
    Consultation,
    Determination,
    Endpoint,
    Engagement,
    Evidence,
    Grant,
    LoadedFramework,
    NamedPerson,
    Partner,
    Party,
    Report,
    Transcript,
    TwoPersonRequest,
)

NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
BEFORE: Final = NOW - timedelta(days=3)

MARK: Final = re.compile(r"zq\d{7}x")
"""A mark. It is one word for a search, and neither HTML nor JSON nor an address escapes it."""
KEY: Final = re.compile(r"\b[A-Z]-[0-9A-Z]{5}-[0-9A-Z]{5}\b")
"""A key of anything: `F-7K3M9-Q2X4D`."""

Bearer = Callable[[Any], bool]
"""Says of a `Reader` whether they may be shown a text, by one of the things that it belongs to."""

_numbers = count(1)


def new_mark() -> str:
    """Return a mark that nothing else carries."""
    return f"zq{next(_numbers):07d}x"


@dataclass
class World:
    """Everything that was made, by what it is."""

    organisations: list[Organisation] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    tokens: list[ApiToken] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    nominations: list[Nomination] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    coordinations: list[Coordination] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    statuses: list[ProductStatus] = field(default_factory=list)
    terms: list[EmbargoTerms] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    webhooks: list[WebhookEndpoint] = field(default_factory=list)

    frameworks: list[LoadedFramework] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    named: list[NamedPerson] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    requests: list[TwoPersonRequest] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    transcripts: list[Transcript] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    consultations: list[Consultation] = field(default_factory=list)
    determinations: list[Determination] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    assets: list[Asset] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    exposures: list[Exposure] = field(default_factory=list)
    exceptions: list[Excepted] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    delegations: list[Delegation] = field(default_factory=list)
    change_notices: list[ChangeNotice] = field(default_factory=list)

    publications: list[Publication] = field(default_factory=list)
    cve_ids: list[CveId] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)
    recipients: list[UpdateRecipient] = field(default_factory=list)

    is_sealed: bool = True
    """Whether its ledger has a tree, and each of its entries a proof."""
    with_provider: Organisation | None = None
    """The one whose people sign in by a provider of its own."""
    secrets: dict[str, str] = field(default_factory=dict)
    """What was shown once of an invitation, a token or a feed, by the key of it or of its person.
    Of a person's tokens: that which may do everything by the person's key, too."""
    bearers: dict[str, list[Bearer]] = field(default_factory=dict)
    """For each mark and each key: to whom it may be shown, by any of these."""

    def show(self, bearer: Bearer, *texts: str) -> None:
        """Keep that texts may be shown to whom `bearer` says; those that are empty are none."""
        for text in texts:
            if text:
                self.bearers.setdefault(text, []).append(bearer)
