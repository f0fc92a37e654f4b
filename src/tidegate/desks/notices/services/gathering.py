"""From notices to mails: each by itself, or many in a digest, as their person has chosen."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Min

from tidegate.desks.notices.channels.digests import Rhythm, Waiting, is_unwanted, mails_of
from tidegate.desks.notices.models import Notice, Preference, Sending


def people_with_mail_due(most: int) -> list[int]:
    """Return the ids of people with notices that wait to be mailed, whoever waits longest first."""
    rows = Notice.objects.filter(mail_due=True)
    longest = rows.values("person").annotate(first=Min("pk")).order_by("first")
    return list(longest.values_list("person", flat=True)[:most])


def gather(person: int, at: datetime) -> int:
    """Make the mails that are due for a person; return how many. Each notice is in one mail."""
    with transaction.atomic():
        # Locked: another worker that gathers for the same person waits, and finds nothing left.
        rows = Notice.objects.select_for_update().filter(person=person, mail_due=True)
        notices = {notice.pk: notice for notice in rows.order_by("pk")}
        rhythm = _rhythm(person)
        waiting = [
            Waiting(notice.pk, notice.told_at, notice.folded, notice.own_account)
            for notice in notices.values()
        ]
        unwanted = [one.id for one in waiting if is_unwanted(one, rhythm)]
        Notice.objects.filter(pk__in=unwanted).update(mail_due=False)
        mails = mails_of([one for one in waiting if one.id not in unwanted], rhythm, at)
        for ids in mails:
            mail = Sending.objects.create(
                channel=Sending.Channel.MAIL, person_id=person, made_at=at, next_try_at=at
            )
            Notice.objects.filter(pk__in=ids).update(mail=mail, mail_due=False)
        return len(mails)


def _rhythm(person: int) -> Rhythm:
    chosen = Preference.objects.filter(person=person).values_list("mail", flat=True).first()
    return Rhythm(chosen or Rhythm.EACH)
