"""Writing what is published of a case: begun from what the desks know, edited, revised, withdrawn.

What decides by itself what a publication is, no edit changes: its identifier, its history, who
publishes it, and whether it is a withdrawal. Two who edit at once see each other by the count of
edits. Whatever is changed after it was handed in makes it a draft again, and every approval falls.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written as key_as_written
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.services.texts import needed, reasoned, worded
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.queries.composing import FROM_DESKS, composed, taken_over
from tidegate.desks.publications.queries.history import history_for
from tidegate.desks.publications.queries.known import known_of
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services.holding import (
    Held,
    at_work,
    fall,
    hold,
    hold_publication,
    keep_record,
    last_published,
    moved,
    name_author,
    rewrite,
)
from tidegate.desks.publications.services.recording import record, record_revision
from tidegate.desks.publications.states.drafts import draft_of, noted
from tidegate.desks.publications.states.labels import FREE
from tidegate.desks.publications.states.limits import limit_fault_of
from tidegate.desks.publications.states.revisions import RevisionEvent
from tidegate.engines.formats.advisories.record import Record, RecordError, RevisionNote
from tidegate.instance.publisher import publisher

_FIRST: Final = "First publication."
_MOST_ORGANISATIONS: Final = 500


def begin(actor: Actor, case_key: str, *, at: datetime) -> Publication:
    """Begin the publication of a case: its first revision is made of what the desks know.

    Args:
        actor: a coordinator.
        case_key: of a case that is coordinated.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is not coordinated, became part of another, or has a publication.
    """
    with transaction.atomic():
        cases = Case.objects.select_for_update(of=("self",)).select_related("merged_into")
        case = find(actor, cases, Act.COORDINATE, at=at, key=key_as_written(case_key))
        if case.merged_into is not None:
            raise NotPossibleError(
                f"{case.key} became part of {case.merged_into.key}; publish that"
            )
        row = Coordination.objects.select_related("case").filter(case=case).first()
        if row is None:
            raise NotPossibleError(
                f"{case.key} is not coordinated yet; open its coordination first (`tidegate"
                f" coordinate {case.key}`)"
            )
        publication = Publication.objects.filter(case=case).first()
        if publication is None:
            publication = Publication.objects.create(
                case=case, coordination=row, began_by=actor.name, began_at=at
            )
        elif publication.revisions.exclude(state="dropped").exists():
            raise NotPossibleError(
                f"{case.key} has a publication already, {publication.identifier}; go on with it"
            )
        anew = composed(
            known_of(row), identifier=publication.identifier, publisher=publisher(), at=at
        )
        _add(publication, anew, (), _FIRST, actor, at)
        record("publication-begun", publication, at=at, actor=actor)
        return publication


def edit(
    actor: Actor,
    identifier: str,
    record_data: Mapping[str, Any],
    *,
    edits: int,
    words: str | None = None,
    at: datetime,
) -> Revision:
    """Replace the record of the revision that is worked on.

    Args:
        actor: a coordinator.
        identifier: of the publication.
        record_data: the whole record as JSON data. Identifier, publisher, history and
            withdrawal of it are passed over; another label is refused.
        edits: the count of edits that they have read; another one means that somebody was first.
        words: what changes with this revision, for its history; as before, if left out.
        at: now.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: it was edited meanwhile, no revision is worked on, or it is no record.
    """
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        try:
            said = draft_of(dict(record_data))
        except RecordError as error:
            raise NotPossibleError(f"{held.name} cannot be kept like this: {error}") from error
        if said.label != (label := record_of(held.revision).label):
            raise NotPossibleError(
                f"{held.name} goes out under {label}, and an edit does not change that; set label"
                f" and audience together (`tidegate publication audience {identifier}`)"
            )
        _change(held, said, held.revision.audience, actor, edits=edits, words=words, at=at)
        record_revision("publication-edited", held, actor, at, digest=held.revision.digest)
        return held.revision


def recompose(
    actor: Actor,
    identifier: str,
    *,
    edits: int,
    parts: Collection[str] = FROM_DESKS,
    at: datetime,
) -> Revision:
    """Take over what the desks know now, in the parts that are named; texts stay as they are.

    What it would change is shown by `queries.differences.since_composed`.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: it was edited meanwhile, no revision is worked on, or there is no such
            part.
    """
    if unknown := sorted(set(parts) - set(FROM_DESKS)):
        raise NotPossibleError(
            f"{unknown[0]!r:.40} is no part that the desks know; name some of"
            f" {', '.join(FROM_DESKS)}"
        )
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        anew = composed(
            known_of(held.publication.coordination),
            identifier=held.publication.identifier,
            publisher=publisher(),
            at=at,
        )
        said = taken_over(record_of(held.revision), anew, [p for p in FROM_DESKS if p in parts])
        _change(held, said, held.revision.audience, actor, edits=edits, words=None, at=at)
        record_revision("publication-recomposed", held, actor, at, digest=held.revision.digest)
        return held.revision


def address(
    actor: Actor,
    identifier: str,
    tlp: str,
    organisations: Collection[str] = (),
    *,
    edits: int,
    at: datetime,
) -> Revision:
    """Say whom the revision that is worked on goes to, once it goes out.

    Args:
        actor: a coordinator.
        identifier: of the publication.
        tlp: its label: TLP:CLEAR and TLP:GREEN are for everybody, the others for those named.
        organisations: keys of the organisations that may have it, under the other labels.
        edits: the count of edits that they have read.
        at: now.

    Raises:
        NotFoundError: there is no such publication or organisation, or not for them.
        NotPossibleError: there is no such label, nobody is named or somebody is who must not be,
            what is for everybody would be taken back, or it was edited meanwhile.
    """
    if tlp not in tuple(Label):
        raise NotPossibleError(f"{tlp[:40]!r} is no label; say one of {', '.join(Label)}")
    keys = sorted({key_as_written(one) for one in organisations})
    if tlp in FREE and keys:
        raise NotPossibleError(f"{tlp} is for everybody; name nobody, or label it stricter")
    if tlp not in FREE and not keys:
        raise NotPossibleError(f"under {tlp} it goes to named organisations; name at least one")
    if len(keys) > _MOST_ORGANISATIONS:
        raise NotPossibleError(f"at most {_MOST_ORGANISATIONS} organisations can be named")
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        for key in keys:
            find(actor, Organisation.objects.filter(suspended_at=None), Act.SEE, at=at, key=key)
        out = last_published(held.publication)
        if out is not None and _is_narrower(tlp, held.publication.tlp):
            raise NotPossibleError(
                f"{held.publication.identifier} is out under {held.publication.tlp}, and nobody can"
                " take that back; withdraw it if it should not stand"
            )
        said = replace(record_of(held.revision), label=tlp)
        _change(held, said, keys, actor, edits=edits, words=None, at=at, label=tlp)
        record_revision(
            "publication-addressed", held, actor, at, tlp=tlp, to=keys, digest=held.revision.digest
        )
        return held.revision


def revise(actor: Actor, identifier: str, *, words: str, at: datetime) -> Revision:
    """Begin the next revision of what is published, from the one that is out.

    Args:
        actor: a coordinator.
        identifier: of the publication.
        words: what changes with it, for its history.
        at: now.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: nothing is published yet, or a revision is worked on already.
    """
    said = needed(words, "what changes")
    with transaction.atomic():
        publication, out = _published(actor, identifier, at)
        before = replace(record_of(out), withdrawn_at=None, withdrawn_because="")
        revision = _next(publication, out, before, said, actor, at)
        record("publication-revised", publication, at=at, actor=actor, revision=revision.number)
        return revision


def withdraw(actor: Actor, identifier: str, *, reason: str, at: datetime) -> Revision:
    """Begin the revision by which a publication is withdrawn; it goes the way of every other one.

    Args:
        actor: a coordinator.
        identifier: of the publication.
        reason: why, for everybody who reads it.
        at: now.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: nothing is published yet, it is withdrawn already, or a revision is worked
            on.
    """
    why = reasoned(reason)
    with transaction.atomic():
        publication, out = _published(actor, identifier, at)
        if out.withdraws:
            raise NotPossibleError(f"{publication.identifier} is withdrawn already")
        said = replace(record_of(out), withdrawn_at=_second(at), withdrawn_because=why)
        words = f"Withdrawn: {why}"
        revision = _next(publication, out, said, words, actor, at, withdraws=True)
        record(
            "publication-withdrawal-begun",
            publication,
            at=at,
            actor=actor,
            revision=revision.number,
            reason=why,
        )
        return revision


def _is_narrower(tlp: str, than: str) -> bool:
    """Say whether a label takes back what another one, which is out, has let everybody read."""
    if than == Label.CLEAR:
        return tlp != Label.CLEAR
    return than in FREE and tlp not in FREE


def _published(actor: Actor, identifier: str, at: datetime) -> tuple[Publication, Revision]:
    publication = hold_publication(actor, identifier, at=at)
    out = last_published(publication)
    if out is None:
        raise NotPossibleError(f"nothing of {publication.identifier} is published yet; edit it")
    if (working := at_work(publication)) is not None:
        raise NotPossibleError(
            f"revision {working.number} of {publication.identifier} is worked on; go on with it, or"
            " drop it first"
        )
    return publication, out


def _next(
    publication: Publication,
    out: Revision,
    said: Record,
    words: str,
    actor: Actor,
    at: datetime,
    *,
    withdraws: bool = False,
) -> Revision:
    """Add the revision after the one that is out."""
    notes = noted(said.revisions, said.revision + 1, words, at)
    made = replace(said, revisions=notes)
    return _add(publication, made, out.audience, words, actor, at, withdraws=withdraws)


def _add(
    publication: Publication,
    said: Record,
    audience: Collection[str],
    words: str,
    actor: Actor,
    at: datetime,
    *,
    withdraws: bool = False,
) -> Revision:
    # It goes on counting: what was read of an earlier revision must not fit this one.
    before = publication.revisions.aggregate(most=Max("edits"))["most"]
    revision = Revision(
        publication=publication,
        number=said.revision,
        edits=0 if before is None else before + 1,
        words=words,
        withdraws=withdraws,
        made_by_id=actor.person,
        made_at=at,
        edited_by_id=actor.person,
        edited_at=at,
    )
    keep_record(revision, said, audience, at=at)
    revision.save()
    name_author(revision, actor, at=at)
    return revision


def _change(
    held: Held,
    said: Record,
    audience: Collection[str],
    actor: Actor,
    *,
    edits: int,
    words: str | None,
    at: datetime,
    label: str | None = None,
) -> None:
    """Keep another record as the revision's, with what no edit changes put back as it was."""
    revision = held.revision
    if revision.edits != edits:
        who = revision.edited_by.name if revision.edited_by else "somebody"
        raise NotPossibleError(
            f"{held.name} was edited by {who} while you were at it ({revision.edits} edits, and you"
            f" have read {edits}); read it again, and take over what you want to keep"
        )
    state = moved(held, RevisionEvent.EDIT)
    before = record_of(revision)
    if words is not None:
        revision.words = needed(worded(words, "what changes"), "what changes")
    *earlier, last = before.revisions
    earlier = [*history_for(held.publication, earlier, label or before.label, audience)]
    kept = replace(
        said,
        identifier=held.publication.identifier,
        label=label or before.label,
        publisher=publisher(),
        revisions=(*earlier, RevisionNote(last.number, last.at, revision.words)),
        withdrawn_at=before.withdrawn_at,
        withdrawn_because=(said.withdrawn_because or before.withdrawn_because)
        if revision.withdraws
        else "",
    )
    if fault := limit_fault_of(kept):
        raise NotPossibleError(f"{held.name} cannot be kept like this: {fault}")
    revision.state, revision.held_because = state, ""
    revision.edits += 1
    revision.edited_by_id, revision.edited_at = actor.person, at
    revision.submitted_by, revision.submitted_at = None, None
    fall(revision, at)
    rewrite(revision, kept, audience, at=at)
    name_author(revision, actor, at=at)


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
