"""A party certifies that it has destroyed, or given back, what the terms name."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import Certificate
from tidegate.desks.reviews.services.course import hold_part
from tidegate.desks.reviews.services.recording import record
from tidegate.engines.transparency.entries import canonical_text


def certify_destruction(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    what: str,
    destroyed_at: datetime,
    *,
    at: datetime,
) -> Certificate:
    """Certify for a party what it has destroyed; also once its part, or the engagement, has ended.

    Args:
        actor: who leads for the party.
        engagement_key: of the engagement.
        organisation_key: of the party.
        what: what was destroyed or given back, where, and how.
        destroyed_at: when; not in the future.
        at: now.

    Raises:
        NotFoundError: there is no such part, or they do not lead it.
        NotPossibleError: there are no words, or the instant is in the future.
    """
    said = worded(what, "what was destroyed")
    if not said:
        raise NotPossibleError("say what was destroyed or given back, where, and how")
    moment = instant(destroyed_at, "the destruction")
    if moment > at:
        raise NotPossibleError(
            f"{shown(moment)} has not come yet; certify what has been destroyed already"
        )
    with transaction.atomic():
        engagement, party = hold_part(
            actor, engagement_key, organisation_key, act=Act.CERTIFY, at=at
        )
        person = Person.objects.get(key=actor.key)
        document = canonical_text(
            {
                "engagement": engagement.key,
                "organisation": party.organisation.key,
                "person": person.key,
                "what": said,
                "destroyed_at": shown(moment),
                "certified_at": shown(at),
            }
        )
        certificate = Certificate.objects.create(
            engagement=engagement,
            organisation=party.organisation,
            person=person,
            what=said,
            destroyed_at=moment,
            sha256=sha256(document).hexdigest(),
            certified_at=at,
        )
        record(
            "destruction-certified",
            engagement,
            at=at,
            actor=actor,
            about=party.organisation,
            sha256=certificate.sha256,
            destroyed_at=shown(moment),
        )
        return certificate
