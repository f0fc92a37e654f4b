"""What waits for whoever asks: a list, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.queries.paging import (
    Order,
    Page,
    checked_limit,
    fingerprint,
    page_of,
    read_cursor,
)
from tidegate.desks.notices.channels.digests import Rhythm
from tidegate.desks.notices.models import FeedToken, Notice, Preference
from tidegate.desks.notices.queries.items import message_of, path_of
from tidegate.desks.notices.queries.own import own_notices

DEFAULT_ROWS: Final = 50

_NEWEST_FIRST: Final = Order("-told", "id", descending=True)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice."""

    key: str
    kind: str
    """Of the ledger's entry that it is about."""
    case: str
    """Key of the case; empty if it is about none."""
    title: str
    """Of the case; empty where its content may not be read, or not yet."""
    message: str
    """Key of the message; empty if it is about none."""
    subject: str
    waits: str
    """What waits, in a few words."""
    by: datetime | None
    """By when, if there is a date."""
    path: str
    """Of the page where it waits."""
    at: datetime
    read_at: datetime | None
    engagement: str = ""
    """Key of the engagement; empty if it is about none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody is told."""

    mail: Rhythm
    has_feed: bool


def list_notices(
    actor: Actor,
    *,
    unread: bool = False,
    cursor: str | None = None,
    limit: int = DEFAULT_ROWS,
    at: datetime,
) -> Page[NoticeRow]:
    """Return a page of the actor's own notices; those that they may not know of any more are gone.

    Raises:
        CursorError: the cursor is none of this list.
        FilterError: the limit is out of bounds.
    """
    rows = known = own_notices(actor, Act.READ, at)
    if unread:
        rows = rows.filter(read_at=None)
    of = fingerprint("notices", _NEWEST_FIRST.word, (actor.person, unread))

    def shown(ids: Sequence[int]) -> list[tuple[int, str, NoticeRow]]:
        found = list(Notice.objects.select_related("entry").filter(pk__in=ids))
        titles = _titles(actor, found, at)
        return [(one.pk, one.key, _row(one, titles.get(one.case, ""))) for one in found]

    return page_of(
        rows,
        _NEWEST_FIRST,
        read_cursor(cursor, of=of),
        checked_limit(limit),
        shown,
        of=of,
        known=Q(pk__in=known.values("pk")),
    )


def get_notice(actor: Actor, key: str, *, at: datetime) -> NoticeRow:
    """Return one of the actor's own notices.

    Raises:
        NotFoundError: they have none of that key, or may not know of it any more.
    """
    named = as_written(key)
    rows = own_notices(actor, Act.READ, at).select_related("entry")
    notice = rows.filter(key=named).first()
    if notice is None:
        raise NotFoundError("notice", named)
    return _row(notice, _titles(actor, [notice], at).get(notice.case, ""))


def count_unread(actor: Actor, *, at: datetime) -> int:
    """Return how many notices the actor has not read."""
    return own_notices(actor, Act.READ, at).filter(read_at=None).count()


def choice_of(actor: Actor) -> Choice:
    """Return how the actor is told."""
    chosen = Preference.objects.filter(person=actor.person).values_list("mail", flat=True).first()
    feed = FeedToken.objects.filter(person=actor.person, revoked_at=None)
    return Choice(Rhythm(chosen or Rhythm.EACH), actor.person is not None and feed.exists())


def _titles(actor: Actor, notices: Sequence[Notice], at: datetime) -> dict[str, str]:
    rows = Case.objects.filter(key__in={notice.case for notice in notices})
    return dict(narrowed(actor, rows, Act.READ, at=at).values_list("key", "title"))


def _row(notice: Notice, title: str) -> NoticeRow:
    return NoticeRow(
        notice.key,
        notice.kind,
        notice.case,
        title,
        message_of(notice),
        notice.subject,
        notice.waits,
        notice.by,
        path_of(notice),
        notice.at,
        notice.read_at,
        notice.engagement,
    )
