"""An engagement of the demo: terms that both have signed, an open window, a grant to take up.

The model is the scripted endpoint beside this (`endpoint`); it answers on loopback while `make run`
goes on. The keys that the two sides sign with are made for that, and forgotten.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import Agreement, Engagement, NamedPerson, Party
from tidegate.desks.reviews.queries.terms import terms_in_force
from tidegate.desks.reviews.services import (
    acknowledging,
    consulting,
    endpoints,
    evidence,
    grants,
    naming,
    opening,
    partners,
    signing,
    terms,
    windows,
)
from tidegate.desks.reviews.states.grants import Operation
from tidegate.faces.demo import people
from tidegate.faces.demo.endpoint import DEFAULT_CREDENTIAL
from tidegate.faces.demo.protocols import MODEL
from tidegate.instance.endpoints import endpoint_hosts
from tidegate.instance.home import home
from tidegate.instance.private_files import make_once, private_folder

HOST: Final = "127.0.0.1"
PORT: Final = 8751
"""Where the scripted endpoint of `make run` listens."""
_MODEL: Final = "Lantern"
_RELEASE: Final = timedelta(days=24)
_WINDOW: Final = timedelta(days=21)
_GRANT: Final = timedelta(days=6)
_CARD: Final = b"""\
# Lantern, system card (excerpt)

Found 41 of 60 planted vulnerabilities in the developer's own range, 7 of them without a hint.
Refuses 97 % of requests for working exploits against named third parties.
"""


def review(at: datetime, *, port: int = PORT) -> Engagement | None:
    """Let the demo's people agree on an engagement, up to a grant that waits to be taken up.

    Where one is going on already, it is left as it is and returned. None where the gateway may not
    reach the scripted endpoint, so that an engagement would be of no use.
    """
    if HOST not in endpoint_hosts():
        return None
    going_on = Engagement.objects.filter(
        model=_MODEL, withdrawn_at=None, closed_at=None, window_ends_at__gt=at
    )
    if (found := going_on.order_by("pk").last()) is not None:
        return found
    with transaction.atomic():
        return _opened(at, port)


def _opened(at: datetime, port: int) -> Engagement:
    lin = people.actor(people.FINDER)
    opened = opening.open_engagement(
        lin,
        people.key_of(people.FINDER),
        asks=Engagement.Asks.ACCESS,
        model=_MODEL,
        version="2026-11 preview",
        build="lantern-20261121-3f9c",
        reach="The chat endpoint of the preview build, with tools, behind this instance's gateway.",
        planned_release_at=at + _RELEASE,
        at=at,
    )
    _ask(lin, opened, at)
    _agree(lin, opened, at)
    _give_access(lin, opened, port, at)
    _weigh(opened, at)
    partners.propose_partner(
        lin,
        opened.key,
        people.key_of(people.PARTNER),
        identity="Met in person; their chief security officer's passport was seen.",
        scope="Their own systems, and open-source packages that these depend on.",
        hardening="Passkeys for everybody, one network, machines that are managed.",
        begins_at=at + _RELEASE,
        ends_at=at + 2 * _RELEASE,
        at=at,
    )
    opened.refresh_from_db()
    return opened


def _ask(lin: Actor, opened: Engagement, at: datetime) -> None:
    office, authority = people.key_of(people.EVALUATOR), people.key_of(people.OFFICIAL)
    opening.ask(lin, opened.key, office, Party.Part.REVIEWER, at=at)
    opening.ask(lin, opened.key, authority, Party.Part.DETERMINING, at=at)
    opening.propose(lin, opened.key, at=at)
    rae, jo = people.actor(people.REVIEW_LEAD), people.actor(people.OFFICIAL)
    duty = NamedPerson.Duty
    for who, where, person, what in (
        (rae, office, people.REVIEW_LEAD, duty.LEAD),
        (rae, office, people.EVALUATOR, duty.EVALUATOR),
        (jo, authority, people.OFFICIAL, duty.OFFICIAL),
    ):
        naming.name_person(who, opened.key, where, _person(person).key, what, at=at)
    naming.attest_vetting(
        rae,
        opened.key,
        office,
        _person(people.EVALUATOR).key,
        "Cleared by the office in 2025; no interest in any developer.",
        at=at,
    )


def _agree(lin: Actor, opened: Engagement, at: datetime) -> None:
    developer, office = people.key_of(people.FINDER), people.key_of(people.EVALUATOR)
    rae = people.actor(people.REVIEW_LEAD)
    naming.set_recipient(lin, opened.key, developer, _recipient("first-light"), at=at)
    naming.set_recipient(rae, opened.key, office, _recipient("evaluation"), at=at)
    proposed = terms.propose_default(lin, opened.key, counterpart=office, at=at)
    for who in (lin, rae):
        _sign(who, opened, proposed, at)


def _sign(who: Actor, opened: Engagement, proposed: Agreement, at: datetime) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = key.sign(bytes(proposed.document))
    signing.sign_detached(who, opened.key, proposed.sha256, signature, public, at=at)


def _give_access(lin: Actor, opened: Engagement, port: int, at: datetime) -> None:
    for name, protocol in (("lantern", "openai"), ("lantern-messages", "anthropic")):
        url = f"http://{HOST}:{port}" + ("/v1" if protocol == "openai" else "")
        endpoints.add_endpoint(
            lin, opened.key, name, protocol, url, MODEL, DEFAULT_CREDENTIAL, at=at
        )
    windows.open_window(lin, opened.key, ends_at=at + _WINDOW, at=at)
    tor = people.actor(people.EVALUATOR)
    held = terms_in_force(opened)
    assert held is not None
    grant = grants.ask_for_grant(
        tor,
        opened.key,
        purpose=held.terms.settings.purposes[0],
        endpoints=["lantern", "lantern-messages"],
        operations=list(Operation),
        calls_a_minute=60,
        tokens=2_000_000,
        begins_at=at,
        ends_at=at + _GRANT,
        at=at,
    )
    grants.issue_grant(lin, grant.key, at=at)
    acknowledging.acknowledge(tor, opened.key, held.agreement.sha256, at=at)


def _weigh(opened: Engagement, at: datetime) -> None:
    jo = people.actor(people.OFFICIAL)
    evidence.add_document(jo, opened.key, "system-card.md", _CARD, at=at)
    consulting.consult(jo, opened.key, "Department of Homeland Security, through CISA", at=at)


def _recipient(name: str) -> str:
    """Return an age public key, whose private half lies in the folder of the installation."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    folder = private_folder(home() / "demo")
    make_once(folder / f"{name}-{recipient[-8:]}.agekey", f"{identity}\n".encode())
    return recipient


def _person(who: people.Player) -> Person:
    return Person.objects.get(email=who.email)
