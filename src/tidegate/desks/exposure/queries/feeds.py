"""Which feeds there are, what counts of each, and how old that is by its publisher's own date.

A feed that is too old, or was never loaded, is no ground for an answer: that nothing is found then
says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.queries.vulnerabilities import VulnerabilityPage, vulnerability_page
from tidegate.engines.feeds import FEEDS, Feed

__all__ = [
    "EditionRow",
    "FeedRow",
    "VulnerabilityPage",
    "editions",
    "feed_row",
    "feeds",
    "too_old",
    "vulnerability_page",
]

_DAY: Final = timedelta(days=1)
_MOST_EDITIONS: Final = 50


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition of a feed: one that was taken, is being taken, or was refused."""

    feed: str
    version: str
    said_at: datetime | None
    """By its publisher's clock."""
    fetched_at: datetime
    came_from: str
    sha256: str
    size: int
    records: int
    refused_records: int
    vanished: int
    """Records of the one before that are gone; that is no withdrawal."""
    outcome: str
    """`taking`, `taken`, `refused`, or `stopped` for one that another took the place of."""
    words: str
    counts: bool
    """Whether it is the last good one."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed, and what counts of it."""

    name: str
    title: str
    publisher: str
    licence: str
    address: str
    """Its publisher's."""
    place: str
    """Where it is read from instead; empty for its publisher's address."""
    is_followed: bool
    """Whether it is fetched by itself."""
    edition: EditionRow | None
    """The last good one; None if there was none yet."""
    age: timedelta | None
    """By its publisher's date; None where there is none."""
    max_age: timedelta
    is_too_old: bool
    """Whether what counts is no ground for an answer; not said of a feed that was never loaded."""
    is_taking: bool
    """Whether another edition is being taken in, or was and did not come to its end."""
    checked_at: datetime | None
    """When it was last looked for."""
    confirmed_at: datetime | None
    """When what counts was last known to be the newest."""
    last_refusal: EditionRow | None
    """The newest edition that was refused, if that was after the last good one came."""
    trouble: str
    """What was wrong the last time it was looked for; empty if nothing was."""
    troubled_since: datetime | None


def feeds(at: datetime) -> tuple[FeedRow, ...]:
    """Return all known feeds: those that were loaded or are followed first."""
    states = {row.name: row for row in FeedState.objects.select_related("edition")}
    taking = set(
        Edition.objects.filter(outcome=Edition.Outcome.TAKING).values_list("feed", flat=True)
    )
    refused = _last_refusals()
    rows = [
        _row(feed, states.get(feed.name), feed.name in taking, refused.get(feed.name), at)
        for feed in FEEDS.values()
    ]
    return tuple(sorted(rows, key=lambda one: not (one.edition or one.is_followed)))


def feed_row(name: str, *, at: datetime) -> FeedRow | None:
    """Return one feed; None if there is none of that name."""
    return next((row for row in feeds(at) if row.name == name), None)


def too_old(at: datetime) -> dict[str, str]:
    """Return the feeds that are too old to be a ground for an answer, and why in words.

    Asked about are those that were loaded, and those that are followed and never came.
    """
    rows = FeedState.objects.select_related("edition").order_by("name")
    found: dict[str, str] = {}
    for state in rows:
        feed = FEEDS.get(state.name)
        if feed is None or not (state.edition or state.is_followed):
            continue
        said_at = state.edition.said_at if state.edition else None
        if feed.is_too_old(said_at, at):
            found[feed.name] = _too_old_words(feed, state.edition, at)
    return found


def editions(feed_name: str, *, limit: int = _MOST_EDITIONS) -> tuple[EditionRow, ...]:
    """Return the editions of a feed, the newest first."""
    state = FeedState.objects.filter(name=feed_name).first()
    counting = state.edition_id if state else None
    rows = Edition.objects.filter(feed=feed_name).order_by("-fetched_at", "-pk")[:limit]
    return tuple(_edition(row, counts=row.pk == counting) for row in rows)


def _row(
    feed: Feed,
    state: FeedState | None,
    is_taking: bool,
    refused: Edition | None,
    at: datetime,
) -> FeedRow:
    edition = state.edition if state else None
    if refused is not None and edition is not None and refused.fetched_at < edition.fetched_at:
        refused = None
    said_at = edition.said_at if edition else None
    return FeedRow(
        name=feed.name,
        title=feed.title,
        publisher=feed.publisher,
        licence=feed.licence,
        address=feed.address,
        place=state.place if state else "",
        is_followed=bool(state and state.is_followed),
        edition=_edition(edition, counts=True) if edition else None,
        age=max(at - said_at, timedelta()) if said_at else None,
        max_age=feed.max_age,
        is_too_old=edition is not None and feed.is_too_old(said_at, at),
        is_taking=is_taking,
        checked_at=state.checked_at if state else None,
        confirmed_at=state.confirmed_at if state else None,
        last_refusal=_edition(refused, counts=False) if refused else None,
        trouble=state.trouble if state else "",
        troubled_since=state.troubled_since if state else None,
    )


def _last_refusals() -> dict[str, Edition]:
    newest = (
        Edition.objects.filter(outcome=Edition.Outcome.REFUSED)
        .order_by()
        .values("feed")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    return {row.feed: row for row in Edition.objects.filter(pk__in=newest)}


def _edition(row: Edition, *, counts: bool) -> EditionRow:
    return EditionRow(
        feed=row.feed,
        version=row.version,
        said_at=row.said_at,
        fetched_at=row.fetched_at,
        came_from=row.came_from,
        sha256=row.sha256,
        size=row.size,
        records=row.records,
        refused_records=row.refused_records,
        vanished=row.vanished,
        outcome=row.outcome,
        words=row.words,
        counts=counts,
    )


def _too_old_words(feed: Feed, edition: Edition | None, at: datetime) -> str:
    most = f"at most {_days(feed.max_age)} count"
    if edition is None:
        return f"{feed.title} was never loaded"
    if edition.said_at is None:
        return f"{feed.title} bears no date; {most}"
    age = at - edition.said_at
    return f"{feed.title} is of {edition.said_at:%Y-%m-%d}, {_days(age)} old; {most}"


def _days(span: timedelta) -> str:
    days = span // _DAY
    return "1 day" if days == 1 else f"{days:,} days"
