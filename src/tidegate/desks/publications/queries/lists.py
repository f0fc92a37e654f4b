"""Publications as a list: drafts, those that wait for somebody, those that are out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Prefetch, Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written as key_as_written
from tidegate.desks.access.words import Act
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.states.revisions import AT_WORK, RevisionState

MOST: Final = 500
"""Rows that are returned."""

STATES: Final = ("draft", "submitted", "approved", "held", "published", "withdrawn")
"""What a list can be narrowed to; `held` is approved, and something keeps it."""


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A publication in a list."""

    identifier: str
    case: str
    """Key of the case; empty for those who only read what is out."""
    title: str
    """Of what is out; the case's, for those who read drafts."""
    package: str
    tlp: str
    cve: str
    severity: int
    state: str
    """Of the revision that is worked on, for those who read drafts; else `published`, `withdrawn`.
    """
    revision: int
    """Of that revision, or of the newest that is out."""
    publish_at: datetime | None
    held_because: str
    published_at: datetime | None
    modified_at: datetime | None


def list_publications(
    actor: Actor, *, state: str = "", case: str = "", text: str = "", at: datetime
) -> tuple[PublicationRow, ...]:
    """Return the publications that `actor` may know of: those that are worked on first.

    Args:
        actor: who asks.
        state: one of `STATES`; empty for all.
        case: key of the case; of interest to those who read drafts.
        text: part of the title, of the package, of the CVE id or of the name.
        at: now.

    Raises:
        FilterError: there is no such state.
    """
    if state and state not in STATES:
        raise FilterError(
            f"the state {state[:40]!r} is not known; known are {', '.join(STATES)}",
            parameter="state",
        )
    rows = narrowed(actor, Publication.objects.all(), Act.SEE, at=at)
    inside = narrowed(actor, Publication.objects.all(), Act.EXAMINE, at=at)
    if case:
        rows = rows.filter(case__key=key_as_written(case), pk__in=inside.values("pk"))
    if text:
        titled = Q(title__icontains=text) | Q(package__icontains=text)
        named = Q(cve__iexact=text) | Q(identifier__icontains=text)
        rows = rows.filter(
            titled | named | Q(pk__in=inside.filter(case__title__icontains=text).values("pk"))
        )
    # What is worked on is listed whole; of the rest only so many, so it is narrowed before.
    if state == "withdrawn":
        rows = rows.filter(withdrawn_at__isnull=False)
    elif state == "published":
        rows = rows.filter(published_at__isnull=False, withdrawn_at=None)
    drafts = set(inside.filter(revisions__state__in=AT_WORK).values_list("pk", flat=True))
    revisions = Revision.objects.exclude(state=RevisionState.DROPPED).order_by("number")
    found = rows.select_related("case").prefetch_related(Prefetch("revisions", revisions))
    found = found.order_by("-modified_at", "-pk")
    newest = [*found.filter(pk__in=drafts), *found.exclude(pk__in=drafts)[:MOST]]
    known = set(inside.filter(pk__in=[one.pk for one in newest]).values_list("pk", flat=True))
    shown = [_row(one, reads_drafts=one.pk in known) for one in newest]
    return tuple(one for one in shown if not state or _is(one, state))[:MOST]


def _is(row: PublicationRow, state: str) -> bool:
    if state == "held":
        return bool(row.held_because)
    return row.state == state


def _row(publication: Publication, *, reads_drafts: bool) -> PublicationRow:
    out = "withdrawn" if publication.withdrawn_at else "published"
    revisions = [
        one
        for one in publication.revisions.all()
        if reads_drafts or one.state == RevisionState.PUBLISHED
    ]
    newest = revisions[-1] if revisions else None
    at_work = newest is not None and newest.state != RevisionState.PUBLISHED
    state = newest.state if newest is not None and at_work else out
    return PublicationRow(
        identifier=publication.identifier,
        case=publication.case.key if reads_drafts else "",
        title=publication.title or (publication.case.title if reads_drafts else ""),
        package=publication.package or (publication.case.package if reads_drafts else ""),
        tlp=publication.tlp,
        cve=publication.cve,
        severity=publication.severity,
        state=state if publication.published_at or at_work else "dropped",
        revision=newest.number if newest else 0,
        publish_at=newest.publish_at if newest and at_work else None,
        held_because=newest.held_because if newest and at_work else "",
        published_at=publication.published_at,
        modified_at=publication.modified_at,
    )
