"""One publication, as far as somebody may know it: its revisions, and who stands behind each.

What is out is read by whom it is for. Drafts, and who wrote and approved what, are read by
coordinators, and by the parties of the case once they are shown to them. Of older revisions
somebody reads those that were for them: what was restricted once may say more than what is public.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.findings.queries.errors import NotHereError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import (
    Distribution,
    Publication,
    Rendered,
    Revision,
    RevisionApproval,
)
from tidegate.desks.publications.queries.authors import authors_of
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.states.revisions import REVISIONS, RevisionState
from tidegate.engines.formats.advisories.record import Record


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    """Somebody's word that a revision may go out."""

    by: str
    at: datetime
    words: str
    own: bool
    stands: bool


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """A document of a published revision."""

    word: str
    """`osv`, `csaf20` and so on; `bundle`; or `fix/` and a file's name."""
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RevisionShown:
    """One state of the record."""

    number: int
    state: str
    words: str
    withdraws: bool
    digest: str
    """What is approved; empty for those who do not read drafts, as are all names below."""
    edits: int
    made_by: str
    made_at: datetime
    edited_by: str
    edited_at: datetime | None
    submitted_by: str
    submitted_at: datetime | None
    authors: tuple[str, ...]
    """Who has written, addressed or timed it, or handed it in: none of them approves it."""
    returned_because: str
    publish_at: datetime | None
    held_because: str
    """Why its time has come and it did not go out."""
    published_at: datetime | None
    audience: tuple[str, ...]
    """Keys of the organisations that it is for; for coordinators alone."""
    approvals: tuple[ApprovalShown, ...]
    documents: tuple[DocumentShown, ...]
    distributed_at: datetime | None
    waits_because: str
    """Why it is not in the update repository yet; for coordinators alone."""


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """A publication, as far as somebody may know it."""

    identifier: str
    case: str
    """Key of the case; empty for those who only read what is out."""
    tlp: str
    """Of what is out; of the draft, where nothing is."""
    title: str
    began_by: str
    began_at: datetime | None
    shared_at: datetime | None
    published_at: datetime | None
    modified_at: datetime | None
    withdrawn_at: datetime | None
    cve: str
    revisions: tuple[RevisionShown, ...]
    """The newest first."""
    reads_drafts: bool
    coordinates: bool
    possible: frozenset[str]
    """What who asks may do with it now, for buttons: events of `states.revisions`, and `begin`."""


def publication_page(actor: Actor, identifier: str, *, at: datetime) -> PublicationPage:
    """Return a publication as far as `actor` may know it.

    Raises:
        NotFoundError: there is none of that name, or not for them.
    """
    publication = readable(actor, identifier, at=at)
    inside = may(actor, Act.EXAMINE, publication, at=at)
    coordinates = may(actor, Act.COORDINATE, publication, at=at)
    revisions = _revisions(actor, publication, inside=inside)
    newest = revisions[0] if revisions else None
    beside = _beside(actor, revisions, inside=inside)
    draft = record_of(newest) if inside and newest and not publication.published_at else None
    return PublicationPage(
        identifier=publication.identifier,
        case=publication.case.key if inside else "",
        tlp=draft.label if draft else publication.tlp,
        title=draft.title if draft else publication.title,
        began_by=publication.began_by if inside else "",
        began_at=publication.began_at if inside else None,
        shared_at=publication.shared_at if inside else None,
        published_at=publication.published_at,
        modified_at=publication.modified_at,
        withdrawn_at=publication.withdrawn_at,
        cve=draft.cve if draft else publication.cve,
        revisions=tuple(
            _shown(one, beside, inside=inside, coordinates=coordinates) for one in revisions
        ),
        reads_drafts=inside,
        coordinates=coordinates,
        possible=_possible(actor, revisions) if coordinates else frozenset(),
    )


def revision_of(
    actor: Actor, identifier: str, number: int | None = None, *, at: datetime
) -> Revision:
    """Return a revision that `actor` may read; without a number, the newest of those.

    Raises:
        NotFoundError: there is no such publication, or not for them.
        NotHereError: it has no such revision, or not for them.
    """
    publication = readable(actor, identifier, at=at)
    inside = may(actor, Act.EXAMINE, publication, at=at)
    for one in _revisions(actor, publication, inside=inside):
        if number in (None, one.number):
            return one
    which = "revision" if number is None else f"revision {number}"
    raise NotHereError(f"{publication.identifier} has no {which}, or not for you")


def revision_record(
    actor: Actor, identifier: str, number: int | None = None, *, at: datetime
) -> Record:
    """Return the record of a revision that `actor` may read; it raises what `revision_of` does."""
    return record_of(revision_of(actor, identifier, number, at=at))


def revisions_out(actor: Actor, publication: Publication, *, at: datetime) -> list[Revision]:
    """Return the revisions of a publication that are out and for somebody, the newest first."""
    inside = may(actor, Act.EXAMINE, publication, at=at)
    found = _revisions(actor, publication, inside=inside)
    return [one for one in found if one.state == RevisionState.PUBLISHED]


