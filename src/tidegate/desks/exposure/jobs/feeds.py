"""What is followed is looked at when it is due; that a feed has grown too old is told once.

A look is claimed in the tables, so that any number of processes may tick. A process that is killed
while it takes an edition in leaves that for the next look, which comes sooner than usual. Where
nothing is followed, a tick is one question.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.cases.instants import shown
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.services import editions, feeds
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.engines.feeds import FEEDS, Feed, FeedKind

AGAIN: Final = timedelta(minutes=15)
"""When it is looked again at what failed, or was not brought to its end."""

EVERY: Final[Mapping[FeedKind, timedelta]] = MappingProxyType(
    {
        # A listing may give three days.
        FeedKind.KEV: timedelta(hours=1),
        # It is computed once a day.
        FeedKind.EPSS: timedelta(hours=6),
        FeedKind.OSV: timedelta(hours=6),
        # Whole archives of repositories, which change with every commit.
        FeedKind.CVE: timedelta(hours=12),
        FeedKind.GHSA: timedelta(hours=12),
    }
)
"""How often a feed is looked at. A server without news says so in a few bytes."""

_LOG: Final = logging.getLogger(__name__)


def tick(at: datetime) -> int:
    """Do what is due; return how many feeds were looked at."""
    looked = 0
    for state in FeedState.objects.filter(is_followed=True).select_related("edition"):
        feed = FEEDS.get(state.name)
        if feed is None:
            continue
        if _is_due(state, feed, at) and _claim(state, at):
            _look(feed, at)
            looked += 1
            state = FeedState.objects.select_related("edition").get(pk=state.pk)
        _tell_too_old(state, feed, at)
    return looked


def _is_due(state: FeedState, feed: Feed, at: datetime) -> bool:
    if state.checked_at is None or state.checked_at + EVERY[feed.kind] <= at:
        return True
    if state.checked_at + AGAIN > at:
        return False
    unfinished = Edition.objects.filter(feed=feed.name, outcome=Edition.Outcome.TAKING)
    return bool(state.trouble) or unfinished.exists()


def _claim(state: FeedState, at: datetime) -> bool:
    rows = FeedState.objects.filter(pk=state.pk, is_followed=True, checked_at=state.checked_at)
    return bool(rows.update(checked_at=at))


def _look(feed: Feed, at: datetime) -> None:
    try:
        taken = feeds.take(HOUSE, feed.name, at=at)
    except NotPossibleError as error:
        # It is on record where it is the feed's fault.
        _LOG.info("%s was not taken: %s", feed.name, error)
    except Exception:  # noqa: BLE001 - one that cannot be taken here must not keep others waiting
        _LOG.warning("%s could not be taken", feed.name, exc_info=True)
        _note_failed(feed, at)
    else:
        _LOG.info("%s: %s. %s", feed.name, taken.outcome.value, taken.words)


def _note_failed(feed: Feed, at: datetime) -> None:
    with transaction.atomic():
        editions.note_unreachable(
            editions.state_of(feed), "it could not be taken here; see the log", actor=HOUSE, at=at
        )


def _tell_too_old(state: FeedState, feed: Feed, at: datetime) -> None:
    edition = state.edition
    if edition is None or state.told_too_old_at or not feed.is_too_old(edition.said_at, at):
        return
    with transaction.atomic():
        rows = FeedState.objects.filter(pk=state.pk, told_too_old_at=None, edition=edition)
        if not rows.update(told_too_old_at=at):
            return
        append(
            "feed-too-old",
            at=at,
            actor=HOUSE,
            feed=feed.name,
            version=edition.version,
            said_at=shown(edition.said_at) if edition.said_at else "",
            days=feed.max_age.days,
        )
