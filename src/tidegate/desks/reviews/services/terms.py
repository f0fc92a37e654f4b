"""Terms on the table: proposed by either side, replaced or taken back until both have signed.

What is kept is the document's RFC 8785 form, with the engagement's key and the version's number in
it. So no two versions have one digest, and a signature under one is good under no other.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.frameworks.framework import Terms
from tidegate.desks.reviews.frameworks.lengths import in_words
from tidegate.desks.reviews.frameworks.reading import THE_RELEASE
from tidegate.desks.reviews.frameworks.terms import default_terms, read_terms, to_document
from tidegate.desks.reviews.models import Agreement, Engagement, Party
from tidegate.desks.reviews.queries.frameworks import framework_of
from tidegate.desks.reviews.queries.signatures import terms_of
from tidegate.desks.reviews.services.course import hold, require_going_on
from tidegate.desks.reviews.services.recording import record

_SOURCE: Final = "the terms"


def propose_terms(
    actor: Actor,
    engagement_key: str,
    document: bytes,
    *,
    for_partner: str = "",
    at: datetime,
) -> Agreement:
    """Propose terms, in place of what is proposed and not agreed on; it signs nothing.

    Args:
        actor: leads for the developer or for a reviewing party; for a trusted partner's terms, for
            the developer or that partner.
        engagement_key: of the engagement.
        document: JSON, as `frameworks.terms` reads it. The engagement's key and the version's
            number are written into it.
        for_partner: key of a trusted partner's organisation, for terms of its own.
        at: now.

    Raises:
        NotFoundError: there is no such engagement or partner, or not for them.
        TermsError: the document is not terms; the message names the place and the mend.
        NotPossibleError: it is about others, or another framework; it is what is proposed or in
            force already; the engagement has ended.
    """
    with transaction.atomic():
        engagement, partner, proposer = _hold(actor, engagement_key, for_partner, at)
        terms = read_terms(document, _SOURCE)
        return _propose(actor, engagement, partner, proposer, terms, at)


def propose_default(
    actor: Actor,
    engagement_key: str,
    *,
    for_partner: str = "",
    counterpart: str = "",
    at: datetime,
) -> Agreement:
    """Propose the framework's own terms, as `propose_terms` does.

    `counterpart` is the key of the reviewing organisation, where several were asked; without it, it
    is the one that was asked first.

    Raises:
        NotFoundError: there is no such engagement, partner or counterpart, or not for them.
        NotPossibleError: nobody was asked to review yet; they are what is proposed or in force
            already; the engagement has ended.
        FrameworkError: the framework is not what the engagement was opened under.
    """
    with transaction.atomic():
        engagement, partner, proposer = _hold(actor, engagement_key, for_partner, at)
        other = partner or _reviewing(engagement, counterpart)
        terms = default_terms(
            framework_of(engagement),
            title=f"Terms of {engagement.key}",
            developer=engagement.developer.name,
            counterpart=other.organisation.name,
            model=engagement.model,
        )
        return _propose(actor, engagement, partner, proposer, terms, at)


def take_back(
    actor: Actor, engagement_key: str, number: int, *, for_partner: str = "", at: datetime
) -> Agreement:
    """Take back what one's own side has proposed, before both have signed it.

    Raises:
        NotFoundError: there is no such version, or not for them.
        NotPossibleError: another side has proposed it, or it is off the table or agreed on already.
    """
    with transaction.atomic():
        engagement, partner, _ = _hold(actor, engagement_key, for_partner, at)
        rows = Agreement.objects.filter(
            engagement=engagement, kind=Agreement.Kind.TERMS, party=partner
        )
        agreement = find(actor, rows, Act.READ, at=at, number=number)
        if agreement.agreed_at is not None:
            raise NotPossibleError(
                f"version {number} is signed by both sides; propose another version to change it"
            )
        if agreement.taken_back_at is not None:
            raise NotPossibleError(f"version {number} is off the table already")
        led = narrowed(actor, _there(engagement), Act.RESPOND, at=at)
        if not led.filter(organisation=agreement.proposed_for).exists():
            raise NotPossibleError(
                f"version {number} was proposed by {agreement.proposed_for.name}; propose another"
                " one in its place"
            )
        agreement.taken_back_at = at
        agreement.save(update_fields=["taken_back_at"])
        record(
            "terms-taken-back",
            engagement,
            at=at,
            actor=actor,
            about=partner.organisation if partner else None,
            number=number,
            sha256=agreement.sha256,
        )
        return agreement


def put_forward(
    engagement: Engagement,
    kind: Agreement.Kind,
    party: Party | None,
    document: bytes,
    *,
    proposed_for: Organisation,
    actor: Actor,
    at: datetime,
) -> Agreement:
    """Keep a document as the next version of its kind and party, in place of one not agreed on.

    Inside the caller's transaction, in which the engagement's row is locked; the caller has made
    sure that `actor` may, and records it.
    """
    known = Agreement.objects.filter(engagement=engagement, kind=kind, party=party)
    known.filter(agreed_at=None, taken_back_at=None).update(taken_back_at=at)
    return Agreement.objects.create(
        engagement=engagement,
        kind=kind,
        party=party,
        number=next_number(engagement, kind, party),
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
        proposed_for=proposed_for,
        proposed_by=actor.name,
        proposed_at=at,
    )


def next_number(engagement: Engagement, kind: Agreement.Kind, party: Party | None) -> int:
    """Return the number of the next version, while the engagement's row is locked.

    It goes on where the same organisation had an earlier part. So no two documents about it are the
    same bytes, and a signature under one is good for no other.
    """
    known = Agreement.objects.filter(engagement=engagement, kind=kind)
    if party is None:
        known = known.filter(party=None)
    else:
        known = known.filter(party__organisation=party.organisation)
    return max(known.values_list("number", flat=True), default=0) + 1


def _hold(
    actor: Actor, engagement_key: str, for_partner: str, at: datetime
) -> tuple[Engagement, Party | None, Party]:
    """Hold an engagement; return it, the partner whose terms are meant, and who proposes."""
    engagement = hold(actor, engagement_key, Act.SEE, at=at)
    partner = None
    sides = _there(engagement).filter(part__in=(Party.Part.DEVELOPER, Party.Part.REVIEWER))
    if for_partner:
        partner = find(
            actor,
            _there(engagement),
            Act.SEE,
            at=at,
            organisation__key=as_written(for_partner),
            part=Party.Part.PARTNER,
        )
        sides = _there(engagement).filter(part=Party.Part.DEVELOPER) | _there(engagement).filter(
            pk=partner.pk
        )
    # The developer's own row is its first one, and it goes first where somebody leads for several.
    proposer = narrowed(actor, sides.order_by("pk"), Act.RESPOND, at=at).first()
    if proposer is None or actor.person is None:
        raise NotFoundError("engagement", as_written(engagement_key))
    require_going_on(engagement)
    return engagement, partner, proposer


def _there(engagement: Engagement) -> QuerySet[Party]:
    return Party.objects.filter(engagement=engagement, ended_at=None).select_related("organisation")


def _reviewing(engagement: Engagement, counterpart: str) -> Party:
    rows = _there(engagement).filter(part=Party.Part.REVIEWER).order_by("pk")
    if counterpart:
        found = rows.filter(organisation__key=as_written(counterpart)).first()
        if found is None:
            raise NotFoundError("reviewing party", as_written(counterpart))
        return found
    first = rows.first()
    if first is None:
        raise NotPossibleError(
            f"nobody was asked to review {engagement.key} yet; ask an organisation, then propose"
            " terms to it"
        )
    return first


def _propose(
    actor: Actor,
    engagement: Engagement,
    partner: Party | None,
    proposer: Party,
    terms: Terms,
    at: datetime,
) -> Agreement:
    _require_fitting(engagement, partner, terms, at)
    kind = Agreement.Kind.TERMS
    number = next_number(engagement, kind, partner)
    _require_new(engagement, partner, terms)
    agreement = put_forward(
        engagement,
        kind,
        partner,
        to_document(replace(terms, engagement=engagement.key, number=number)),
        proposed_for=proposer.organisation,
        actor=actor,
        at=at,
    )
    record(
        "terms-proposed",
        engagement,
        at=at,
        actor=actor,
        about=partner.organisation if partner else None,
        number=number,
        sha256=agreement.sha256,
        proposed_for=proposer.organisation.key,
    )
    return agreement


def _require_fitting(
    engagement: Engagement, partner: Party | None, terms: Terms, at: datetime
) -> None:
    """Refuse terms that are about something else than this engagement."""
    reviewing = _there(engagement).filter(part=Party.Part.REVIEWER).order_by("pk")
    others = [partner] if partner else list(reviewing)
    expected = {
        "engagement": (terms.engagement or engagement.key, [engagement.key]),
        "framework": (terms.framework, [engagement.framework]),
        "framework_version": (terms.framework_version, [engagement.framework_version]),
        "developer": (terms.developer, [engagement.developer.name]),
        "counterpart": (terms.counterpart, [one.organisation.name for one in others]),
        "model": (terms.model, [engagement.model]),
    }
    for member, (said, right) in expected.items():
        if said not in right:
            mend = " or ".join(repr(one) for one in right)
            raise NotPossibleError(
                f"{_SOURCE}: {member} is {said!r}; write {mend}"
                if right
                else f"nobody was asked to review {engagement.key} yet; ask an organisation first"
            )
    ceiling = framework_of(engagement).ceiling
    if terms.settings.longest_grant > ceiling:
        raise NotPossibleError(
            f"{_SOURCE}: settings.longest_grant is {in_words(terms.settings.longest_grant)}, and no"
            f" window is longer than {in_words(ceiling)}; make it at most as long"
        )
    until = terms.settings.confidential_until
    if until != THE_RELEASE and date.fromisoformat(until) <= at.date():
        raise NotPossibleError(
            f"{_SOURCE}: settings.confidential_until is {until}, which is not ahead; write a later"
            f" day, or: {THE_RELEASE}"
        )


def _require_new(engagement: Engagement, partner: Party | None, terms: Terms) -> None:
    """Refuse terms that say what is on the table, or in force, already."""
    rows = Agreement.objects.filter(
        engagement=engagement, kind=Agreement.Kind.TERMS, party=partner, taken_back_at=None
    ).order_by("-number")
    newest = rows.first()
    if newest is None:
        return
    known = terms_of(newest)
    if replace(terms, engagement=known.engagement, number=known.number) == known:
        where = "in force" if newest.agreed_at else "proposed"
        raise NotPossibleError(
            f"these are the terms that are {where} already, as version {newest.number}"
        )
