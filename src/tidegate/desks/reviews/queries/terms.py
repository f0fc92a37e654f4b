"""Terms: which are in force, what is proposed, who has signed, and what would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.frameworks.framework import Heading, Terms
from tidegate.desks.reviews.frameworks.machine_words import MachineWords, machine_words
from tidegate.desks.reviews.frameworks.terms import Change, changes, plainly, worded
from tidegate.desks.reviews.models import Acknowledgement, Agreement, Engagement, Party
from tidegate.desks.reviews.queries.frameworks import framework_of
from tidegate.desks.reviews.queries.signatures import (
    is_good,
    is_open,
    missing,
    signs_for,
    terms_of,
)
from tidegate.desks.reviews.states.engagements import ENDED, State

TITLES: Final = {
    Heading.CONFIDENTIALITY: "Confidentiality",
    Heading.CYBERSECURITY: "Cybersecurity",
    Heading.INSIDER_RISK: "Insider risk",
    Heading.INTELLECTUAL_PROPERTY: "Intellectual property",
    Heading.USE: "Use",
    Heading.NONDISCLOSURE: "Nondisclosure",
    Heading.RETENTION: "Retention and destruction",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Terms, and the document that they are."""

    agreement: Agreement
    terms: Terms


class Standing(StrEnum):
    """What has become of a version."""

    PROPOSED = "proposed"
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    """It was in force, until the next one was agreed on."""
    OFF = "off"
    """Replaced or taken back before both had signed it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, as it is shown."""

    organisation: str
    organisation_key: str
    person: str
    method: str
    """A value of `Signature.Method`."""
    key: str
    """Fingerprint of the public key."""
    signed_at: datetime
    is_good: bool
    """Whether it verifies, from what is kept."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document."""

    number: int
    sha256: str
    standing: Standing
    proposed_for: str
    """Name of the organisation that has proposed it."""
    proposed_by: str
    proposed_at: datetime
    agreed_at: datetime | None
    taken_back_at: datetime | None
    signatures: tuple[Signed, ...]
    waits_for: tuple[str, ...]
    """Names of those who have not signed it, while it is proposed."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A clause with its settings filled in."""

    name: str
    formal: str
    plain: str


@dataclass(frozen=True, slots=True)
class Section:
    """The clauses under a heading."""

    heading: Heading
    title: str
    clauses: tuple[Sentence, ...]
    enforced: tuple[MachineWords, ...]
    """What of it the software sees to."""


@dataclass(frozen=True, slots=True)
class TermsPage:
    """The terms of an engagement, or of one trusted partner in it."""

    engagement_key: str
    partner: str
    """Name of the trusted partner, if they are its own."""
    partner_key: str
    note: str
    """What the framework says it is not."""
    versions: tuple[Version, ...]
    """The newest first."""
    shown: Version | None
    """The version whose clauses follow: the one that was asked for, or the newest on the table, or
    in force."""
    terms: Terms | None
    sections: tuple[Section, ...]
    in_force: Version | None
    changes: tuple[Change, ...]
    """From the version in force to the one that is shown."""
    may_propose: bool
    may_take_back: bool
    """The version that is shown."""
    signs_for: tuple[tuple[str, str], ...]
    """Key and name of each organisation that they may sign the shown version for, now."""
    has_passkey: bool
    has_acknowledged: bool
    """Whether they have read the version in force."""

    @property
    def may_sign(self) -> bool:
        """Whether they may sign the version that is shown."""
        return bool(self.signs_for)


def terms_in_force(engagement: Engagement, *, partner: Party | None = None) -> Held | None:
    """Return the terms in force: the newest that both sides have signed.

    Those of the engagement, or those of a trusted partner in it.

    Raises:
        TermsError: what is kept is not what was signed.
    """
    rows = _versions(engagement, partner).exclude(agreed_at=None).order_by("-number")
    agreement = rows.first()
    return Held(agreement, terms_of(agreement)) if agreement is not None else None


def terms_page(
    actor: Actor,
    engagement_key: str,
    *,
    for_partner: str = "",
    number: int | None = None,
    at: datetime,
) -> TermsPage:
    """Return the terms of an engagement, as far as `actor` may read them.

    Args:
        actor: who asks.
        engagement_key: of the engagement.
        for_partner: key of a trusted partner's organisation, for terms of its own.
        number: of the version that is shown; without it, the newest that was not taken back.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, partner or version, or not for them.
        TermsError: what is kept is not what was proposed.
    """
    engagement, partner = _place(actor, engagement_key, for_partner, at)
    readable = narrowed(actor, _versions(engagement, partner), Act.READ, at=at)
    rows = list(
        readable.select_related("engagement", "party__organisation", "proposed_for")
        .prefetch_related("signatures__organisation", "signatures__person")
        .order_by("-number")
    )
    held = next((row for row in rows if row.agreed_at is not None), None)
    row = _chosen(rows, number)
    versions = {one.pk: _version(one, held) for one in rows}
    terms = terms_of(row) if row is not None else None
    before = terms_of(held) if held is not None else None
    return TermsPage(
        engagement_key=engagement.key,
        partner=partner.organisation.name if partner else "",
        partner_key=partner.organisation.key if partner else "",
        note=framework_of(engagement).note,
        versions=tuple(versions.values()),
        shown=versions[row.pk] if row is not None else None,
        terms=terms,
        sections=sections_of(terms) if terms is not None else (),
        in_force=versions[held.pk] if held is not None else None,
        changes=changes(before, terms) if before is not None and terms is not None else (),
        may_propose=_may_propose(actor, engagement, partner, at),
        may_take_back=row is not None and _may_take_back(actor, row, at),
        signs_for=tuple(
            (one.organisation.key, one.organisation.name)
            for one in (signs_for(actor, row, at=at) if row is not None else ())
        ),
        has_passkey=Authenticator.objects.filter(
            user_id=actor.person, type=Authenticator.Type.WEBAUTHN
        ).exists(),
        has_acknowledged=(
            held is not None and actor.person is not None and has_acknowledged(actor.person, held)
        ),
    )


