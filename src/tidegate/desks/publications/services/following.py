"""What becomes of a publication when its case becomes part of another, or findings leave it.

What a draft was made of has changed then: whatever was handed in or approved is a draft again, and
somebody takes over what is known now. What is out stays as it is, under its name for good.
"""

from __future__ import annotations

from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.models import Coordination
from tidegate.desks.findings.models import Case
from tidegate.desks.publications.models import CveId, Fix, Publication, Revision
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services.holding import (
    Held,
    at_work,
    fall,
    moved,
    rewrite,
)
from tidegate.desks.publications.services.recording import record
from tidegate.desks.publications.states.revisions import RevisionEvent, RevisionState


def merged(case: Case, into: Case, *, at: datetime, actor: Actor) -> None:
    """Let the publication of a case go on as that of the case which it became part of.

    Where that one has a publication itself, a draft of this one is dropped. What both have out
    stays under both names; a person withdraws one of them.
    """
    _move_cve_id(case, into)
    _move_fixes(case, into)
    publication = _locked(case)
    there = _locked(into)
    if there is not None:
        _back_to_draft(there, f"{case.key} became part of its case", actor, at)
    if publication is None:
        return
    if there is None:
        _move(publication, into, at)
        why = f"{case.key} became part of {into.key}"
        _back_to_draft(publication, why, actor, at)
        record("publication-moved", publication, at=at, actor=actor, other=case.key)
    elif (revision := at_work(publication)) is not None:
        revision.state = moved(Held(publication, revision), RevisionEvent.DROP)
        revision.held_because = ""
        revision.save(update_fields=["state", "held_because"])
        fall(revision, at)
        record(
            "publication-dropped",
            publication,
            at=at,
            actor=actor,
            revision=revision.number,
            reason=f"its case became part of {into.key}, which has {there.identifier}",
        )


def parted(case: Case, parted_from_it: Case, *, at: datetime, actor: Actor) -> None:
    """Make whatever was handed in of either case a draft again: their findings are others now."""
    for one in (case, parted_from_it):
        publication = _locked(one)
        if publication is not None:
            _back_to_draft(publication, f"findings of {one.key} are others now", actor, at)


def _locked(case: Case) -> Publication | None:
    rows = Publication.objects.select_for_update(of=("self",)).select_related(
        "case", "coordination__case"
    )
    return rows.filter(case=case).first()


def _move(publication: Publication, into: Case, at: datetime) -> None:
    """Put a publication under another case, and seal all of it with that one's key."""
    coordination = Coordination.objects.select_related("case").filter(case=into).first()
    publication.case = into
    if coordination is not None:
        publication.coordination = coordination
    publication.save(update_fields=["case", "coordination"])
    rows = Revision.objects.filter(publication=publication).select_related("record__key")
    for revision in rows:
        revision.publication = publication
        digest = revision.digest
        rewrite(revision, record_of(revision), revision.audience, at=at)
        assert revision.digest == digest  # what is published is what was approved


def _back_to_draft(publication: Publication, why: str, actor: Actor, at: datetime) -> None:
    revision = at_work(publication)
    if revision is None or revision.state == RevisionState.DRAFT:
        return
    revision.state = moved(Held(publication, revision), RevisionEvent.EDIT)
    revision.held_because, revision.returned_because = "", f"{why}; take over what is known now"
    revision.submitted_by, revision.submitted_at = None, None
    revision.edits += 1
    revision.save()
    fall(revision, at)
    record(
        "publication-given-back",
        publication,
        at=at,
        actor=actor,
        revision=revision.number,
        reason=revision.returned_because,
    )


def _move_cve_id(case: Case, into: Case) -> None:
    """Let the case that goes on have the identifier, unless it has one already."""
    if not CveId.objects.filter(case=into).exclude(state=CveId.State.REJECTED).exists():
        CveId.objects.filter(case=into).update(case=None)
        CveId.objects.filter(case=case).update(case=into)


def _move_fixes(case: Case, into: Case) -> None:
    """Let the fixes go with the case: what is offered mends the one bug that it is now."""
    coordination = Coordination.objects.filter(case=into).first()
    if coordination is not None:
        Fix.objects.filter(case=case).update(case=into, coordination=coordination)
