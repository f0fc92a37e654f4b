"""What everybody reads without signing in: what was published under TLP:CLEAR, and nothing else.

Nobody is asked here who they are, so nothing here depends on it. A revision counts whose documents
are kept in the clear, which only one that is for everybody has: what was restricted before it was
made public, and what is a draft, cannot be reached from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label
from tidegate.desks.findings.queries.errors import CursorError, FilterError
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Publication, Rendered, Revision
from tidegate.desks.publications.queries.detail import DocumentShown, documents_of
from tidegate.desks.publications.queries.differences import Difference, differences_of
from tidegate.desks.publications.queries.records import BUNDLE, FIX, record_of
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.formats_of import WORDS
from tidegate.engines.formats.advisories.record import Record

MOST_ROWS: Final = 100
"""On one page of the list."""

MOST_CHANGES: Final = 20
"""Revisions of which it is told what they changed."""
_LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class PublicRow:
    """An advisory in the public list."""

    identifier: str
    title: str
    summary: str
    cve: str
    severity: int
    """0 unknown, 1 low, 2 medium, 3 high, 4 critical."""
    package_type: str
    package: str
    published_at: datetime
    modified_at: datetime
    withdrawn_at: datetime | None
    tlp: str


@dataclass(frozen=True, slots=True)
class PublicList:
    """A page of the list, the newest first."""

    rows: tuple[PublicRow, ...]
    next: str
    """What the next page comes after; empty at the end."""
    total: int


@dataclass(frozen=True, slots=True)
class PublicRevision:
    """A revision that is out."""

    number: int
    published_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class PublicPage:
    """An advisory as everybody reads it."""

    row: PublicRow
    record: Record
    revision: int
    documents: tuple[DocumentShown, ...]
    """Of the newest revision: each format, the signed bundle, the files of fixes."""
    history: tuple[PublicRevision, ...]
    """Revisions that are public, the newest first."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision changed of the one before it."""

    number: int
    differences: tuple[Difference, ...]


def list_public(*, text: str = "", after: str = "", limit: int = 50, at: datetime) -> PublicList:
    """Return a page of what is published for everybody, what changed last first.

    Args:
        text: part of a title, of a summary or of a package's name; or a name or CVE id.
        after: the name of the advisory that the page before ended with.
        limit: rows.
        at: now.

    Raises:
        CursorError: there is no such advisory for a page to begin after.
        FilterError: the limit or the text is out of bounds.
    """
    return listed(_public(at), text=text, after=after, limit=limit)


def listed(every: QuerySet[Publication], *, text: str, after: str, limit: int) -> PublicList:
    """Return a page of some publications that are out; as `list_public`, which says the rest."""
    if not 1 <= limit <= MOST_ROWS:
        raise FilterError(f"ask for 1 to {MOST_ROWS} rows", parameter="limit")
    if len(text) > _LONGEST_TEXT or "\0" in text:
        raise FilterError(f"look for a text of at most {_LONGEST_TEXT} signs", parameter="text")
    rows = every
    if sought := text.strip():
        worded = Q(title__icontains=sought) | Q(summary__icontains=sought)
        named = Q(package__icontains=sought) | Q(cve__iexact=sought)
        rows = rows.filter(worded | named | Q(identifier=as_written(sought)))
    total = rows.count()
    if after:
        last = every.filter(identifier=as_written(after)).first()
        if last is None:
            raise CursorError("there is no such advisory to go on after; begin at the first page")
        beyond = Q(modified_at__lt=last.modified_at) | Q(
            modified_at=last.modified_at, pk__lt=last.pk
        )
        rows = rows.filter(beyond)
    found = list(rows.order_by("-modified_at", "-pk")[: limit + 1])
    shown = tuple(row_of(one) for one in found[:limit])
    return PublicList(shown, shown[-1].identifier if len(found) > limit else "", total)


def public_page(identifier: str, *, at: datetime) -> PublicPage:
    """Return an advisory as everybody reads it.

    Raises:
        NotFoundError: there is none of that name for everybody.
    """
    publication, revision = _newest(identifier, at)
    out = _out(publication).exclude(number__gt=revision.number)
    return page_of(publication, revision, out.order_by("-number"))


