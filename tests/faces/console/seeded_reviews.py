"""Engagements as people would make them, by the services: one in full use, and others beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.desks.parties.makers import PASSWORD
from tests.faces.signing_in import person_of
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.terms import read_terms, to_document
from tidegate.desks.reviews.keys import new_call_key
from tidegate.desks.reviews.models import Agreement, Call, Endpoint, Engagement, Grant
from tidegate.desks.reviews.queries.usable import Reason
from tidegate.desks.reviews.services import (
    acknowledging,
    consulting,
    determining,
    endpoints,
    evidence,
    grants,
    naming,
    opening,
    partners,
    signing,
    terms,
    windows,
    withdrawing,
)
from tidegate.desks.reviews.services.calls import Begun, Over, Refused, write
from tidegate.desks.reviews.states.grants import Operation

MODEL: Final = "Cobalt 4"
Actors = dict[str, Actor]
People = dict[str, Person]

HOSTILE: Final = '"><script>alert(1)</script>'


@dataclass(frozen=True)
class World:
    """Who is in the engagements, and the engagements."""

    developer: Person
    reviewer: Person
    """Leads for the reviewing side, as its administrator."""
    evaluator: Person
    newcomer: Person
    """Has asked for a grant, and holds one that waits to be taken up."""
    official: Person
    agent: Person
    """Administers the determining agency."""
    partner: Person
    coordinator: Person
    main: Engagement
    """Window open, calls made, determined, with a partner."""
    draft: Engagement
    proposed: Engagement
    withdrawn: Engagement

    def actor(self, who: str) -> Actor:
        """Return one of them as who asks."""
        return actor_of(getattr(self, who))

    def grant_of(self, person: Person, *, taken_up: bool) -> Grant:
        """Return a grant of somebody in the main engagement."""
        return Grant.objects.filter(
            named__person=person, taken_up_at__isnull=not taken_up, ended_at=None
        ).latest("pk")


def key_of(person: Person) -> str:
    """Return the key of the organisation of a person."""
    return Organisation.objects.get(memberships__person=person).key


def fill(now: datetime, *, calls: int = 6) -> World:
    """Make the engagements, as they stand at `now`; so many calls were made, the last one runs."""
    people = _people()
    key = lambda who: key_of(people[who])  # noqa: E731 - read a dozen times below
    act = {name: actor_of(person) for name, person in people.items()}
    began = now - timedelta(days=11)
    main = _opened(act["developer"], key("developer"), now, began)
    for who, part in (("reviewer", "reviewer"), ("agent", "determining")):
        opening.ask(act["developer"], main.key, key(who), part, at=began)
    opening.propose(act["developer"], main.key, at=began)
    _agree(act, main, began + timedelta(hours=5))
    _name(act, people, main, began + timedelta(hours=8))
    _let_in(act, people, main, now)
    _decide(act, main, now - timedelta(hours=20))
    _share(act, people, main, now)
    _revise(act["reviewer"], main, now - timedelta(hours=2))
    # Last, for nobody is let in by a clock that stands before what is on record.
    _call(main, act["evaluator"], now, calls)
    draft = opening.open_engagement(
        act["developer"], key("developer"), asks="coverage", model="Viridian 1", at=now
    )
    return World(
        **people,
        main=Engagement.objects.get(pk=main.pk),
        draft=draft,
        proposed=_proposed(act, people, now),
        withdrawn=_withdrawn(act, people, now),
    )


def _people() -> dict[str, Person]:
    model, office = OrganisationKind.MODEL_DEVELOPER, OrganisationKind.REVIEWER
    agency, grid = OrganisationKind.AGENCY, OrganisationKind.TRUSTED_PARTNER
    people = {
        "developer": person_of("Tidepool Models", model),
        "reviewer": person_of("Office of Model Evaluation", office),
        "evaluator": person_of("Office of Model Evaluation", office, Role.MEMBER),
        "newcomer": person_of(
            "Office of Model Evaluation", office, Role.MEMBER, email="new@ome.example.org"
        ),
        "agent": person_of("National Signals Agency", agency),
        "official": person_of("National Signals Agency", agency, Role.MEMBER),
        "partner": person_of("Harbour Grid Operations", grid),
        "coordinator": person_of("The Coordination", OrganisationKind.COORDINATOR),
    }
    names = {
        "developer": "I. Moreau",
        "reviewer": "D. Achterberg",
        "evaluator": "L. Santos",
        "newcomer": "K. Whitfield",
        "agent": "P. Lindgren",
        "official": "R. Castellane",
        "partner": "T. Brandt",
        "coordinator": "R. Okafor",
    }
    for who, name in names.items():
        people[who].name, people[who].time_zone = name, "Europe/Berlin"
        people[who].set_password(PASSWORD)
        people[who].save()
    return people


def _opened(developer: Actor, organisation: str, now: datetime, at: datetime) -> Engagement:
    return opening.open_engagement(
        developer,
        organisation,
        asks="access",
        model=MODEL,
        version="2026-11-20",
        build="sha256:6f1c0e",
        reach="Chat completions and messages, without a system prompt of ours.\nNo fine-tuning. "
        + HOSTILE,
        planned_release_at=_noon(now + timedelta(days=15)),
        at=at,
    )


def _noon(moment: datetime) -> datetime:
    return moment.replace(hour=12, minute=0, second=0, microsecond=0)


def _agree(act: Actors, main: Engagement, at: datetime) -> None:
    agreement = terms.propose_default(act["developer"], main.key, at=at)
    for who in ("developer", "reviewer"):
        sign(act[who], main, agreement, at=at + timedelta(hours=1))


def sign(by: Actor, engagement: Engagement, agreement: Agreement, *, at: datetime) -> None:
    """Sign a document with a key that was made for it."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    document = bytes(agreement.document)
    signing.sign_detached(by, engagement.key, agreement.sha256, key.sign(document), public, at=at)


