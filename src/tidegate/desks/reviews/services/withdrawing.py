"""A developer withdraws, at once, without a reason, from wherever the engagement is.

It can also do so while it is suspended, and through people who have recused themselves.

All access ends in the same transaction. What was signed stays on record, and so does what was done
until then; nothing counts, shows or sends on who has withdrawn, but to the parties of the
engagement itself.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Engagement
from tidegate.desks.reviews.services.closing import end_everything
from tidegate.desks.reviews.services.course import hold, lead_on
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import Event


def withdraw(actor: Actor, engagement_key: str, *, at: datetime) -> Engagement:
    """Withdraw an engagement: every grant ends, whatever runs is cut, and nobody else reads on.

    What is kept of calls is due to be destroyed, and each party to certify it, as the terms say.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: it was withdrawn before.
    """
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.WITHDRAW, at=at)
        if engagement.withdrawn_at is not None:
            raise NotPossibleError(
                f"{engagement.key} was withdrawn at {shown(engagement.withdrawn_at)}; nothing of it"
                " can be reached"
            )
        lead_on(engagement, Event.WITHDRAW)
        engagement.withdrawn_at = engagement.duties_at = at
        engagement.save(update_fields=["state", "withdrawn_at", "duties_at"])
        end_everything(engagement, at=at, actor=actor, why="the developer has withdrawn")
        record(
            "engagement-withdrawn",
            engagement,
            at=at,
            actor=actor,
            only_for=engagement.developer if engagement.proposed_at is None else None,
        )
        return engagement
