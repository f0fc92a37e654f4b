"""Organisations, people and engagements for tests of this desk, made past the services."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.desks.parties.makers import make_organisation, make_person, make_place
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Framework, Terms
from tidegate.desks.reviews.frameworks.loading import shipped_frameworks
from tidegate.desks.reviews.frameworks.terms import default_terms, to_document
from tidegate.desks.reviews.models import (
    Acknowledgement,
    Agreement,
    Endpoint,
    Engagement,
    Grant,
    NamedPerson,
    Partner,
    Party,
    Signature,
)
from tidegate.desks.reviews.sealing import CREDENTIAL, sealed_text
from tidegate.desks.reviews.states.engagements import State
from tidegate.engines.formats import detached

NOW: Final = datetime(2026, 12, 1, 12, tzinfo=UTC)
"""When the tests of this desk begin."""

_numbers = itertools.count(1)


def day(number: float) -> datetime:
    """Return the instant so many days after the tests begin."""
    return NOW + timedelta(days=number)


@dataclass(frozen=True)
class Side:
    """An organisation, and one of its people: its administrator, unless it is a colleague."""

    organisation: Organisation
    person: Person

    @property
    def key(self) -> str:
        """The organisation's key."""
        return self.organisation.key

    @property
    def actor(self) -> Actor:
        """The person, as they stand now."""
        return actor_of(self.person)

    def colleague(self, role: Role = Role.MEMBER) -> Side:
        """Return another person of the same organisation."""
        return Side(self.organisation, person_in(self.organisation, role))


def developer(name: str | None = None) -> Side:
    """Make a model developer with an administrator."""
    return side(OrganisationKind.MODEL_DEVELOPER, name=name)


def reviewer(name: str | None = None) -> Side:
    """Make an organisation that reviews for the government, with an administrator."""
    return side(OrganisationKind.REVIEWER, name=name)


def determining(name: str | None = None) -> Side:
    """Make an agency whose official determines, with an administrator."""
    return side(OrganisationKind.AGENCY, name=name)


def partner(name: str | None = None) -> Side:
    """Make a trusted partner with an administrator."""
    return side(OrganisationKind.TRUSTED_PARTNER, name=name)


def side(*kinds: OrganisationKind, name: str | None = None) -> Side:
    """Make an organisation with an administrator."""
    organisation = make_organisation(*kinds, name=name)
    return Side(organisation, person_in(organisation, Role.ADMINISTRATOR))


def person_in(organisation: Organisation, role: Role = Role.MEMBER) -> Person:
    """Make a person with a place in an organisation."""
    person = make_person()
    make_place(organisation, role, person=person)
    return person


def actor(person: Person) -> Actor:
    """Return who a person is now."""
    return actor_of(person)


def framework() -> Framework:
    """Return the framework that is shipped."""
    return shipped_frameworks()[-1]


@dataclass(frozen=True)
class Engaged:
    """An engagement, and those who are in it."""

    row: Engagement
    developer: Side
    reviewer: Side | None
    determining: Side | None

    @property
    def key(self) -> str:
        """The engagement's key."""
        return self.row.key

    @property
    def government(self) -> Side:
        """The reviewing side, where there is one."""
        assert self.reviewer is not None
        return self.reviewer

    def now(self) -> Engagement:
        """Return its row as it is now."""
        return Engagement.objects.get(pk=self.row.pk)


