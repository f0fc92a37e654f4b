"""Feeds are followed and taken in: what others publish about vulnerabilities, edition by edition.

An edition is read to its end before anything of it is kept, since only then it is known whether it
is good. A good one comes in by batches; whoever is killed in between has left an edition that is
being taken, and taking it again brings it to the end that it would have had. Until then the last
good one counts.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import FeedState
from tidegate.desks.exposure.services import editions
from tidegate.desks.exposure.services.bringing import (
    brought,
    checked_place,
    own_folder,
    shown_place,
)
from tidegate.desks.exposure.services.staging import Staging
from tidegate.desks.exposure.services.taking import (
    BATCH,
    Outcome,
    Progress,
    Taken,
    Taking,
    Told,
    feed_called,
    nobody,
)
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.engines.feeds import Feed
from tidegate.engines.feeds.fetching import FetchError, NotModified

__all__ = ["BATCH", "Outcome", "Progress", "Taken", "Told", "follow", "take"]


def take(
    actor: Actor, feed_name: str, place: str = "", *, at: datetime, told: Told | None = None
) -> Taken:
    """Take in the newest edition of a feed, if it is good and not here yet.

    Args:
        actor: whoever administers the instance.
        feed_name: such as `kev`.
        place: an address of a mirror, a file, or a folder that holds one, for this time; empty
            for where the feed is always read from.
        at: now.
        told: hears how far it is.

    Returns:
        what became of it; a refusal is none of the errors.

    Raises:
        NotFoundError: that is not for them.
        NotPossibleError: there is no such feed, or nothing could be had from that place; where the
            feed is always read from there, that is put on record.
        HomeError: the instance's folder cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    feed = feed_called(feed_name)
    named = checked_place(actor, feed, place)
    tell = told or nobody
    with own_folder(feed) as folder:
        with transaction.atomic():
            state = editions.state_of(feed)
        is_usual = named in ("", state.place)
        # Whatever its server says, what is half in has to be brought to an end.
        may_ask = is_usual and not editions.is_half_in(feed)
        where = named or state.place
        tell(Progress(0, 0, f"{feed.name}: asking {shown_place(where) or feed.address}"))
        try:
            with (
                brought(
                    feed,
                    where,
                    folder,
                    etag=state.etag if may_ask else "",
                    last_modified=state.last_modified if may_ask else "",
                ) as came,
                Staging(folder, BATCH) as staging,
            ):
                if isinstance(came, NotModified):
                    return _not_modified(feed, at)
                return Taking(feed, came, staging, is_usual, actor, at, tell).done()
        except FetchError as error:
            if is_usual:
                with transaction.atomic():
                    state = editions.state_of(feed)
                    editions.note_unreachable(state, str(error), actor=actor, at=at)
            raise NotPossibleError(str(error)) from error


def follow(
    actor: Actor, feed_name: str, *, place: str | None = None, is_followed: bool, at: datetime
) -> FeedState:
    """Say whether a feed is fetched by itself, and where it is always read from.

    Args:
        actor: whoever administers the instance.
        feed_name: such as `kev`.
        place: an address of a mirror, or a path; empty for its publisher's address; None leaves
            it as it is.
        is_followed: whether it is fetched by itself.
        at: now.

    Raises:
        NotFoundError: that is not for them.
        NotPossibleError: there is no such feed, or that is no place.
    """
    require_with_instance(actor, Act.ADMINISTER)
    feed = feed_called(feed_name)
    with transaction.atomic():
        state = editions.state_of(feed)
        where = state.place if place is None else checked_place(actor, feed, place)
        if (state.place, state.is_followed) == (where, is_followed):
            return state
        if where != state.place:
            # What another server said says nothing to this one.
            state.etag, state.last_modified, state.checked_at = "", "", None
            state.trouble, state.troubled_since = "", None
        state.place, state.is_followed = where, is_followed
        state.save()
        append(
            "feed-followed" if is_followed else "feed-left",
            at=at,
            actor=actor,
            feed=feed.name,
            place=shown_place(where),
        )
        return state


def _not_modified(feed: Feed, at: datetime) -> Taken:
    with transaction.atomic():
        state = editions.state_of(feed)
        editions.confirm(state, None, is_usual=True, at=at)
        refused = editions.is_refused(state)
    counting = state.edition
    words = state.trouble if refused else "Its server says that nothing is new."
    return Taken(
        feed=feed.name,
        outcome=Outcome.REFUSED if refused else Outcome.NOT_NEW,
        words=words,
        version=counting.version if counting else "",
        said_at=counting.said_at if counting else None,
        is_too_old=feed.is_too_old(counting.said_at if counting else None, at),
        records=counting.records if counting else 0,
    )
