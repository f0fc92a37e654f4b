"""From a draft to what may go out: handed in, approved by somebody else, called back, or dropped.

What is approved is a digest: of the record, of whom it goes to, and of its time. Whoever has
changed any of the three since it was begun, or has handed it in, does not approve it. An approval
falls with any change.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.queries.siblings import revealed_by
from tidegate.desks.cases.services.texts import instant, reasoned, worded
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.models import Revision, RevisionApproval
from tidegate.desks.publications.queries.authors import authors_of
from tidegate.desks.publications.queries.faults import faults_of
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services.holding import (
    Held,
    fall,
    hold,
    moved,
    name_author,
    redigest,
)
from tidegate.desks.publications.services.recording import record_revision
from tidegate.desks.publications.states.drafts import digest_of
from tidegate.desks.publications.states.revisions import RevisionEvent, RevisionState


def submit(actor: Actor, identifier: str, *, at: datetime) -> Revision:
    """Hand in the revision that is worked on, for another coordinator's approval.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: no draft is worked on, or something keeps it from being published.
    """
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        state = moved(held, RevisionEvent.SUBMIT)
        if faults := faults_of(held.revision, hands_in=actor, at=at):
            raise NotPossibleError(f"{held.name} cannot be published like this: {faults[0]}")
        revision = held.revision
        revision.state, revision.returned_because = state, ""
        revision.submitted_by_id, revision.submitted_at = actor.person, at
        revision.save(update_fields=["state", "returned_because", "submitted_by", "submitted_at"])
        record_revision("publication-submitted", held, actor, at)
        return revision


def give_back(actor: Actor, identifier: str, *, reason: str, at: datetime) -> Revision:
    """Give a revision that was handed in back to be written on, and say what is missing.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: it was not handed in, or no reason is given.
    """
    why = reasoned(reason)
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        revision = held.revision
        revision.state, revision.returned_because = moved(held, RevisionEvent.RETURN), why
        revision.save(update_fields=["state", "returned_because"])
        fall(revision, at)
        record_revision("publication-given-back", held, actor, at, reason=why)
        return revision


def approve(
    actor: Actor,
    identifier: str,
    *,
    digest: str,
    words: str = "",
    knowing_what_it_reveals: bool = False,
    at: datetime,
) -> Revision:
    """Approve that a revision goes out as it is: to those that it names, at its time.

    Args:
        actor: a coordinator, a person, who has neither changed nor timed it, nor handed it in.
        identifier: of the publication.
        digest: of what they have read; another one means that it was changed meanwhile.
        words: what they have to say to it.
        knowing_what_it_reveals: a case that was parted from this one, or that this one was parted
            from, is kept secret longer, and whoever approves knows that.
        at: now.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: it was not handed in, was changed, is their own work, or they are nobody.
    """
    said = worded(words, "what you say to it")
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        state = moved(held, RevisionEvent.APPROVE)
        person = _another(held, actor)
        revision = held.revision
        if digest.strip().lower() != revision.digest or _digest(revision) != revision.digest:
            raise NotPossibleError(
                f"{held.name} is not what you have read: its digest is {revision.digest}; read it"
                " again, and approve that"
            )
        coordination = held.publication.coordination
        goes_out = revision.publish_at or at
        if not knowing_what_it_reveals and (others := revealed_by(coordination, goes_out, at)):
            raise NotPossibleError(
                f"what is published of {held.publication.case.key} points at {', '.join(others)},"
                " which is kept secret longer; approve it knowing that, or leave it"
            )
        fall(revision, at)
        RevisionApproval.objects.create(
            revision=revision, person_id=person, digest=revision.digest, words=said, at=at
        )
        revision.state, revision.held_because = state, ""
        revision.save(update_fields=["state", "held_because"])
        record_revision("publication-approved", held, actor, at, digest=revision.digest)
        return revision


def call_back(actor: Actor, identifier: str, *, reason: str, at: datetime) -> Revision:
    """Withdraw the approval of a revision before it is out; it waits for another one then.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: it is not approved, or no reason is given.
    """
    why = reasoned(reason)
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        _call_back(held, at)
        held.revision.save(update_fields=["state", "held_because"])
        record_revision("publication-called-back", held, actor, at, reason=why)
        return held.revision


def drop(actor: Actor, identifier: str, *, reason: str, at: datetime) -> Revision:
    """Leave a revision that is worked on; what is out stays as it is.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: none is worked on, or no reason is given.
    """
    why = reasoned(reason)
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        revision = held.revision
        revision.state, revision.held_because = moved(held, RevisionEvent.DROP), ""
        revision.save(update_fields=["state", "held_because"])
        fall(revision, at)
        record_revision("publication-dropped", held, actor, at, reason=why)
        return revision


def schedule(
    actor: Actor, identifier: str, publish_at: datetime | None, *, at: datetime
) -> Revision:
    """Set when a revision goes out; one that is approved already has to be approved anew.

    Args:
        actor: a coordinator.
        identifier: of the publication.
        publish_at: an instant ahead; None for as soon as it is approved.
        at: now.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotPossibleError: no revision is worked on, or the instant is not ahead.
    """
    when = instant(publish_at, "the publication time") if publish_at else None
    if when is not None and when <= at:
        raise NotPossibleError(f"{shown(when)} is not ahead; leave the time out to publish at once")
    with transaction.atomic():
        held = hold(actor, identifier, at=at)
        revision = held.revision
        if revision.state == RevisionState.APPROVED:
            _call_back(held, at)
        revision.publish_at = when
        redigest(revision)
        revision.save(update_fields=["publish_at", "digest", "state", "held_because"])
        name_author(revision, actor, at=at)
        said = shown(when) if when else ""
        record_revision(
            "publication-scheduled", held, actor, at, publish_at=said, digest=revision.digest
        )
        return revision


def _another(held: Held, actor: Actor) -> int:
    """Return who approves: a person of whom neither text nor audience nor time is."""
    if actor.person is None:
        raise NotPossibleError(
            f"an approval is a person's; sign in as a coordinator to approve {held.name}"
        )
    authors = authors_of(held.revision)
    if actor.person in {one.pk for one in authors}:
        raise NotPossibleError(
            f"{held.name} is your own work: whoever has written, addressed, timed or handed in any"
            f" of it does not approve it ({', '.join(one.name for one in authors)}); let another"
            " coordinator do it, or, if none is left, drop it and let one of you write it anew"
        )
    return actor.person


def _digest(revision: Revision) -> str:
    return digest_of(record_of(revision), revision.audience, revision.publish_at)


def _call_back(held: Held, at: datetime) -> None:
    held.revision.state, held.revision.held_because = moved(held, RevisionEvent.CALL_BACK), ""
    fall(held.revision, at)
