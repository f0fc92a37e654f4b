"""A person has read the terms in force, before they first use what these allow."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import SCOPE_OF, Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Acknowledgement, Agreement
from tidegate.desks.reviews.queries.terms import terms_in_force
from tidegate.desks.reviews.services.course import require_going_on
from tidegate.desks.reviews.services.recording import record


def acknowledge(actor: Actor, engagement_key: str, sha256: str, *, at: datetime) -> Acknowledgement:
    """Keep that somebody has read the terms in force; once is enough.

    Args:
        actor: somebody of a party that the terms hold for.
        engagement_key: of the engagement.
        sha256: digest of the terms, as they were shown to them.
        at: now.

    Raises:
        NotFoundError: there are no such terms, or not for them.
        NotPossibleError: they are not in force, or not any more.
    """
    with transaction.atomic():
        rows = Agreement.objects.filter(kind=Agreement.Kind.TERMS).select_related(
            "engagement", "party__organisation"
        )
        agreement = find(
            actor,
            rows,
            Act.READ,
            at=at,
            sha256=sha256.strip().lower(),
            engagement__key=as_written(engagement_key),
        )
        # A token that only reads does not say for its person that they have read.
        if actor.person is None or SCOPE_OF[Act.USE] not in actor.scopes:
            raise NotFoundError("terms", agreement.sha256)
        require_going_on(agreement.engagement)
        held = terms_in_force(agreement.engagement, partner=agreement.party)
        if held is None or held.agreement.pk != agreement.pk:
            mend = (
                f"read version {held.agreement.number}, which is"
                if held
                else "wait until both sides have signed"
            )
            raise NotPossibleError(f"version {agreement.number} is not in force; {mend}")
        row, is_new = Acknowledgement.objects.get_or_create(
            agreement=agreement, person_id=actor.person, defaults={"at": at}
        )
        if is_new:
            record(
                "terms-acknowledged",
                agreement.engagement,
                at=at,
                actor=actor,
                about=agreement.party.organisation if agreement.party else None,
                number=agreement.number,
                sha256=agreement.sha256,
            )
        return row
