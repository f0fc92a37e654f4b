"""One publication, as far as somebody may know it: its revisions, and who stands behind each.

What is out is read by whom it is for. Drafts, and who wrote and approved what, are read by
coordinators, and by the parties of the case once they are shown to them. Of older revisions
somebody reads those that were for them: what was restricted once may say more than what is public.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may
from tidegate.desks.access.words import Act
from tidegate.desks.findings.queries.errors import NotHereError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Distribution, Publication, Revision
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
            _shown(actor, one, inside=inside, coordinates=coordinates) for one in revisions
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
    organisations = Organisation.objects.filter(pk__in=actor.organisations)
    own = set(organisations.values_list("key", flat=True))
    return [one for one in found if not one.audience or own & set(one.audience)]


def _shown(actor: Actor, revision: Revision, *, inside: bool, coordinates: bool) -> RevisionShown:
    promise = Distribution.objects.filter(revision=revision).first()

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
        returned_because=revision.returned_because if inside else "",
        publish_at=revision.publish_at if inside else None,
        held_because=revision.held_because if inside else "",
        published_at=revision.published_at,
        audience=tuple(revision.audience) if coordinates else (),
        approvals=_approvals(actor, revision) if inside else (),
        documents=documents_of(revision),
        distributed_at=promise.done_at if promise else None,
        waits_because=promise.reason if promise and coordinates and not promise.done_at else "",
    )


def documents_of(revision: Revision) -> tuple[DocumentShown, ...]:
    """Return which documents a published revision became."""
    rows = revision.documents.order_by("format").values_list("format", "sha256", "size")
    return tuple(DocumentShown(word, sha256, size) for word, sha256, size in rows)


def _approvals(actor: Actor, revision: Revision) -> tuple[ApprovalShown, ...]:
    return tuple(
        ApprovalShown(
            one.person.name, one.at, one.words, one.person_id == actor.person, one.fallen_at is None
        )
        for one in revision.approvals.select_related("person").order_by("pk")
    )


def _possible(actor: Actor, revisions: Sequence[Revision]) -> frozenset[str]:
    newest = revisions[0] if revisions else None
    if newest is None:
        return frozenset({"begin"})
    if newest.state == RevisionState.PUBLISHED:
        return frozenset({"revise"} if newest.withdraws else {"revise", "withdraw"})
    words = {str(event) for (state, event) in REVISIONS if state == newest.state} - {"publish"}
    own = actor.person is None or actor.person in (newest.edited_by_id, newest.submitted_by_id)
    return frozenset(words - {"approve"} if own else words)
