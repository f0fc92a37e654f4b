"""From an entry of the ledger to notices for people and messages for programs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q

from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.audiences import Telling
from tidegate.desks.notices.channels.digests import FLOOD, Rhythm, is_flood
from tidegate.desks.notices.kinds import TABLE
from tidegate.desks.notices.models import Notice, Occasion, Preference, Sending, WebhookEndpoint
from tidegate.desks.notices.queries.telling import Told, who_is_told

TRIED_AGAIN_AFTER: Final = timedelta(minutes=1)
"""When telling has failed."""


def untold(most: int, at: datetime) -> list[int]:
    """Return the ids of entries' occasions of which nobody has been told yet, the oldest first."""
    due = Q(not_before=None) | Q(not_before__lte=at)
    waiting = Occasion.objects.filter(due, told_at=None).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:most])


def put_off(occasion_id: int, at: datetime) -> None:
    """Let an occasion wait that cannot be told of now, so that others come before it."""
    Occasion.objects.filter(pk=occasion_id).update(not_before=at + TRIED_AGAIN_AFTER)


def tell(occasion_id: int, *, by_mail: bool, at: datetime) -> int:
    """Make the notices and the messages of an entry; return how many people are told.

    Whoever did it themselves is told only what concerns their own account. Two workers may do it
    at once: one of them makes the rows.

    Args:
        occasion_id: of `untold`.
        by_mail: whether this instance sends mail.
        at: now.
    """
    occasion = Occasion.objects.select_related("entry").get(pk=occasion_id)
    entry = occasion.entry
    # Outside of the transaction: it asks about each person, and nobody need wait for that.
    told = who_is_told(entry, at)
    with transaction.atomic():
        rows = Occasion.objects.select_for_update().filter(pk=occasion_id, told_at=None)
        if not rows.update(told_at=at):
            return 0
        telling = TABLE[entry.kind]
        notices = _notices(entry, telling, told, by_mail=by_mail and telling.mailed, at=at)
        Notice.objects.bulk_create(notices)
        if telling.reaches_programs:
            organisations = {one.organisation for one in told if one.organisation is not None}
            Sending.objects.bulk_create(_messages(entry, organisations, at))
        return len(notices)


def _notices(
    entry: Entry, telling: Telling, told: Collection[Told], *, by_mail: bool, at: datetime
) -> list[Notice]:
    own = {one.person: one.organisation is None for one in told if not one.is_actor}
    for one in told:
        if one.organisation is None and not one.is_actor:
            own[one.person] = True
    silent = _without_mail(own) if by_mail else set(own)
    recent = _recent(own, at)
    return [
        Notice(
            person_id=person,
            entry=entry,
            kind=entry.kind,
            case=entry.case,
            engagement=entry.engagement,
            subject=_subject(entry, own_account=own_account),
            waits=telling.waits,
            by=_by(entry, telling),
            at=entry.at,
            told_at=at,
            own_account=own_account,
            folded=is_flood(recent.get(person, 0) + 1),
            mail_due=by_mail and (own_account or person not in silent),
        )
        for person, own_account in sorted(own.items())
    ]


def _messages(entry: Entry, organisations: Collection[int], at: datetime) -> list[Sending]:
    endpoints = WebhookEndpoint.objects.filter(
        organisation__in=organisations, disabled_at=None, made_at__lte=entry.at
    )
    return [
        Sending(
            channel=Sending.Channel.WEBHOOK,
            endpoint=endpoint,
            entry=entry,
            made_at=at,
            next_try_at=at,
        )
        for endpoint in endpoints.order_by("pk")
        if not endpoint.kinds or entry.kind in endpoint.kinds
    ]


def _without_mail(people: Collection[int]) -> set[int]:
    chosen = Preference.objects.filter(person__in=people, mail=Rhythm.NONE)
    return set(chosen.values_list("person", flat=True))


def _recent(people: Collection[int], at: datetime) -> dict[int, int]:
    """Return how many notices people got within the time in which many are a flood."""
    rows = Notice.objects.filter(person__in=people, told_at__gt=at - FLOOD)
    return dict(rows.values_list("person").annotate(many=Count("pk")).order_by())


_OWN_ACCOUNT: Final = "Something changed about your account"


def _subject(entry: Entry, *, own_account: bool) -> str:
    if entry.case:
        return f"Something waits for you in {entry.case}"
    if entry.engagement:
        return f"Something waits for you in {entry.engagement}"
    if own_account:
        return _OWN_ACCOUNT
    where = "your organisation" if entry.organisation else "this instance"
    return f"Something waits for you in {where}"


def _by(entry: Entry, telling: Telling) -> datetime | None:
    """Return by when, as the entry says it; nothing is made of what is no date."""
    said = entry.said.get(telling.by) if telling.by else None
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) and said else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