def _name(act: Actors, people: People, main: Engagement, at: datetime) -> None:
    office, agency = key_of(people["reviewer"]), key_of(people["agent"])
    for organisation, by, who, duty, title in (
        (office, "reviewer", "reviewer", "lead", "Head of evaluation"),
        (office, "reviewer", "evaluator", "evaluator", "Evaluator"),
        (office, "reviewer", "newcomer", "evaluator", "Evaluator"),
        (agency, "agent", "agent", "lead", "Lead of the determining side"),
        (agency, "agent", "official", "official", "Determining official"),
    ):
        naming.name_person(
            act[by], main.key, organisation, people[who].key, duty, title=title, at=at
        )
    for who in ("evaluator", "newcomer"):
        words = "cleared by our security office; valid until 2028"
        naming.attest_vetting(
            act["reviewer"], main.key, office, people[who].key, words, at=at + timedelta(hours=1)
        )
    for by, organisation in (("developer", key_of(people["developer"])), ("reviewer", office)):
        recipient = str(pyrage.x25519.Identity.generate().to_public())
        naming.set_recipient(act[by], main.key, organisation, recipient, at=at)


def _let_in(act: Actors, people: People, main: Engagement, now: datetime) -> None:
    by = act["developer"]
    opened = now - timedelta(days=9)
    for name, protocol, url in (
        ("cobalt", "openai", "https://models.tidepool.example.org/v1"),
        ("cobalt-messages", "anthropic", "https://messages.tidepool.example.org"),
    ):
        endpoints.add_endpoint(
            by, main.key, name, protocol, url, "cobalt-4-preview", "sk-never-shown", at=opened
        )
    windows.open_window(by, main.key, ends_at=_noon(now + timedelta(days=12)), at=opened)
    asked: dict[str, Any] = {
        "purpose": "testing safeguards",
        "endpoints": ["cobalt", "cobalt-messages"],
        "operations": ["chat", "messages"],
        "calls_a_minute": 60,
    }
    in_force = Agreement.objects.get(engagement=main, kind="terms", party=None)
    later = opened + timedelta(hours=3)
    used = grants.ask_for_grant(
        act["evaluator"],
        main.key,
        **asked,
        tokens=4_000_000,
        begins_at=later,
        ends_at=now + timedelta(days=4),
        at=later,
    )
    grants.issue_grant(by, used.key, at=later)
    acknowledging.acknowledge(act["evaluator"], main.key, in_force.sha256, at=later)
    grants.take_up(act["evaluator"], used.key, at=later)
    for issued in (True, False):
        one = grants.ask_for_grant(
            act["newcomer"],
            main.key,
            **asked,
            begins_at=now - timedelta(hours=6),
            ends_at=now + timedelta(days=6),
            at=now - timedelta(hours=6),
        )
        if issued:
            grants.issue_grant(by, one.key, at=now - timedelta(hours=5))
    over = grants.ask_for_grant(
        act["evaluator"],
        main.key,
        **asked,
        begins_at=later,
        ends_at=now + timedelta(days=2),
        at=later,
    )
    grants.decline_grant(by, over.key, why="one at a time, please", at=later)


def _call(main: Engagement, actor: Actor, now: datetime, many: int) -> None:
    grant = Grant.objects.exclude(taken_up_at=None).get(engagement=main)
    endpoint = Endpoint.objects.filter(engagement=main).first()
    assert endpoint is not None
    digest = hashlib.sha256(b"asked").hexdigest()
    for number in range(many):
        at = now - timedelta(minutes=57 - 55 * number / many)
        key = new_call_key()
        begun = Begun(
            key, "gateway", grant, actor, endpoint, Operation.CHAT, "192.0.2.17", at, digest, 1200
        )
        write([begun])
        if number == many - 1:
            continue
        failed = number % 9 == 4
        over = Over(
            key=key,
            grant=grant,
            outcome=Call.Outcome.FAILED if failed else Call.Outcome.COMPLETE,
            at=at + timedelta(seconds=3),
            fault="endpoint" if failed else "",
            reason="the endpoint answered 503" if failed else "",
            status=503 if failed else 200,
            received_sha256=digest,
            delivered_sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            response_bytes=5400,
            tokens_in=310,
            tokens_out=900 + 40 * number,
            kept=lambda: b"a request and its answer",
        )
        write([over])
    reason = Reason.ADDRESS
    write(
        [
            Refused(grant, actor, reason, "198.51.100.9", now - timedelta(minutes=minutes))
            for minutes in (41, 40, 12)
        ]
    )


