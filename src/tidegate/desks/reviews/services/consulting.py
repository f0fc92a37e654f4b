"""Bodies are consulted, and what they said is noted, for the government's people alone.

Whom a framework lets be consulted is data of that framework. A body answers once: what it said
stays as it is, since a determination names it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import worded
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Consultation
from tidegate.desks.reviews.queries.frameworks import framework_of
from tidegate.desks.reviews.sealing import CONSULTED, sealed_text
from tidegate.desks.reviews.services.course import require_going_on
from tidegate.desks.reviews.services.government import hold_for_government, record_within


def consult(actor: Actor, engagement_key: str, body: str, *, at: datetime) -> Consultation:
    """Note that a body is consulted.

    Args:
        actor: one of the government's named people who may do more than read.
        engagement_key: of the engagement.
        body: one of the bodies of the engagement's framework, by its name there.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
        NotPossibleError: the framework knows no such body, it is consulted already, or the
            engagement was closed.
    """
    with transaction.atomic():
        acting = hold_for_government(actor, engagement_key, Act.WRITE, at=at)
        engagement = acting.engagement
        require_going_on(engagement)
        bodies = framework_of(engagement).bodies
        if body not in bodies:
            raise NotPossibleError(
                f"{body[:100]!r} is no body of the framework {engagement.framework}; say one of"
                f" {'; '.join(bodies)}"
            )
        if Consultation.objects.filter(engagement=engagement, body=body).exists():
            raise NotPossibleError(f"{body} is consulted already; note its answer when it is here")
        row = Consultation.objects.create(
            engagement=engagement, body=body, asked_by=actor.name, asked_at=at
        )
        record_within("body-consulted", engagement, at=at, actor=actor, body=body)
        return row


def note_answer(
    actor: Actor, engagement_key: str, body: str, view: str, words: str = "", *, at: datetime
) -> Consultation:
    """Note what a consulted body thinks of it.

    Args:
        actor: one of the government's named people who may do more than read.
        engagement_key: of the engagement.
        body: which one.
        view: a word of `Consultation.View`.
        words: what it says; kept sealed, may be empty.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them; the body was not consulted.
        NotPossibleError: it has answered before, or the view is none that is known.
    """
    if view not in Consultation.View.values:
        raise NotPossibleError(
            f"{view[:40]!r} is no view; say one of {', '.join(Consultation.View.values)}"
        )
    said = worded(words, "what the body says")
    with transaction.atomic():
        acting = hold_for_government(actor, engagement_key, Act.WRITE, at=at)
        require_going_on(acting.engagement)
        rows = Consultation.objects.filter(engagement=acting.engagement)
        row = find(acting.actor, rows, Act.READ, at=at, body=body)
        if row.answered_at is not None:
            raise NotPossibleError(
                f"the answer of {body} is noted since {shown(row.answered_at)}, and stays as it is;"
                " add what it says now as evidence"
            )
        row.view, row.answered_at = view, at
        row.words = sealed_text(said, CONSULTED) if said else ""
        row.save(update_fields=["view", "words", "answered_at"])
        record_within(
            "body-answered",
            acting.engagement,
            at=at,
            actor=actor,
            body=body,
            view=view,
            words_sha256=hashlib.sha256(said.encode()).hexdigest(),
        )
        return row