def engagement(
    *,
    by: Side | None = None,
    state: str = State.PROPOSED,
    asks: str = Engagement.Asks.ACCESS,
    asked: Side | bool = True,
    determined_by: Side | bool = False,
    terms: bool | Terms = False,
    window: tuple[datetime, datetime] | None = None,
    at: datetime = NOW,
    **columns: Any,
) -> Engaged:
    """Make an engagement.

    Args:
        by: the developer; a new one, if nothing is said.
        state: its state; what is beyond `proposed` has terms and a window only if they are given.
        asks: access, or only whether the model would be covered.
        asked: the reviewing side; True makes one, False leaves it without.
        determined_by: the determining side; the same.
        terms: whether terms are in force: the framework's own, or these.
        window: from when until when it is open.
        at: when all of that was done.
        columns: of the engagement's row, such as `model`.
    """
    own = by or developer()
    is_draft = state == State.DRAFT
    held_to = framework()
    row = Engagement.objects.create(
        **{
            "developer": own.organisation,
            "asks": asks,
            "model": f"model {next(_numbers)}",
            "planned_release_at": at + timedelta(days=40),
            "framework": held_to.name,
            "framework_version": held_to.version,
            "framework_sha256": held_to.sha256,
            "state": str(state),
            "opened_by": own.person.name,
            "opened_at": at,
            "proposed_at": None if is_draft else at,
            "window_opens_at": window[0] if window else None,
            "window_ends_at": window[1] if window else None,
            "withdrawn_at": at if state == State.WITHDRAWN else None,
            "closed_at": at if state == State.CLOSED else None,
            **columns,
        }
    )
    told = None if is_draft else at
    join(row, own, Party.Part.DEVELOPER, at=None)
    reviewing = reviewer() if asked is True else asked or None
    deciding = determining() if determined_by is True else determined_by or None
    if reviewing is not None:
        join(row, reviewing, Party.Part.REVIEWER, at=told)
    if deciding is not None:
        join(row, deciding, Party.Part.DETERMINING, at=told)
    made = Engaged(row, own, reviewing, deciding)
    if terms:
        agree(made, None if terms is True else terms, at=at)
    return made


def join(
    row: Engagement, who: Side, part: str, *, at: datetime | None = NOW, recipient: str = ""
) -> Party:
    """Make an organisation a party, told at an instant, or not yet."""
    return Party.objects.create(
        engagement=row,
        organisation=who.organisation,
        part=part,
        invited_by="somebody",
        invited_at=at,
        recipient=recipient,
    )


def party_of(row: Engagement, who: Side | Organisation) -> Party:
    """Return an organisation's part."""
    organisation = who.organisation if isinstance(who, Side) else who
    return Party.objects.get(engagement=row, organisation=organisation, ended_at=None)


def named(
    row: Engagement,
    who: Side,
    duty: str = NamedPerson.Duty.EVALUATOR,
    *,
    person: Person | None = None,
    title: str = "",
    vetted: bool = True,
    at: datetime = NOW,
) -> NamedPerson:
    """Name a person for a party: a new member of its organisation, if nobody is given."""
    return NamedPerson.objects.create(
        party=party_of(row, who),
        person=person or person_in(who.organisation),
        duty=duty,
        title=title,
        named_by="somebody",
        named_at=at,
        vetting="cleared" if vetted else "",
        vetted_by="somebody" if vetted else "",
        vetted_at=at if vetted else None,
    )


def terms_of(made: Engaged, counterpart: Side | None = None, **settings: Any) -> Terms:
    """Return the framework's own terms for an engagement, with other settings where given."""
    terms = default_terms(
        framework(),
        title="Terms",
        developer=made.developer.organisation.name,
        counterpart=(counterpart or made.government).organisation.name,
        model=made.row.model,
    )
    return replace(terms, settings=replace(terms.settings, **settings))


