"""One edition on its way in: read to its end, judged, and kept batch by batch.

Nothing of it is kept before it is known whether it is good. A catalogue, which is the whole list of
what it lists, comes in by one step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.services import contents, editions
from tidegate.desks.exposure.services.advisories import note_vanished
from tidegate.desks.exposure.services.assertions import end_listings
from tidegate.desks.exposure.services.bringing import Brought
from tidegate.desks.exposure.services.staging import Staging
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.engines import feeds as published
from tidegate.engines.feeds import (
    EditionError,
    Feed,
    FeedKind,
    Refused,
    feed_of,
    judge,
    read_edition,
)

BATCH: Final = 500
"""Records that are kept in one transaction, at most; others wait for it."""
_FIRST_STEP: Final = 50
"""Records in the first one: nobody knows yet how much they expose."""
_GAP_SECONDS: Final = 0.01
"""Between two of them: SQLite keeps no queue, and whoever waits might else not get in between."""
_OFTEN: Final = 2_000
"""Records after which is told how far it is."""
_MOST_TOLD: Final = 20
"""Refused records, and listings that have ended, that are told of one by one."""


class Outcome(StrEnum):
    """What became of an edition."""

    TAKEN = "taken"
    NOT_NEW = "not-new"
    """It is the one that is there."""
    REFUSED = "refused"
    """Nothing of it is kept, and the last good one counts."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    done: int
    of: int
    """0 while nobody knows."""
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an edition. It says nothing of what is exposed."""

    feed: str
    outcome: Outcome
    words: str
    """One sentence for people."""
    version: str = ""
    said_at: datetime | None = None
    """By its publisher's clock."""
    is_too_old: bool = False
    """Whether what counts now is no ground for an answer any more."""
    records: int = 0
    refused_records: int = 0
    refused: tuple[Refused, ...] = ()
    """The first of them."""
    vanished: int = 0
    """Records of the last one that are gone."""
    advisories: int = 0
    """New, or said otherwise than before."""
    vulnerabilities: int = 0
    """Of which it asserts something else than before."""


Told = Callable[[Progress], None]


def feed_called(name: str) -> Feed:
    """Return the feed of a name.

    Raises:
        NotPossibleError: there is none; the message names those that there are.
    """
    try:
        return feed_of(name.strip())
    except KeyError as error:
        raise NotPossibleError(str(error.args[0])) from error


def nobody(_: Progress) -> None:
    """Nobody listens."""


