"""A developer puts on record that it has released a model. Nothing here approves or refuses that.

There is one condition, and it is who asks. No state, window, determination, term or plug is looked
at before a release is recorded, and none has a say; nor has a suspension of the developer, which
others decide on, or a recusal. From: EO 14409, 3(c).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Release
from tidegate.desks.reviews.services import endings, windows
from tidegate.desks.reviews.services.course import hold, lead_on
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import Event


def record_release(
    actor: Actor,
    engagement_key: str,
    to: str,
    released_at: datetime,
    *,
    words: str = "",
    end_access: bool = False,
    at: datetime,
) -> Release:
    """Record a release, in every state, as often as there are releases.

    Args:
        actor: whoever decides for the developer.
        engagement_key: of the engagement.
        to: a word of `Release.To`.
        released_at: when; not in the future, for it is a fact. What is planned is
            `opening.change`.
        words: what else there is to say.
        end_access: access ends with it; without that it goes on until its own end.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: the word is not known, the instant is in the future, the words too long.
    """
    said = worded(words, "what is said of a release")
    moment = instant(released_at, "the release")
    if to not in Release.To.values:
        raise NotPossibleError(
            f"{to!r:.40} is nobody to release to; choose {listed(Release.To.values)}"
        )
    if moment > at:
        raise NotPossibleError(
            f"{shown(moment)} has not come yet; a release is recorded once it has happened, and"
            " planned by changing the engagement"
        )
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.RELEASE, at=at)
        lead_on(engagement, Event.RELEASE)
        engagement.save(update_fields=["state"])
        release = Release.objects.create(
            engagement=engagement,
            to=to,
            released_at=moment,
            words=said,
            recorded_by=actor.name,
            recorded_at=at,
        )
        if end_access:
            windows.end_now(engagement, at=at, actor=actor)
            endings.end_access(
                engagement, at=at, actor=actor, why="the developer has released the model"
            )
        record(
            "model-released",
            engagement,
            at=at,
            actor=actor,
            only_for=engagement.developer if engagement.proposed_at is None else None,
            to=to,
            released_at=shown(moment),
        )
        return release
