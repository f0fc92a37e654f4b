"""What is signed in an engagement: its terms, and each trusted partner's record and terms."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from functools import lru_cache
from typing import Final

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.desks.access.world import BEFORE, World, new_mark
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.frameworks.terms import default_terms, to_document
from tidegate.desks.reviews.models import Agreement, Engagement, Party, Signature
from tidegate.desks.reviews.queries.frameworks import newest
from tidegate.engines.formats.detached import check

_TERMS: Final = Agreement.Kind.TERMS
_RECORD: Final = Agreement.Kind.PARTNER


def furnish_agreements(world: World, draw: random.Random, about: Engagement) -> None:
    """Make terms that were signed and a version that is proposed; and each partner's papers."""
    parts = [one for one in world.parties if one.engagement_id == about.pk]
    reviewers = [one.organisation for one in parts if one.part == "reviewer"]
    sides = [about.developer, *reviewers[:1]]
    if about.agreed_at is not None:
        _agreement(world, about, _TERMS, None, 1, sides, sides)
    _agreement(world, about, _TERMS, None, 2, sides, draw.sample(sides, 1))
    for part in parts:
        if part.part == "partner":
            own = [about.developer, part.organisation]
            _agreement(world, about, _RECORD, part, 1, sides, sides)
            _agreement(world, about, _TERMS, part, 1, own, own)


def _agreement(
    world: World,
    about: Engagement,
    kind: Agreement.Kind,
    party: Party | None,
    number: int,
    sides: list[Organisation],
    signers: list[Organisation],
) -> None:
    words, by = new_mark(), new_mark()
    document = _document(about, kind, party, number, words, sides[-1])
    organisations = list({one.pk: one for one in signers}.values())
    agreed = number == 1 and len(organisations) > 1
    made = Agreement.objects.create(
        engagement=about,
        kind=kind,
        party=party,
        number=number,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
        proposed_for=about.developer,
        proposed_by=by,
        proposed_at=BEFORE,
        agreed_at=BEFORE if agreed else None,
    )
    world.agreements.append(made)
    # It names the model and who signs it, and is shown with who has signed.
    signer = world.persons[0]
    named = [*sides, about.developer, *([party.organisation] if party else [])]
    names = [text for one in named for text in (one.key, one.name.partition(" ")[0])]
    world.show(
        lambda reader: reader.engaged.agreement(Act.READ, made),
        *(words, by, about.model, signer.key, signer.name.partition(" ")[0], *names),
    )
    for organisation in organisations:
        _sign(made, organisation, world)


def _document(
    about: Engagement,
    kind: Agreement.Kind,
    party: Party | None,
    number: int,
    words: str,
    counterpart: Organisation,
) -> bytes:
    if kind is _RECORD:
        assert party is not None
        said = {"kind": "trusted-partner", "partner": party.organisation.name, "identity": words}
        return rfc8785.dumps(said)
    terms = default_terms(
        newest(),
        title=words,
        developer=about.developer.name,
        counterpart=counterpart.name,
        model=about.model,
    )
    return to_document(replace(terms, engagement=about.key, number=number))


def _sign(made: Agreement, organisation: Organisation, world: World) -> None:
    document = bytes(made.document)
    key = _key()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    checked = check(document, key.sign(document), public)
    Signature.objects.create(
        agreement=made,
        organisation=organisation,
        person=world.persons[0],
        method=Signature.Method.DETACHED,
        key=checked.fingerprint,
        evidence=checked.evidence(),
        signed_at=BEFORE,
    )


@lru_cache(maxsize=1)
def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()