class Taking:
    """One edition on its way in."""

    def __init__(
        self,
        feed: Feed,
        came: Brought,
        staging: Staging,
        is_usual: bool,
        actor: Actor,
        at: datetime,
        tell: Told,
    ) -> None:
        self._feed = feed
        self._came = came
        self._staging = staging
        self._is_usual = is_usual
        self._actor = actor
        self._at = at
        self._tell = tell
        self._staged = 0
        self._changed = contents.Changed()

    def done(self) -> Taken:
        """Bring it to its end, whichever that is."""
        reading = read_edition(self._feed, self._came.path, now=self._at)
        try:
            for record in reading:
                self._staging.add(record)
                self._staged += 1
                if self._staged % _OFTEN == 0:
                    self._say(self._staged, 0, "reading")
        except EditionError as error:
            return self._refused(None, str(error), ())
        read = reading.edition
        with transaction.atomic():
            state = editions.state_of(self._feed)
            before = editions.last_good(state)
            verdict = judge(editions.as_read(before), read)
            if verdict.is_refused:
                return self._refused(read, verdict.words, reading.refused)
            if not verdict and not editions.is_half_in(self._feed, read.sha256):
                editions.confirm(state, self._came, is_usual=self._is_usual, at=self._at)
                return self._taken(Outcome.NOT_NEW, read, verdict.words, ())
            edition = editions.begun(self._feed, read, self._came, verdict.words, at=self._at)
        if self._feed.kind is FeedKind.KEV:
            self._write_catalogue(edition, is_first=before is None)
        else:
            self._write(edition)
        return self._taken(Outcome.TAKEN, read, edition.words, reading.refused, edition.vanished)

    def _write(self, edition: Edition) -> None:
        """Keep everything, step by step; a step is smaller where much is exposed by it."""
        done, step = 0, _FIRST_STEP
        for batch in self._staging.batches():
            rest = batch
            while rest:
                part, rest = rest[:step], rest[step:]
                with transaction.atomic():
                    editions.still(self._feed, edition)
                    touched = contents.write(part, edition, self._changed, at=self._at)
                done += len(part)
                step = contents.next_step(len(part), touched, len(batch))
                self._say(done, self._staged, "taking in")
                time.sleep(_GAP_SECONDS)
        with transaction.atomic():
            state = editions.still(self._feed, edition)
            edition.vanished = note_vanished(self._feed.name, edition, at=self._at)
            self._finish(state, edition)

    def _write_catalogue(self, edition: Edition, *, is_first: bool) -> None:
        """Keep a catalogue in one step: at no instant is it half the old one and half the new."""
        with transaction.atomic():
            state = editions.still(self._feed, edition)
            # Deadlines name it as their source.
            state.edition = edition
            state.save(update_fields=["edition"])
            for batch in self._staging.batches():
                contents.write(batch, edition, self._changed, at=self._at)
            ended = self._end_listings(edition)
            if not is_first:
                self._finish(state, edition, ended=ended)
        if is_first:
            # Until there was a catalogue, nobody knew what is not in it.
            for done in contents.weigh_all(at=self._at):
                self._say(done, 0, "computing deadlines")
            with transaction.atomic():
                self._finish(editions.still(self._feed, edition), edition, ended=ended)

    def _end_listings(self, edition: Edition) -> list[str]:
        """End what is listed no more; return the names that are told."""
        if edition.refused_records:
            edition.words += (
                " Entries of it are broken, so nobody knows what it lists no more; all that was"
                " listed stays."
            )
            return []
        gone = end_listings(self._feed.name, edition, at=self._at)
        contents.follow((), list(gone.values()), at=self._at)
        edition.vanished = len(gone)
        named = list(gone)[:_MOST_TOLD]
        if named:
            more = f" and {len(gone) - len(named)} more" if len(gone) > len(named) else ""
            edition.words += f" It lists no more: {', '.join(named)}{more}."
        return named

    def _finish(
        self, state: FeedState, edition: Edition, *, ended: list[str] | None = None
    ) -> None:
        told = {"listed_no_more": ended} if ended else {}
        editions.finish(
            state,
            edition,
            self._came,
            is_usual=self._is_usual,
            actor=self._actor,
            at=self._at,
            **told,
        )

    def _refused(
        self, read: published.Edition | None, words: str, refused: tuple[Refused, ...]
    ) -> Taken:
        with transaction.atomic():
            editions.refuse(
                editions.state_of(self._feed),
                read,
                self._came,
                words,
                is_usual=self._is_usual,
                actor=self._actor,
                at=self._at,
            )
        return self._taken(Outcome.REFUSED, read, words, refused)

    def _taken(
        self,
        outcome: Outcome,
        read: published.Edition | None,
        words: str,
        refused: tuple[Refused, ...],
        vanished: int = 0,
    ) -> Taken:
        counting = FeedState.objects.select_related("edition").get(name=self._feed.name).edition
        return Taken(
            feed=self._feed.name,
            outcome=outcome,
            words=words,
            version=read.version if read else "",
            said_at=read.said_at if read else None,
            is_too_old=self._feed.is_too_old(counting.said_at if counting else None, self._at),
            records=read.count if read else 0,
            refused_records=read.refused if read else 0,
            refused=refused[:_MOST_TOLD],
            vanished=vanished,
            advisories=self._changed.advisories,
            vulnerabilities=len(self._changed.vulnerabilities),
        )

    def _say(self, done: int, of: int, words: str) -> None:
        self._tell(Progress(done, of, f"{self._feed.name}: {words}"))