def page_of(publication: Publication, newest: Revision, history: Iterable[Revision]) -> PublicPage:
    """Return the page of an advisory; the revisions in its history are the newest first."""
    return PublicPage(
        row=row_of(publication),
        record=record_of(newest),
        revision=newest.number,
        documents=documents_of(newest),
        history=tuple(
            PublicRevision(one.number, one.published_at, one.words)
            for one in history
            if one.published_at is not None
        ),
    )


def public_changes(identifier: str, *, at: datetime) -> tuple[Change, ...]:
    """Return what each public revision changed of the public one before it, the newest first.

    Raises:
        NotFoundError: there is none of that name for everybody.
    """
    publication, newest = _newest(identifier, at)
    out = _out(publication).filter(number__lte=newest.number).select_related("record__key")
    revisions = list(out.order_by("number"))
    for one in revisions:
        one.publication = publication
    return changes_of([(one.number, record_of(one)) for one in revisions])


def changes_of(records: Sequence[tuple[int, Record]]) -> tuple[Change, ...]:
    """Return what each of some records, by their numbers in order, changed of the one before it.

    Only the last ones: a history goes on for ever.
    """
    pairs = list(pairwise(records))[-MOST_CHANGES:]
    return tuple(
        Change(number, differences_of(before, after))
        for (_, before), (number, after) in pairs[::-1]
    )


def public_document(identifier: str, word: str, *, at: datetime) -> tuple[bytes, str]:
    """Return a document of an advisory, to the byte as it went out, and its SHA-256 in hex.

    Args:
        identifier: of the advisory.
        word: a format, or `bundle`.
        at: now.

    Raises:
        NotFoundError: there is no such advisory for everybody, or no such document of it.
    """
    if word not in (*WORDS, BUNDLE):
        raise NotFoundError("document", word[:40])
    return _content(identifier, word, at)


def public_fix_file(identifier: str, name: str, *, at: datetime) -> tuple[bytes, str]:
    """Return a file of a fix, a diff or the receipt of its trial, and its SHA-256 in hex.

    Raises:
        NotFoundError: there is no such advisory for everybody, or no such file of it.
    """
    return _content(identifier, f"{FIX}{name}", at)


def row_of(publication: Publication) -> PublicRow:
    """Return a publication that is out as a row of a list."""
    assert publication.published_at is not None
    assert publication.modified_at is not None
    return PublicRow(
        identifier=publication.identifier,
        title=publication.title,
        summary=publication.summary,
        cve=publication.cve,
        severity=publication.severity,
        package_type=publication.package_type,
        package=publication.package,
        published_at=publication.published_at,
        modified_at=publication.modified_at,
        withdrawn_at=publication.withdrawn_at,
        tlp=publication.tlp,
    )


def _content(identifier: str, word: str, at: datetime) -> tuple[bytes, str]:
    _, revision = _newest(identifier, at)
    row = Rendered.objects.filter(revision=revision, format=word, content__isnull=False).first()
    if row is None or row.content is None:
        raise NotFoundError("document", word[:100])
    return bytes(row.content), row.sha256


def _public(at: datetime) -> QuerySet[Publication]:
    return Publication.objects.filter(
        Exists(_in_the_clear(revision__publication=OuterRef("pk"))),
        tlp=Label.CLEAR,
        published_at__lte=at,
    )


def _in_the_clear(**of: object) -> QuerySet[Rendered]:
    return Rendered.objects.filter(
        format=BUNDLE, content__isnull=False, revision__state=RevisionState.PUBLISHED, **of
    )


def _out(publication: Publication) -> QuerySet[Revision]:
    """Return the revisions of a publication that are public."""
    public = _in_the_clear(revision=OuterRef("pk"))
    return Revision.objects.filter(Exists(public), publication=publication)


def _newest(identifier: str, at: datetime) -> tuple[Publication, Revision]:
    name = as_written(identifier)
    publication = _public(at).filter(identifier=name).first()
    if publication is None:
        raise NotFoundError("advisory", name or identifier[:40])
    revision = _out(publication).select_related("record__key").order_by("number").last()
    assert revision is not None
    revision.publication = publication
    return publication, revision
