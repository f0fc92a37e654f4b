"""Who has to sign a document, who has not yet, and whether a signature is good.

Two sides sign. One is the developer; the other depends on the document: the reviewing party that
the engagement's terms name; a trusted partner, for terms of its own; the government, through any of
its parties, for a trusted partner's record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.frameworks.framework import Terms
from tidegate.desks.reviews.frameworks.terms import TermsError, read_terms
from tidegate.desks.reviews.models import GOVERNMENT, Agreement, Partner, Party, Signature
from tidegate.desks.reviews.states.engagements import ENDED, State
from tidegate.engines.formats.documents import Fault

_KEPT: Final = 256
"""Versions of terms that a process remembers."""


@dataclass(frozen=True, slots=True)
class Side:
    """Those of whom one signs."""

    parties: tuple[Party, ...]
    """None, where whoever should sign is no party any more."""
    called: str
    """What it is called where it has no party."""

    @property
    def names(self) -> str:
        """The names of its organisations, as a choice."""
        return " or ".join(one.organisation.name for one in self.parties) or self.called

    def has_signed(self, signers: frozenset[int]) -> bool:
        """Say whether one of them is among the organisations that have signed."""
        return any(one.organisation_id in signers for one in self.parties)


def terms_of(agreement: Agreement) -> Terms:
    """Return the terms that a document is.

    Raises:
        TermsError: what is kept is not what its digest was made of.
    """
    content = bytes(agreement.document)
    if hashlib.sha256(content).hexdigest() != agreement.sha256:
        reason = "the document is not the one that was proposed; restore it from a backup"
        raise TermsError(f"version {agreement.number} of the terms", Fault("", reason))
    return _read(content)


def sides_of(agreement: Agreement) -> tuple[Side, Side]:
    """Return the developer's side and the other one."""
    there = Party.objects.filter(engagement=agreement.engagement_id, ended_at=None)
    rows = there.select_related("organisation").order_by("pk")
    developer = Side(tuple(rows.filter(part=Party.Part.DEVELOPER)), "the developer")
    others = rows.exclude(organisation__in=[one.organisation_id for one in developer.parties])
    return developer, _counterpart(agreement, others)


def missing(agreement: Agreement) -> tuple[Side, ...]:
    """Return the sides that have not signed."""
    signers = frozenset(agreement.signatures.values_list("organisation_id", flat=True))
    return tuple(side for side in sides_of(agreement) if not side.has_signed(signers))


def is_open(agreement: Agreement) -> bool:
    """Say whether a document can still be signed: it is on the table, and what it is about goes on.

    Its engagement is loaded.
    """
    if agreement.agreed_at is not None or agreement.taken_back_at is not None:
        return False
    if State(agreement.engagement.state) in ENDED:
        return False
    return (
        agreement.party is None
        or not Partner.objects.filter(party=agreement.party)
        .exclude(declined_at=None, party__ended_at=None)
        .exists()
    )


def signs_for(actor: Actor, agreement: Agreement, *, at: datetime) -> tuple[Party, ...]:
    """Return the parties that `actor` may sign a document for, now.

    Whoever has signed it for one side does not sign it for the other.
    """
    if not is_open(agreement) or agreement.signatures.filter(person=actor.person).exists():
        return ()
    waiting = [one.pk for side in missing(agreement) for one in side.parties]
    rows = Party.objects.filter(pk__in=waiting).select_related("organisation").order_by("pk")
    return tuple(narrowed(actor, rows, Act.RESPOND, at=at)) if actor.person is not None else ()


def is_good(signature: Signature) -> bool:
    """Say whether a signature verifies over its document, by the kept evidence alone."""
    from tidegate.engines.formats import detached, passkeys

    document = bytes(signature.agreement.document)
    if hashlib.sha256(document).hexdigest() != signature.agreement.sha256:
        return False
    try:
        if signature.method == Signature.Method.PASSKEY:
            key = passkeys.holds(document, signature.evidence).fingerprint
        else:
            key = detached.holds(document, signature.evidence).fingerprint
    except (passkeys.PasskeyError, detached.DetachedSignatureError):
        return False
    return key == signature.key


def _counterpart(agreement: Agreement, others: QuerySet[Party]) -> Side:
    if agreement.kind == Agreement.Kind.PARTNER:
        return Side(tuple(others.filter(part__in=GOVERNMENT)), "the government")
    if agreement.party_id is not None:
        return Side(tuple(others.filter(pk=agreement.party_id)), "the trusted partner")
    name = terms_of(agreement).counterpart
    reviewing = others.filter(part=Party.Part.REVIEWER, organisation__name=name)
    return Side(tuple(reviewing), name)


@lru_cache(maxsize=_KEPT)
def _read(document: bytes) -> Terms:
    return read_terms(document, "the terms")