def sections_of(terms: Terms) -> tuple[Section, ...]:
    """Return terms as people read them, by heading, with what the software sees to."""
    seen_to = machine_words(terms.settings)
    return tuple(
        Section(
            heading=heading,
            title=TITLES[heading],
            clauses=tuple(
                Sentence(one.name, worded(one, terms.settings), plainly(one, terms.settings))
                for one in terms.clauses
                if one.heading is heading
            ),
            enforced=tuple(one for one in seen_to if one.heading is heading),
        )
        for heading in Heading
    )


def document_of(
    actor: Actor,
    engagement_key: str,
    number: int,
    *,
    for_partner: str = "",
    kind: Agreement.Kind = Agreement.Kind.TERMS,
    at: datetime | None = None,
) -> bytes:
    """Return a version's bytes, as they are signed.

    Raises:
        NotFoundError: there is no such version, or not for them.
    """
    engagement, partner = _place(actor, engagement_key, for_partner, at)
    rows = _versions(engagement, partner, kind)
    return bytes(find(actor, rows, Act.READ, at=at, number=number).document)


def has_acknowledged(person_id: int, agreement: Agreement) -> bool:
    """Say whether a person has read a version."""
    return Acknowledgement.objects.filter(agreement=agreement, person=person_id).exists()


def _place(
    actor: Actor, engagement_key: str, for_partner: str, at: datetime | None
) -> tuple[Engagement, Party | None]:
    """Return an engagement, and the partner in it whose terms are meant, if they are."""
    engagement = find(
        actor, Engagement.objects.all(), Act.SEE, at=at, key=as_written(engagement_key)
    )
    if not for_partner:
        return engagement, None
    key = as_written(for_partner)
    parties = Party.objects.filter(
        engagement=engagement, part=Party.Part.PARTNER, organisation__key=key
    ).select_related("organisation")
    # Whoever leads for the government without a name reads a partner's papers, to sign them.
    papers = narrowed(actor, Agreement.objects.filter(engagement=engagement), Act.READ, at=at)
    known = narrowed(actor, parties, Act.SEE, at=at) | parties.filter(pk__in=papers.values("party"))
    # The newest part: a partner that was declined may have been proposed again.
    partner = known.order_by("-pk").first()
    if partner is None:
        raise NotFoundError("party", key)
    return engagement, partner


def _versions(
    engagement: Engagement,
    partner: Party | None,
    kind: Agreement.Kind = Agreement.Kind.TERMS,
) -> QuerySet[Agreement]:
    return Agreement.objects.filter(engagement=engagement, kind=kind, party=partner)


def _chosen(rows: list[Agreement], number: int | None) -> Agreement | None:
    if number is None:
        return next((row for row in rows if row.taken_back_at is None), None)
    chosen = next((row for row in rows if row.number == number), None)
    if chosen is None:
        raise NotFoundError("version", number)
    return chosen


def _version(row: Agreement, held: Agreement | None) -> Version:
    if row.taken_back_at is not None:
        standing = Standing.OFF
    elif row.agreed_at is None:
        standing = Standing.PROPOSED
    else:
        standing = Standing.IN_FORCE if row == held else Standing.SUPERSEDED
    return Version(
        number=row.number,
        sha256=row.sha256,
        standing=standing,
        proposed_for=row.proposed_for.name,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        agreed_at=row.agreed_at,
        taken_back_at=row.taken_back_at,
        signatures=tuple(
            Signed(
                organisation=one.organisation.name,
                organisation_key=one.organisation.key,
                person=one.person.name,
                method=one.method,
                key=one.key,
                signed_at=one.signed_at,
                is_good=is_good(one),
            )
            for one in sorted(row.signatures.all(), key=lambda one: (one.signed_at, one.pk))
        ),
        waits_for=(
            tuple(side.names for side in missing(row)) if standing is Standing.PROPOSED else ()
        ),
    )


def _may_propose(actor: Actor, engagement: Engagement, partner: Party | None, at: datetime) -> bool:
    if State(engagement.state) in ENDED:
        return False
    there = Party.objects.filter(engagement=engagement, ended_at=None)
    other = Q(pk=partner.pk) if partner else Q(part=Party.Part.REVIEWER)
    sides = there.filter(Q(part=Party.Part.DEVELOPER) | other)
    return narrowed(actor, sides, Act.RESPOND, at=at).exists()


def _may_take_back(actor: Actor, row: Agreement, at: datetime) -> bool:
    if not is_open(row):
        return False
    own = Party.objects.filter(
        engagement=row.engagement, organisation=row.proposed_for, ended_at=None
    )
    return narrowed(actor, own, Act.RESPOND, at=at).exists()
