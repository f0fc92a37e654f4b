"""The coordination of one case: the terms for who is invited, and all of it for who reads the case.

An invited party is shown under which terms it may read a case, and nothing of what is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Attachment, Coordination, EmbargoTerms, Participant
from tidegate.desks.cases.queries.clocks import ClockShown, clocks_of
from tidegate.desks.cases.queries.modelled import (
    agreed_terms_of,
    case_of,
    embargo_of,
    proposal_of,
)
from tidegate.desks.cases.queries.participants import PartyShown, parties_of
from tidegate.desks.cases.queries.siblings import revealed_by
from tidegate.desks.cases.states.consents import CONSENTS, Consent, ConsentEvent
from tidegate.desks.cases.states.goals import Score
from tidegate.desks.findings.models import Case, Document, Finding
from tidegate.desks.findings.queries.errors import NotHereError

_CHANGES: Final = ("/commit/", "/pull/", "/merge_requests/", "/-/commit/")
_PATCHES: Final = (".patch", ".diff")
_MOST_TERMS: Final = 100


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What an organisation of who asks is to the case, and what it may answer."""

    organisation: str
    """Its key."""
    name: str
    role: str
    consent: str
    consent_until: datetime | None
    invited_at: datetime
    joined_at: datetime | None
    may_accept: bool
    """It may agree to the terms on the table, or join where there are none."""
    may_decline: bool


@dataclass(frozen=True, slots=True)
class TermsShown:
    """Under which terms a case is kept secret; all that an invited party is told of it."""

    case: str
    tlp: str
    embargo: str
    """`none`, `proposed`, `active`, `revise` or `exited`."""
    ends_at: datetime | None
    """When the embargo in force ends, or was to end."""
    proposed_ends_at: datetime | None
    on_the_table: datetime | None
    """The end that consent is given to; hand it back to accept."""
    words: str
    """Further terms on the table, verbatim."""
    policy: str
    policy_version: str
    closed_at: datetime | None
    own: tuple[OwnPart, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Terms that somebody proposed, and what became of them."""

    number: int
    ends_at: datetime
    words: str
    proposed_by: str
    proposed_at: datetime
    outcome: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was seen, as it was recorded."""

    event: str
    organisation: str
    """Key of the vendor; empty for a fact."""
    happened_at: datetime
    recorded_at: datetime
    said_by: str
    source: str


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    """A coordinator's word that a secret may become public early."""

    purpose: str
    by: str
    """Their name."""
    reason: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """All of a case's coordination that who asks may read."""

    terms: TermsShown
    title: str
    opened_at: datetime
    closing_words: str
    parties: tuple[PartyShown, ...]
    proposals: tuple[Proposal, ...]
    """The newest first."""
    seen: tuple[Seen, ...]
    """In the order of recording."""
    public_at: datetime | None
    exploit_at: datetime | None
    attacks_at: datetime | None
    score: Score | None
    """How good the order of events was, after the twelve goals of the model; None for who reads the
    case for its label alone."""
    clocks: tuple[ClockShown, ...]
    findings: int
    """How many findings the case has; a vendor would like one."""
    fixes: tuple[str, ...]
    """Where a fix is attached: addresses of changes in the findings, keys of attached patches."""
    coordinates: bool
    """Who asks coordinates the case; the rest is empty for others."""
    approvals: tuple[ApprovalShown, ...]
    """Those that stand."""
    reveals: tuple[str, ...]
    """Keys of the cases that this one would give away at the end on the table."""


def get_terms(actor: Actor, case_key: str, *, at: datetime) -> TermsShown:
    """Return the terms of a case that `actor` may know of.

    Raises:
        NotFoundError: there is no such case, or not for them.
        NotHereError: it is not coordinated.
    """
    case = find(actor, Case.objects.all(), Act.SEE, at=at, key=as_written(case_key))
    row = _coordination(case)
    return _terms(actor, row, proposal_of(row), at)


def get_case_page(actor: Actor, case_key: str, *, at: datetime) -> CasePage:
    """Return the coordination of a case that `actor` may read.

    Raises:
        NotFoundError: there is no such case, or not for them.
        NotHereError: it is not coordinated.
    """
    case = find(actor, Case.objects.all(), Act.READ, at=at, key=as_written(case_key))
    row = _coordination(case)
    coordinates = may(actor, Act.COORDINATE, case, at=at)
    proposal = proposal_of(row)
    terms = _terms(actor, row, proposal, at)
    parties = parties_of(actor, case, at=at)
    # Who reads it for its label alone is none of those who work on it, and sees none of them.
    inside = coordinates or bool(parties)
    end = terms.on_the_table
    return CasePage(
        terms=terms,
        title=case.title,
        opened_at=row.opened_at,
        closing_words=row.closing_words,
        parties=parties,
        proposals=_proposals(row) if inside else (),
        seen=_seen(row) if inside else (),
        public_at=row.public_at,
        exploit_at=row.exploit_at,
        attacks_at=row.attacks_at,
        score=_score(row, proposal) if inside else None,
        clocks=_clocks(actor, case, coordinates=coordinates, at=at) if inside else (),
        findings=case.findings_count,
        fixes=fixes_of(actor, case, at=at),
        coordinates=coordinates,
        approvals=_approvals(actor, row) if coordinates else (),
        reveals=revealed_by(row, end, at) if coordinates and end else (),
    )


def fixes_of(actor: Actor, case: Case, *, at: datetime) -> tuple[str, ...]:
    """Return where fixes are that came with a case, as far as `actor` may read it.

    What looks like one: an address of a change or of a patch in a finding, an attached patch. That
    it mends anything is for our own runs to show.
    """
    readable = narrowed(actor, Finding.objects.filter(case=case), at=at)
    said = Document.objects.filter(finding__in=readable.values("pk"))
    urls = (url for found in said.values_list("references", flat=True) for url in found)
    patches = narrowed(actor, Attachment.objects.filter(message__coordination__case=case), at=at)
    attached = (key for key, name in patches.values_list("key", "name") if name.endswith(_PATCHES))
    return tuple(dict.fromkeys([*(url for url in urls if _looks_like_a_fix(url)), *attached]))


def _coordination(case: Case) -> Coordination:
    row = Coordination.objects.select_related("case").filter(case=case).first()
    if row is None:
        raise NotHereError(
            f"{case.key} is not coordinated yet; open its coordination first (`tidegate coordinate"
            f" {case.key}`)"
        )
    return row


def _terms(
    actor: Actor, row: Coordination, proposal: EmbargoTerms | None, at: datetime
) -> TermsShown:
    embargo = embargo_of(row, proposal)
    on_the_table = proposal or (agreed_terms_of(row) if embargo.state.in_force else None)
    own = narrowed(actor, Participant.objects.all(), Act.SEE, at=at).filter(
        coordination=row,
        organisation__in=actor.organisations,
        invited_at__isnull=False,
        removed_at=None,
    )
    answering = frozenset(narrowed(actor, own, Act.RESPOND, at=at).values_list("pk", flat=True))
    return TermsShown(
        case=row.case.key,
        tlp=row.tlp,
        embargo=row.embargo,
        ends_at=row.ends_at,
        proposed_ends_at=embargo.proposed_ends_at,
        on_the_table=embargo.terms,
        words=on_the_table.words if on_the_table else "",
        policy=row.policy,
        policy_version=row.policy_version,
        closed_at=row.closed_at,
        own=tuple(
            _own(part, may_answer=part.pk in answering, on_the_table=embargo.state.on_the_table)
            for part in own.select_related("organisation").order_by("pk")
        ),
    )


def _own(part: Participant, *, may_answer: bool, on_the_table: bool) -> OwnPart:
    assert part.invited_at is not None
    consent = Consent(part.consent)
    may_sign = (consent, ConsentEvent.SIGN) in CONSENTS if on_the_table else not part.joined_at
    may_decline = (consent, ConsentEvent.DECLINE) in CONSENTS or not on_the_table
    return OwnPart(
        organisation=part.organisation.key,
        name=part.organisation.name,
        role=part.role,
        consent=part.consent,
        consent_until=part.consent_until,
        invited_at=part.invited_at,
        joined_at=part.joined_at,
        may_accept=may_answer and bool(may_sign),
        may_decline=may_answer and may_decline,
    )


def _proposals(row: Coordination) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(
            number=one.pk,
            ends_at=one.ends_at,
            words=one.words,
            proposed_by=one.proposed_by,
            proposed_at=one.proposed_at,
            outcome=one.outcome,
            decided_by=one.decided_by,
            decided_at=one.decided_at,
        )
        for one in row.terms.order_by("-pk")[:_MOST_TERMS]
    )


