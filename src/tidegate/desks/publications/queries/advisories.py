"""What is out, as somebody who has signed in reads it: what is for everybody, and what is for them.

Whoever has not signed in reads `public`. Drafts are not here, whoever asks: what has not gone out
is no advisory yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.queries.detail import (
    newest_out,
    revisions_out,
)
from tidegate.desks.publications.queries.public import (
    Change,
    PublicList,
    PublicPage,
    changes_of,
    listed,
    page_of,
)
from tidegate.desks.publications.queries.records import BUNDLE, FIX, document_of, record_of
from tidegate.engines.formats.advisories.formats_of import WORDS
from tidegate.engines.formats.advisories.record import Record


def list_advisories(
    actor: Actor, *, text: str = "", after: str = "", limit: int = 50, at: datetime
) -> PublicList:
    """Return a page of what is out that somebody may read, what changed last first.

    It takes and raises what `public.list_public` does.
    """
    return listed(_out(actor, at), text=text, after=after, limit=limit)


def advisory_page(actor: Actor, identifier: str, *, at: datetime) -> PublicPage:
    """Return an advisory as somebody reads it: its newest revision that is out and for them.

    Raises:
        NotFoundError: there is none of that name that is out, or not for them.
    """
    publication, revisions = _revisions(actor, identifier, at)
    return page_of(publication, revisions[0], revisions)


def records_of(actor: Actor, identifiers: Collection[str], *, at: datetime) -> Mapping[str, Record]:
    """Return the record of each of some advisories as somebody reads it, by their names.

    What is not out, or not for them, is left out.
    """
    newest = newest_out(actor, identifiers, at=at)
    return {one.publication.identifier: record_of(one) for one in newest}


def advisory_changes(actor: Actor, identifier: str, *, at: datetime) -> tuple[Change, ...]:
    """Return what each revision that they read changed of the one before it, the newest first.

    Raises:
        NotFoundError: there is none of that name that is out, or not for them.
    """
    _, revisions = _revisions(actor, identifier, at)
    return changes_of([(one.number, record_of(one)) for one in reversed(revisions)])


def advisory_document(
    actor: Actor, identifier: str, word: str, *, at: datetime
) -> tuple[bytes, str]:
    """Return a document of an advisory, to the byte as it went out, and its SHA-256 in hex.

    Args:
        actor: who asks.
        identifier: of the advisory.
        word: a format, `bundle`, or `fix/` and a file's name.
        at: now.

    Raises:
        NotFoundError: there is no such advisory that is out, or not for them, or no such document.
    """
    _, revisions = _revisions(actor, identifier, at)
    known = word in (*WORDS, BUNDLE) or word.startswith(FIX)
    row = revisions[0].documents.filter(format=word).first() if known else None
    content = document_of(revisions[0], word) if row else None
    if row is None or content is None:
        raise NotFoundError("document", word[:100])
    return content, row.sha256


def _out(actor: Actor, at: datetime) -> QuerySet[Publication]:
    return narrowed(actor, Publication.objects.filter(published_at__lte=at), Act.READ, at=at)


def _revisions(
    actor: Actor, identifier: str, at: datetime
) -> tuple[Publication, tuple[Revision, ...]]:
    """Return the revisions that are out and for them, the newest first; there is at least one."""
    name = as_written(identifier)
    rows = _out(actor, at).select_related("case", "coordination__case")
    publication = rows.filter(identifier=name).first()
    found = tuple(revisions_out(actor, publication, at=at)) if publication else ()
    if publication is None or not found:
        raise NotFoundError("advisory", name or identifier[:40])
    return publication, found
