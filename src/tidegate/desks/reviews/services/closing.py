"""A developer closes an engagement that has come to its end: access ends, and duties are left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.models import Engagement
from tidegate.desks.reviews.services import windows
from tidegate.desks.reviews.services.course import hold, lead_on
from tidegate.desks.reviews.services.endings import end_access
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import Event


def close(actor: Actor, engagement_key: str, *, at: datetime) -> Engagement:
    """Close an engagement: every grant ends; what was recorded stays to be read by its parties.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: it is a draft, which can be withdrawn; or it was closed or withdrawn.
    """
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        lead_on(engagement, Event.CLOSE)
        engagement.closed_at = engagement.duties_at = at
        engagement.save(update_fields=["state", "closed_at", "duties_at"])
        end_everything(engagement, at=at, actor=actor, why="the engagement is closed")
        record("engagement-closed", engagement, at=at, actor=actor)
        return engagement


def end_everything(engagement: Engagement, *, at: datetime, actor: Actor, why: str) -> None:
    """End all access of an engagement for good, and forget how its model is reached.

    It belongs in the transaction in which the engagement is held.
    """
    engagement.endpoints.exclude(credential="").update(credential="")
    engagement.endpoints.filter(ended_at=None).update(ended_at=at)
    windows.end_now(engagement, at=at, actor=actor)
    end_access(engagement, at=at, actor=actor, why=why)