def newest_out(actor: Actor, identifiers: Collection[str], *, at: datetime) -> Iterator[Revision]:
    """Yield of each of some publications the newest revision that is out and for somebody."""
    named = Publication.objects.filter(identifier__in=identifiers)
    inside = set(narrowed(actor, named, Act.EXAMINE, at=at).values_list("pk", flat=True))
    own, newest = _keys_of(actor), dict[int, int]()
    rows = Revision.objects.filter(
        publication__in=narrowed(actor, named, at=at), state=RevisionState.PUBLISHED
    ).order_by("number")
    for pk, publication, audience in rows.values_list("pk", "publication", "audience"):
        if publication in inside or _is_for(audience, own):
            newest[publication] = pk
    found = Revision.objects.filter(pk__in=newest.values())
    yield from found.select_related("publication", "record__key")


def readable(actor: Actor, identifier: str, *, at: datetime) -> Publication:
    """Return a publication that `actor` may read something of.

    Raises:
        NotFoundError: there is none of that name, or not for them.
    """
    rows = Publication.objects.select_related("case", "coordination__case")
    return find(actor, rows, at=at, identifier=as_written(identifier))


def _revisions(actor: Actor, publication: Publication, *, inside: bool) -> list[Revision]:
    """Return the revisions that somebody may read, the newest first; none that was dropped."""
    rows = publication.revisions.exclude(state=RevisionState.DROPPED)
    if not inside:
        rows = rows.filter(state=RevisionState.PUBLISHED)
    rows = rows.select_related("made_by", "edited_by", "submitted_by", "record__key")
    found = list(rows.order_by("-number"))
    for one in found:
        one.publication = publication
    if inside:
        return found
    own = _keys_of(actor)
    return [one for one in found if _is_for(one.audience, own)]


def _keys_of(actor: Actor) -> set[str]:
    organisations = Organisation.objects.filter(pk__in=actor.organisations)
    return set(organisations.values_list("key", flat=True))


def _is_for(audience: Sequence[str], own: set[str]) -> bool:
    """Say whether a revision that is out is for somebody of these organisations."""
    return not audience or not own.isdisjoint(audience)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside some revisions, by their ids."""

    promises: Mapping[int, Distribution]
    approvals: Mapping[int, Sequence[ApprovalShown]]
    documents: Mapping[int, Sequence[DocumentShown]]


def _beside(actor: Actor, revisions: Sequence[Revision], *, inside: bool) -> _Beside:
    promises = Distribution.objects.filter(revision__in=revisions)
    approvals: defaultdict[int, list[ApprovalShown]] = defaultdict(list)
    if inside:
        given = RevisionApproval.objects.filter(revision__in=revisions).select_related("person")
        for one in given.order_by("pk"):
            own, stands = one.person_id == actor.person, one.fallen_at is None
            shown = ApprovalShown(one.person.name, one.at, one.words, own, stands)
            approvals[one.revision_id].append(shown)
    return _Beside({one.revision_id: one for one in promises}, approvals, _documents_of(revisions))


def _shown(
    revision: Revision, beside: _Beside, *, inside: bool, coordinates: bool
) -> RevisionShown:
    promise = beside.promises.get(revision.pk)

    def named(who: object) -> str:
        return str(getattr(who, "name", "")) if inside else ""

    return RevisionShown(
        number=revision.number,
        state=revision.state,
        words=revision.words,
        withdraws=revision.withdraws,
        digest=revision.digest if inside else "",
        edits=revision.edits,
        made_by=named(revision.made_by),
        made_at=revision.made_at,
        edited_by=named(revision.edited_by),
        edited_at=revision.edited_at if inside else None,
        submitted_by=named(revision.submitted_by),
        submitted_at=revision.submitted_at if inside else None,
        authors=tuple(one.name for one in authors_of(revision)) if inside else (),
        returned_because=revision.returned_because if inside else "",
        publish_at=revision.publish_at if inside else None,
        held_because=revision.held_because if inside else "",
        published_at=revision.published_at,
        audience=tuple(revision.audience) if coordinates else (),
        approvals=tuple(beside.approvals.get(revision.pk, ())),
        documents=tuple(beside.documents.get(revision.pk, ())),
        # Of one that a newer one has overtaken nothing was written, and so it has no place there.
        distributed_at=promise.done_at if promise and promise.sequence is not None else None,
        waits_because=promise.reason if promise and coordinates and not promise.done_at else "",
    )


def documents_of(revision: Revision) -> tuple[DocumentShown, ...]:
    """Return which documents a published revision became."""
    return tuple(_documents_of([revision]).get(revision.pk, ()))


def _documents_of(revisions: Sequence[Revision]) -> Mapping[int, Sequence[DocumentShown]]:
    found: defaultdict[int, list[DocumentShown]] = defaultdict(list)
    rows = Rendered.objects.filter(revision__in=revisions).order_by("format")
    for pk, word, sha256, size in rows.values_list("revision", "format", "sha256", "size"):
        found[pk].append(DocumentShown(word, sha256, size))
    return found


def _possible(actor: Actor, revisions: Sequence[Revision]) -> frozenset[str]:
    newest = revisions[0] if revisions else None
    if newest is None:
        return frozenset({"begin"})
    if newest.state == RevisionState.PUBLISHED:
        return frozenset({"revise"} if newest.withdraws else {"revise", "withdraw"})
    words = {str(event) for (state, event) in REVISIONS if state == newest.state} - {"publish"}
    own = actor.person is None or actor.person in {one.pk for one in authors_of(newest)}
    return frozenset(words - {"approve"} if own else words)