def _decide(act: Actors, main: Engagement, at: datetime) -> None:
    official = act["official"]
    evidence.add_document(official, main.key, "system-card.pdf", b"%PDF-1.7 a card", at=at)
    evidence.add_digest(
        official,
        main.key,
        "Cyber range, run 7",
        "9f" * 32,
        kind="benchmark-report",
        at=at,
    )
    evidence.add_document(act["developer"], main.key, "our-own-tests.txt", b"all well", at=at)
    consulting.consult(official, main.key, _bodies(main)[0], at=at)
    consulting.consult(official, main.key, _bodies(main)[1], at=at)
    consulting.note_answer(
        official, main.key, _bodies(main)[0], "dissents", "The range is not saturated.", at=at
    )
    determining.determine(
        official,
        main.key,
        "more-evidence",
        "Two of the runs could not be repeated. We would like to see them once more.",
        reasons="Range 3 is classified; see the file.",
        at=at + timedelta(hours=2),
    )
    determining.determine(
        official,
        main.key,
        "covered",
        "The model is held to be covered. This says nothing about its release.",
        reasons="The repeated runs hold.",
        at=at + timedelta(hours=9),
    )
    determining.dissent(act["agent"], main.key, 2, "On run 7 alone it would not be.", at=at)


def _bodies(main: Engagement) -> tuple[str, ...]:
    from tidegate.desks.reviews.queries.frameworks import framework_of

    return framework_of(main).bodies


def _share(act: Actors, people: People, main: Engagement, now: datetime) -> None:
    by = act["developer"]
    at = now - timedelta(hours=8)
    grid = key_of(people["partner"])
    bank = key_of(person_of("First Tidal Bank", OrganisationKind.TRUSTED_PARTNER))
    for organisation, early in ((grid, True), (bank, False)):
        begins = now - timedelta(hours=1) if early else _noon(now + timedelta(days=13))
        partners.propose_partner(
            by,
            main.key,
            organisation,
            identity="Their security officer was met in person; the contract names them.",
            scope="Their own control systems, in a copy that is not connected.",
            hardening="Hardware keys for every account; a machine that does nothing else.",
            begins_at=max(begins, at),
            ends_at=_noon(now + timedelta(days=40)),
            early=early,
            at=at,
        )
    record = Agreement.objects.get(engagement=main, kind="partner", party__organisation__key=grid)
    for who in ("developer", "reviewer"):
        sign(act[who], main, record, at=at + timedelta(hours=1))
    partner = actor_of(people["partner"])
    own = terms.propose_default(partner, main.key, for_partner=grid, at=at + timedelta(hours=2))
    for signer in (by, partner):
        sign(signer, main, own, at=at + timedelta(hours=3))
    naming.name_person(
        partner, main.key, grid, people["partner"].key, "evaluator", at=at + timedelta(hours=4)
    )


def _revise(by: Actor, main: Engagement, at: datetime) -> None:
    """Propose a change of the terms, and a clause with a hostile text in it."""
    held = Agreement.objects.get(engagement=main, kind="terms", party=None)
    before = read_terms(bytes(held.document), "terms")
    first = before.clauses[0]
    clauses = (replace(first, plain=f"{first.plain} {HOSTILE}"), *before.clauses[1:])
    settings = replace(before.settings, longest_grant=timedelta(days=7))
    after = replace(before, clauses=clauses, settings=settings)
    terms.propose_terms(by, main.key, to_document(after), at=at)


def _proposed(act: Actors, people: People, now: datetime) -> Engagement:
    row = opening.open_engagement(
        act["developer"],
        key_of(people["developer"]),
        asks="access",
        model="Ochre 2",
        planned_release_at=_noon(now + timedelta(days=50)),
        at=now,
    )
    opening.ask(act["developer"], row.key, key_of(people["reviewer"]), "reviewer", at=now)
    opening.propose(act["developer"], row.key, at=now)
    terms.propose_default(act["developer"], row.key, at=now)
    return row


def _withdrawn(act: Actors, people: People, now: datetime) -> Engagement:
    row = opening.open_engagement(
        act["developer"], key_of(people["developer"]), asks="access", model="Umber 1", at=now
    )
    opening.ask(act["developer"], row.key, key_of(people["reviewer"]), "reviewer", at=now)
    opening.propose(act["developer"], row.key, at=now)
    return withdrawing.withdraw(act["developer"], row.key, at=now)
