"""Those who take part in a review, and an engagement that all of its routes have something of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from tests.desks.parties.makers import make_organisation, make_place
from tests.desks.reviews import making
from tests.desks.reviews.making import Side
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import (
    Call,
    Consultation,
    Determination,
    NamedPerson,
    Transcript,
    TwoPersonRequest,
)
from tidegate.desks.reviews.services import evidence, partners
from tidegate.desks.reviews.states.engagements import State

PURPOSE = "testing safeguards"
"""One of the framework's own."""


@dataclass
class Sides:
    """A developer, those whom it asks, and the people whom these will name."""

    developer: Side
    reviewer: Side
    evaluator: Side
    agency: Side
    official: Side
    partner: Side


def sides() -> Sides:
    """Return organisations of which nobody is in an engagement yet."""
    # Who hands in findings made with the model is a finder, too.
    reviewer = making.side(OrganisationKind.REVIEWER, OrganisationKind.FINDER)
    agency = making.determining()
    return Sides(
        making.developer(),
        reviewer,
        reviewer.colleague(),
        agency,
        agency.colleague(),
        making.partner(),
    )


def signed(document: bytes) -> tuple[bytes, bytes]:
    """Return a signature over a document that somebody has made elsewhere, and its public key."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.sign(document), public


@dataclass
class Furnished:
    """One person who is everything in an engagement, so that its routes answer them something."""

    person: Side
    partner: str
    engagement: str
    grant: str
    asked_grant: str
    endpoint: str
    call: str
    evidence: str
    request: str
    terms_sha256: str


def furnished() -> Furnished:
    """Make an engagement that is under way, of which one person is every side."""
    now = timezone.now()
    before, after = now - timedelta(days=2), now + timedelta(days=10)
    own = making.developer()
    reviewer = Side(make_organisation(OrganisationKind.REVIEWER), own.person)
    agency = Side(make_organisation(OrganisationKind.AGENCY), own.person)
    for side in (reviewer, agency):
        make_place(side.organisation, Role.ADMINISTRATOR, person=own.person)
    made = making.engagement(
        by=own,
        state=State.UNDER_EVALUATION,
        asked=reviewer,
        determined_by=agency,
        window=(before, after),
        at=before,
    )
    row = made.row
    terms = making.agree(
        made,
        making.terms_of(made, two_persons=frozenset({Action.READ_TRANSCRIPTS}), break_glass=True),
        at=before,
    )
    evaluator = making.named(row, reviewer, person=own.person, at=before)
    making.named(row, agency, NamedPerson.Duty.OFFICIAL, person=own.person, at=before)
    colleague = making.named(row, reviewer, at=before)
    making.acknowledged(terms, own.person, at=before)
    endpoint = making.endpoint(row, at=before)
    grant = making.grant(
        evaluator, begins_at=before, ends_at=after, secret="tg-grant-a", purpose=PURPOSE, at=before
    )
    asked = making.grant(
        colleague, begins_at=now, ends_at=after, issued=False, purpose=PURPOSE, at=before
    )
    call = Call.objects.create(
        engagement=row, grant=grant, endpoint=endpoint, operation="chat", address="192.0.2.1",
        began_at=now, ended_at=now, outcome=Call.Outcome.COMPLETE, status=200,
        request_sha256=hashlib.sha256(b"asked").hexdigest(), request_bytes=5, tokens_in=7,
    )  # fmt: skip
    Transcript.objects.create(call=call, content=b"age", kept_for=[own.key], kept_at=now)
    document = evidence.add_document(own.actor, row.key, "card.txt", b"a card", at=now)
    Consultation.objects.create(
        engagement=row, body=making.framework().bodies[0], asked_by="somebody", asked_at=now
    )
    Determination.objects.create(
        engagement=row, number=1, decision="covered", words="It is.", official=own.person,
        weighed=[{"name": "card.txt", "sha256": document.sha256}], decided_at=now,
    )  # fmt: skip
    other = making.partner()
    partners.propose_partner(
        own.actor,
        row.key,
        other.key,
        identity="met in person",
        scope="their own products",
        hardening="hardware keys",
        begins_at=after,
        ends_at=after + timedelta(days=5),
        at=now,
    )
    request = TwoPersonRequest.objects.create(
        engagement=row, action=Action.READ_TRANSCRIPTS, subject=call.key, reason="to see",
        asked_by=colleague.person, asked_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip
    return Furnished(
        own,
        other.key,
        row.key,
        grant.key,
        asked.key,
        endpoint.key,
        call.key,
        document.key,
        request.key,
        terms.sha256,
    )


def known(room: Furnished) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return what stands in paths, by the path's beginning; and in bodies, by the field's name."""
    framework = making.framework()
    later = (timezone.now() + timedelta(days=5)).isoformat()
    paths: dict[str, dict[str, Any]] = {
        "/reviews": {
            "key": room.engagement,
            "organisation": room.person.key,
            "person": room.person.person.key,
            "grant": room.grant,
            "endpoint": room.endpoint,
            "call": room.call,
            "evidence": room.evidence,
            "asked": room.request,
            "number": 1,
        },
        "/reviews/frameworks": {"name": framework.name, "version": framework.version},
        "/reviews/grants/{grant}/issue": {"grant": room.asked_grant},
        "/reviews/grants/{grant}/decline": {"grant": room.asked_grant},
        "/reviews/{key}/partners": {"key": room.engagement, "organisation": room.partner},
    }
    bodies = {
        "organisation": room.person.key,
        "person": room.person.person.key,
        "ends_at": later,
        "begins_at": timezone.now().isoformat(),
        "sha256": room.terms_sha256,
        "endpoints": ["the-model"],
        "purpose": PURPOSE,
        "hours": {"zone": "Europe/Paris", "begins": "09:00", "until": "17:00"},
        "addresses": ["192.0.2.0/24"],
        "url": "https://models.example.org/v1",
        "name": "card.txt",
        "body": framework.bodies[-1],
        "subject": room.call,
        "released_at": timezone.now().isoformat(),
        "destroyed_at": timezone.now().isoformat(),
        "content": "YQ==",
    }
    return paths, bodies
