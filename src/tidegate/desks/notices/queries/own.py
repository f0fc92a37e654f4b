"""Notices of whoever asks: their own, and nobody else's, as long as they may know of what it is."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import SCOPE_OF, Act
from tidegate.desks.findings.models import Case
from tidegate.desks.notices.kinds import ENVELOPES, HEADINGS
from tidegate.desks.notices.models import Notice
from tidegate.desks.reviews.models import Engagement, Party


def own_notices(actor: Actor, act: Act, at: datetime) -> QuerySet[Notice]:
    """Return the actor's notices with which they may do `act`.

    One about a case is there only while they may read the case or, where it says no more than an
    invited party may know, see that there is one. One about an engagement is alike.
    """
    if actor.person is None or SCOPE_OF[act] not in actor.scopes:
        return Notice.objects.none()
    readable = narrowed(actor, Case.objects.all(), Act.READ, at=at).values("key")
    seen = narrowed(actor, Case.objects.all(), Act.SEE, at=at).values("key")
    of_cases = Q(case="") | Q(case__in=readable) | Q(kind__in=ENVELOPES, case__in=seen)
    return Notice.objects.filter(of_cases, _of_engagements(actor, at), person=actor.person)


def _of_engagements(actor: Actor, at: datetime) -> Q:
    every = Engagement.objects.all()
    readable = narrowed(actor, every, Act.READ, at=at).values("key")
    # Who has recused themselves from an engagement still sees it, but no part in it.
    seen = narrowed(actor, Party.objects.all(), Act.SEE, at=at).values("engagement__key")
    return Q(engagement="") | Q(engagement__in=readable) | Q(kind__in=HEADINGS, engagement__in=seen)
