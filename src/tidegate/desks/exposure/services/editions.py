"""What becomes of an edition: refused, or taken in from its beginning to its end.

The last good edition counts until all of the new one is in. Whoever takes one in asks before each
step whether it is still the one that is being taken: when two are taken at once, the newer goes on
and the other stops.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.instants import shown
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.services.bringing import Brought
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.engines import feeds
from tidegate.engines.feeds import Feed

_OUTCOME: Final = Edition.Outcome


def state_of(feed: Feed) -> FeedState:
    """Return the row of a feed, inside the caller's transaction; locked there, where it can be."""
    FeedState.objects.get_or_create(name=feed.name)
    return FeedState.objects.select_for_update().get(name=feed.name)


def last_good(state: FeedState) -> Edition | None:
    """Return the edition that a new one is compared with; one that is not in whole is none."""
    edition = state.edition
    return edition if edition is not None and edition.outcome == _OUTCOME.TAKEN else None


def as_read(edition: Edition | None) -> feeds.Edition | None:
    """Return an edition as `judge` takes it."""
    if edition is None:
        return None
    return feeds.Edition(
        feed=edition.feed,
        said_at=edition.said_at,
        version=edition.version,
        count=edition.records,
        refused=edition.refused_records,
        sha256=edition.sha256,
    )


def is_half_in(feed: Feed, but: str = "") -> bool:
    """Say whether some edition of a feed was begun and not finished, other than one by its SHA-256.

    Then what is kept is not all of the one that counts.
    """
    unfinished = Edition.objects.filter(feed=feed.name, outcome=_OUTCOME.TAKING)
    return unfinished.exclude(sha256=but).exists()


def begun(feed: Feed, read: feeds.Edition, came: Brought, words: str, *, at: datetime) -> Edition:
    """Return the row of an edition that is taken in from now on; one that was stopped goes on.

    Others of the same feed that were stopped are given up.
    """
    unfinished = Edition.objects.filter(feed=feed.name, outcome=_OUTCOME.TAKING)
    row = unfinished.filter(sha256=read.sha256).first()
    if row is None:
        unfinished.update(outcome=_OUTCOME.STOPPED)
        row = Edition(feed=feed.name, outcome=_OUTCOME.TAKING)
    else:
        unfinished.exclude(pk=row.pk).update(outcome=_OUTCOME.STOPPED)
    for name, value in _columns(read, came, words, at).items():
        setattr(row, name, value)
    row.save()
    return row


def still(feed: Feed, edition: Edition) -> FeedState:
    """Return a feed's row, locked, if an edition is still the one that is being taken in.

    Raises:
        NotPossibleError: another one is, or this one was finished by somebody else.
    """
    state = state_of(feed)
    if not Edition.objects.filter(pk=edition.pk, outcome=_OUTCOME.TAKING).exists():
        raise NotPossibleError(
            f"somebody else has taken {feed.name} meanwhile; what is in is theirs. Look at it, and"
            " take yours again if it is newer"
        )
    return state


def finish(
    state: FeedState,
    edition: Edition,
    came: Brought,
    *,
    is_usual: bool,
    actor: Actor,
    at: datetime,
    **told: Any,
) -> None:
    """Let an edition count that is in whole, and put that on record; last in its transaction.

    Args:
        state: the feed's row, locked.
        edition: the row of the edition, with all that it is to say.
        came: where it came from.
        is_usual: whether that is where the feed is always read from.
        actor: who took it.
        at: now.
        told: what else the ledger is told.
    """
    edition.outcome = _OUTCOME.TAKEN
    edition.save()
    state.edition = edition
    state.confirmed_at = at
    state.told_too_old_at = None
    # One that came from elsewhere is not what its server knows under that name.
    state.etag = came.etag if is_usual else ""
    state.last_modified = came.last_modified if is_usual else ""
    if is_usual:
        state.checked_at = at
        state.trouble, state.troubled_since = "", None
    state.save()
    append(
        "feed-taken",
        at=at,
        actor=actor,
        feed=edition.feed,
        version=edition.version,
        said_at=shown(edition.said_at) if edition.said_at else "",
        sha256=edition.sha256,
        records=edition.records,
        refused_records=edition.refused_records,
        vanished=edition.vanished,
        **told,
    )


def confirm(state: FeedState, came: Brought | None, *, is_usual: bool, at: datetime) -> None:
    """Note that the edition that counts is still the newest one.

    Args:
        state: the feed's row, locked.
        came: what came, and is what is there; None where its server said that nothing is new.
        is_usual: whether it came from where the feed is always read from.
        at: now.
    """
    if is_usual:
        state.checked_at = at
    # 'Nothing is new' may be said of one that was refused.
    if came is not None or not is_refused(state):
        state.confirmed_at = at
        if is_usual:
            state.trouble, state.troubled_since = "", None
    if came is not None and is_usual:
        state.etag, state.last_modified = came.etag, came.last_modified
    state.save()


def is_refused(state: FeedState) -> bool:
    """Say whether what a feed's place has now was refused; else it could not be had, at most."""
    refused = Edition.objects.filter(feed=state.name, outcome=_OUTCOME.REFUSED)
    return bool(state.trouble) and refused.filter(words=state.trouble).exists()


def refuse(
    state: FeedState,
    read: feeds.Edition | None,
    came: Brought,
    words: str,
    *,
    is_usual: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """Put on record that an edition is refused, last in its transaction; nothing of it is kept.

    The same one, looked at again where the feed is always read from, is told of once.
    """
    is_known = is_usual and state.trouble == words
    if is_usual:
        state.checked_at = at
        # Until its publisher has another one, it need not be fetched again; unless it was
        # damaged, perhaps on its way.
        state.etag = came.etag if read is not None else ""
        state.last_modified = came.last_modified if read is not None else ""
        if not is_known:
            state.trouble, state.troubled_since = words, at
        state.save()
    if is_known:
        return
    columns = _columns(read, came, words, at)
    Edition.objects.create(feed=state.name, outcome=_OUTCOME.REFUSED, **columns)
    append("feed-refused", at=at, actor=actor, feed=state.name, words=words, **_told(read))


def note_unreachable(state: FeedState, words: str, *, actor: Actor, at: datetime) -> None:
    """Put on record that a feed cannot be had, last in its transaction; told of once."""
    was_fine = not state.trouble
    state.checked_at = at
    if was_fine:
        state.trouble, state.troubled_since = words, at
    state.save()
    if was_fine:
        append("feed-unreachable", at=at, actor=actor, feed=state.name, words=words)


def _columns(read: feeds.Edition | None, came: Brought, words: str, at: datetime) -> dict[str, Any]:
    return {
        "version": read.version if read else "",
        "said_at": read.said_at if read else None,
        "fetched_at": at,
        "came_from": came.came_from[:1000],
        "sha256": read.sha256 if read else "",
        "size": came.size,
        "records": read.count if read else 0,
        "refused_records": read.refused if read else 0,
        "words": words,
    }


def _told(read: feeds.Edition | None) -> dict[str, Any]:
    if read is None:
        return {}
    return {
        "version": read.version,
        "said_at": shown(read.said_at) if read.said_at else "",
        "sha256": read.sha256,
        "records": read.count,
        "refused_records": read.refused,
    }
