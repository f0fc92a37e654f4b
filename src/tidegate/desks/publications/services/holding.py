"""A publication that is locked, and the one revision of it that is worked on.

Every service of drafts takes it up here, and moves it by the table of `states.revisions` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.words import Act
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.queries.records import purpose_of, record_of
from tidegate.desks.publications.states.drafts import digest_of
from tidegate.desks.publications.states.revisions import (
    AT_WORK,
    REVISIONS,
    RevisionEvent,
    RevisionState,
)
from tidegate.engines.formats.advisories.record import Record, RecordError, record_data


@dataclass(frozen=True, slots=True)
class Held:
    """A publication with its revision at work, both locked until the transaction ends."""

    publication: Publication
    revision: Revision

    @property
    def name(self) -> str:
        """What it is called in refusals: `revision 2 of TG-2026-k7m2x9qd`."""
        return f"revision {self.revision.number} of {self.publication.identifier}"


def hold_publication(
    actor: Actor, identifier: str, act: Act = Act.COORDINATE, *, at: datetime
) -> Publication:
    """Find a publication that `actor` may do `act` with, and lock it.

    Raises:
        NotFoundError: there is none of that name, or not for them.
    """
    rows = Publication.objects.select_for_update(of=("self",)).select_related(
        "case", "coordination__case"
    )
    return find(actor, rows, act, at=at, identifier=as_written(identifier))


def hold(actor: Actor, identifier: str, act: Act = Act.COORDINATE, *, at: datetime) -> Held:
    """Find the revision of a publication that is worked on, and lock both.

    Raises:
        NotFoundError: there is no such publication, or not for them.
        NotPossibleError: no revision of it is worked on.
    """
    publication = hold_publication(actor, identifier, act, at=at)
    revision = at_work(publication)
    if revision is None:
        raise NotPossibleError(
            f"no revision of {publication.identifier} is worked on; begin one"
            f" (`tidegate publication revise {publication.identifier} --words ...`)"
        )
    return Held(publication, revision)


def at_work(publication: Publication) -> Revision | None:
    """Return the revision that is worked on, locked; None if there is none."""
    rows = Revision.objects.select_for_update(of=("self",)).select_related("record__key")
    revision = rows.filter(publication=publication, state__in=AT_WORK).first()
    if revision is not None:
        revision.publication = publication
    return revision


def moved(held: Held, event: RevisionEvent) -> RevisionState:
    """Return the state that an event leads to.

    Raises:
        NotPossibleError: in its state that cannot be.
    """
    state = RevisionState(held.revision.state)
    after = REVISIONS.get((state, event))
    if after is None:
        possible = ", ".join(one for (there, one), _ in REVISIONS.items() if there is state)
        raise NotPossibleError(
            f"{held.name} is {state}, and {event} is not possible then; possible is"
            f" {possible or 'nothing any more'}"
        )
    return after


def last_published(publication: Publication) -> Revision | None:
    """Return the newest revision that is out; None if none is."""
    rows = Revision.objects.filter(publication=publication, state=RevisionState.PUBLISHED)
    revision = rows.select_related("record__key").order_by("number").last()
    if revision is not None:
        revision.publication = publication
    return revision


def keep_record(
    revision: Revision, record: Record, audience: Iterable[str], *, at: datetime
) -> None:
    """Seal a record as a revision's, and set the digest of what is approved; the row is not saved.

    What was sealed before is removed once the row points at the new one: call `forget` with it.

    Raises:
        NotPossibleError: it holds what cannot be written as text.
    """
    publication = revision.publication
    revision.audience = sorted(set(audience))
    try:
        revision.digest = digest_of(record, revision.audience, revision.publish_at)
    except RecordError as error:
        raise NotPossibleError(
            f"revision {revision.number} of {publication.identifier} cannot be kept: {error}"
        ) from error
    content = json.dumps(record_data(record), separators=(",", ":"), ensure_ascii=False).encode()
    revision.record = seal(publication.coordination, purpose_of(revision), content, at)


def rewrite(revision: Revision, record: Record, audience: Iterable[str], *, at: datetime) -> None:
    """Replace a revision's record, and save the revision; what was sealed before is gone."""
    before = revision.record
    keep_record(revision, record, audience, at=at)
    revision.save()
    before.delete()


def name_author(revision: Revision, actor: Actor, *, at: datetime) -> None:
    """Keep that somebody has worked on a revision, which is saved: they do not approve it."""
    if actor.person is not None:
        revision.authors.get_or_create(person_id=actor.person, defaults={"since": at})


def redigest(revision: Revision) -> None:
    """Set the digest anew after the revision's time was changed; the row is not saved."""
    revision.digest = digest_of(record_of(revision), revision.audience, revision.publish_at)


def fall(revision: Revision, at: datetime) -> int:
    """Let every approval of a revision fall; return how many stood."""
    return revision.approvals.filter(fallen_at=None).update(fallen_at=at)