def agree(
    made: Engaged,
    terms: Terms | None = None,
    *,
    partner: Side | None = None,
    kind: Agreement.Kind = Agreement.Kind.TERMS,
    document: bytes | None = None,
    at: datetime = NOW,
) -> Agreement:
    """Make a version that both sides have signed; of the engagement, or of a trusted partner."""
    row = made.row
    party = party_of(row, partner) if partner else None
    number = Agreement.objects.filter(engagement=row, kind=kind, party=party).count() + 1
    other = partner if partner and kind == Agreement.Kind.TERMS else made.government
    content = document or to_document(
        replace(terms or terms_of(made, other), engagement=row.key, number=number)
    )
    agreement = Agreement.objects.create(
        engagement=row,
        kind=kind,
        party=party,
        number=number,
        document=content,
        sha256=hashlib.sha256(content).hexdigest(),
        proposed_for=made.developer.organisation,
        proposed_by=made.developer.person.name,
        proposed_at=at,
        agreed_at=at,
    )
    for signer in (made.developer, other):
        signed(agreement, signer, at=at)
    if kind == Agreement.Kind.TERMS and party is None and row.agreed_at is None:
        row.agreed_at = at
        row.save(update_fields=["agreed_at"])
    return agreement


def signed(agreement: Agreement, by: Side, *, at: datetime = NOW) -> Signature:
    """Make a good detached signature of an organisation."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    document = bytes(agreement.document)
    checked = detached.check(document, private.sign(document), public)
    return Signature.objects.create(
        agreement=agreement,
        organisation=by.organisation,
        person=by.person,
        method=Signature.Method.DETACHED,
        key=checked.fingerprint,
        evidence=checked.evidence(),
        signed_at=at,
    )


def acknowledged(agreement: Agreement, person: Person, *, at: datetime = NOW) -> Acknowledgement:
    """Make a person have read a version."""
    return Acknowledgement.objects.create(agreement=agreement, person=person, at=at)


def partnered(
    made: Engaged,
    who: Side | None = None,
    *,
    dates: tuple[datetime, datetime],
    told: bool = True,
    early: bool = False,
    at: datetime = NOW,
) -> tuple[Side, Partner]:
    """Make a trusted partner with its record; neither the record nor terms are signed."""
    side = who or partner()
    party = join(made.row, side, Party.Part.PARTNER, at=at if told else None)
    row = Partner.objects.create(
        party=party,
        proposed_by_side=Partner.Side.DEVELOPER,
        proposed_by="somebody",
        proposed_at=at,
        identity="their security officer was met in person",
        scope="their own products",
        hardening="hardware keys for every account",
        attested_by="somebody",
        attested_at=at,
        begins_at=dates[0],
        ends_at=dates[1],
        early=early,
    )
    return side, row


def endpoint(
    row: Engagement,
    name: str = "the-model",
    *,
    protocol: str = Endpoint.Protocol.OPENAI,
    url: str = "https://models.example.org/v1",
    model: str = "frontier-1",
    credential: str = "sk-of-the-developer",
    at: datetime = NOW,
) -> Endpoint:
    """Make an endpoint of a model."""
    return Endpoint.objects.create(
        engagement=row,
        name=name,
        protocol=protocol,
        url=url,
        model=model,
        credential=sealed_text(credential, CREDENTIAL),
        made_by="somebody",
        made_at=at,
    )


def grant(
    named_person: NamedPerson,
    *,
    begins_at: datetime,
    ends_at: datetime,
    secret: str = "",
    issued: bool = True,
    endpoints: Iterable[str] = ("the-model",),
    operations: Iterable[str] = ("chat", "responses", "messages"),
    at: datetime = NOW,
    **columns: Any,
) -> Grant:
    """Make a grant; issued, unless it is only asked for, and taken up where a secret is given."""
    row = named_person.party.engagement
    return Grant.objects.create(
        **{
            "engagement": row,
            "named": named_person,
            "purpose": "evaluation",
            "endpoints": list(endpoints),
            "operations": list(operations),
            "calls_a_minute": 60,
            "begins_at": begins_at,
            "ends_at": ends_at,
            "asked_by": named_person.person,
            "asked_at": at,
            "issued_by": named_person.person if issued else None,
            "issued_at": at if issued else None,
            "digest": hashlib.sha256(secret.encode()).hexdigest() if secret else None,
            "taken_up_at": at if secret else None,
            **columns,
        }
    )
