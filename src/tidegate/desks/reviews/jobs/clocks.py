"""What time brings in an engagement is put on record: access has ended by then, with or without us.

Each engagement is a transaction that holds its row, does what is due, and marks it. So a process
that is killed at any instant has done all of it or nothing, and what is due is done once, however
many processes tick.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.cases.instants import shown
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.frameworks.terms import TermsError
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, Evidence, Grant, Transcript
from tidegate.desks.reviews.queries.retention import AfterAccess, after_access, to_certify
from tidegate.desks.reviews.sealing import destroy
from tidegate.desks.reviews.services.government import record_within
from tidegate.desks.reviews.services.recording import record

_AGAIN: Final = timedelta(hours=1)
"""When duties are looked at again that could not be read."""

_LOG: Final = logging.getLogger(__name__)


def tick(at: datetime) -> int:
    """Do what is due; return how much was. If nothing is, it is one question.

    Raises:
        HomeError, BrokenTreeError, DatabaseError: nothing can be done here at present; it waits.
    """
    done = 0
    for number in list(_due(at).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            # Another process may have been here while this one waited.
            locked = Engagement.objects.select_for_update(of=("self",)).filter(pk=number).first()
            if locked is None or not _due(at).filter(pk=number).exists():
                continue
            done += _lapse_grants(locked, at) + _end_window(locked, at) + _do_duties(locked, at)
    return done


def _due(at: datetime) -> QuerySet[Engagement]:
    return Engagement.objects.filter(
        Q(window_ends_at__lte=at, window_ended_at=None)
        | Q(duties_at__lte=at)
        | Exists(_lapsed(at).filter(engagement=OuterRef("pk")))
    )


def _lapsed(at: datetime) -> QuerySet[Grant]:
    return Grant.objects.filter(ends_at__lte=at, ended_at=None, lapse_noted_at=None)


def _lapse_grants(engagement: Engagement, at: datetime) -> int:
    rows = _lapsed(at).filter(engagement=engagement)
    lapsed = list(rows.select_related("named__person", "named__party__organisation").order_by("pk"))
    for grant in lapsed:
        grant.lapse_noted_at = at
        grant.save(update_fields=["lapse_noted_at"])
        record(
            "grant-lapsed",
            engagement,
            at=at,
            actor=HOUSE,
            about=grant.named.party.organisation,
            grant=grant.key,
            holder=grant.named.person.key,
            ended_at=shown(grant.ends_at),
        )
    return len(lapsed)


def _end_window(engagement: Engagement, at: datetime) -> int:
    end = engagement.window_ends_at
    if end is None or end > at or engagement.window_ended_at is not None:
        return 0
    engagement.window_ended_at = at
    engagement.save(update_fields=["window_ended_at"])
    record("window-ended", engagement, at=at, actor=HOUSE, ended_at=shown(end))
    return 1


def _do_duties(engagement: Engagement, at: datetime) -> int:
    """Do what is due after access has ended, and note when the next of it will be."""
    try:
        ended = after_access(engagement)
    except TermsError:
        # One whose terms were changed in the tables must not hold up the others.
        _LOG.warning("the duties of %s cannot be read", engagement.key, exc_info=True)
        engagement.duties_at = at + _AGAIN
        engagement.save(update_fields=["duties_at"])
        return 0
    done = 0
    for one in ended:
        if one.destroy_at <= at:
            done += _destroy_transcripts(engagement, one, at)
    government = [one.destroy_at for one in ended if one.party.part in GOVERNMENT]
    if government and max(government) <= at:
        done += _destroy_evidence(engagement, at)
    for one in to_certify(engagement, ended, at=at):
        if one.certify_at <= at:
            done += _ask_for_certificate(engagement, one, at)
    later = [when for one in ended for when in (one.destroy_at, one.certify_at) if when > at]
    engagement.duties_at = min(later, default=None)
    engagement.save(update_fields=["duties_at"])
    return done


def _destroy_transcripts(engagement: Engagement, ended: AfterAccess, at: datetime) -> int:
    kept = Transcript.objects.filter(call__grant__named__party=ended.party, destroyed_at=None)
    count = kept.update(content=b"", destroyed_at=at)
    if count:
        record(
            "content-destroyed",
            engagement,
            at=at,
            actor=HOUSE,
            about=ended.party.organisation,
            transcripts=count,
        )
    return count


def _destroy_evidence(engagement: Engagement, at: datetime) -> int:
    kept = Evidence.objects.select_related("document").filter(
        engagement=engagement, document__isnull=False, document__destroyed_at=None
    )
    digests = []
    for evidence in kept.order_by("pk"):
        assert evidence.document is not None
        destroy(evidence.document, at)
        digests.append(evidence.sha256)
    if digests:
        # How much was weighed is not for the developer.
        record_within("content-destroyed", engagement, at=at, actor=HOUSE, documents=digests)
    return len(digests)


def _ask_for_certificate(engagement: Engagement, ended: AfterAccess, at: datetime) -> int:
    organisation = ended.party.organisation
    asked = Entry.objects.filter(
        engagement=engagement.key, kind="certificate-due", organisation=organisation.key
    )
    if asked.exists():
        return 0
    record(
        "certificate-due",
        engagement,
        at=at,
        actor=HOUSE,
        about=organisation,
        due_at=shown(ended.certify_at),
    )
    return 1