def _score(row: Coordination, proposal: EmbargoTerms | None) -> Score:
    parts = row.participants.select_related("organisation").filter(removed_at=None)
    return case_of(row, {one.organisation.key: one for one in parts}, proposal).score


def _seen(row: Coordination) -> tuple[Seen, ...]:
    rows = row.occurrences.select_related("participant__organisation")
    return tuple(
        Seen(
            event=one.event,
            organisation=one.participant.organisation.key if one.participant else "",
            happened_at=one.happened_at,
            recorded_at=one.recorded_at,
            said_by=one.said_by,
            source=one.source,
        )
        for one in rows.order_by("recorded_at", "pk")
    )


def _clocks(actor: Actor, case: Case, *, coordinates: bool, at: datetime) -> tuple[ClockShown, ...]:
    """Return the clocks; those about one party are for it and for coordinators."""
    own = _own_keys(actor, case)
    return tuple(
        clock
        for clock in clocks_of(actor, case.key, at=at)
        if coordinates or not clock.subject or clock.subject.partition(" ")[0] in own
    )


def _own_keys(actor: Actor, case: Case) -> frozenset[str]:
    parts = Participant.objects.filter(
        coordination__case=case, organisation__in=actor.organisations
    )
    return frozenset(parts.values_list("organisation__key", flat=True))


def _approvals(actor: Actor, row: Coordination) -> tuple[ApprovalShown, ...]:
    standing = row.approvals.filter(withdrawn_at=None, used_at=None).select_related("person")
    return tuple(
        ApprovalShown(
            purpose=one.purpose,
            by=one.person.name,
            reason=one.reason,
            at=one.at,
            own=one.person_id == actor.person,
        )
        for one in standing.order_by("pk")
    )


def _looks_like_a_fix(url: str) -> bool:
    path = urlsplit(url).path
    return path.endswith(_PATCHES) or any(part in path for part in _CHANGES)
