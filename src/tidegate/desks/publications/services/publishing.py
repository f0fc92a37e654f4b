"""What is approved goes out when its time has come, unless something keeps it; then it says what.

It is asked anew in the moment in which it goes out: whether somebody else has approved exactly this
and may still, whether an embargo is in force, whether every format takes it, whether each fix in it
may be published. What keeps it is kept with the revision and shown, and looked at again; so a
revision that waits for an embargo's end goes out at that end.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.queries.authors import authors_of
from tidegate.desks.publications.queries.faults import faults_of
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import releasing
from tidegate.desks.publications.services.recording import record as note
from tidegate.desks.publications.services.trouble import PASSING, foreseen, unforeseen
from tidegate.desks.publications.states.drafts import digest_of
from tidegate.desks.publications.states.labels import FREE
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.record import Record, RecordError
from tidegate.engines.formats.advisories.wording import DocumentError
from tidegate.engines.matching.errors import AdvisoryError
from tidegate.engines.reproduction.receipts import ReceiptError
from tidegate.engines.sealing import SealError
from tidegate.engines.updates.errors import UpdatesError
from tidegate.instance.home import HomeError

_TROUBLE = (
    AdvisoryError,
    DocumentError,
    HomeError,
    NotPossibleError,
    ReceiptError,
    RecordError,
    SealError,
    UpdatesError,
)
"""What may be expected to go wrong with one revision, and says itself what to do."""

_LOG: Final = logging.getLogger(__name__)


def publish_due(at: datetime) -> int:
    """Let out whatever is approved and due; return how many revisions went out.

    Any number of processes may do it at once: each revision goes out once.
    """
    due = Revision.objects.filter(
        Q(publish_at=None) | Q(publish_at__lte=at), state=RevisionState.APPROVED
    )
    return sum(publish(pk, at=at) for pk in [*due.order_by("pk").values_list("pk", flat=True)])


def publish(revision_id: int, *, at: datetime) -> bool:
    """Let one revision out if it may go; say whether it did. Why not is kept with it.

    Whatever goes wrong with it is its own: it is written to the log, and those after it go on.
    """
    try:
        with transaction.atomic():
            held = _hold(revision_id, at)
            if held is None:
                return False
            revision, coordination = held
            if why := why_held(revision, coordination, at=at):
                _keep_reason(revision, why, at)
                return False
            releasing.release(revision, coordination, at=at)
            return True
    except _TROUBLE as error:
        _keep_trouble(revision_id, foreseen(error), at)
    except PASSING:
        _LOG.exception("revision %s could not be let out now; it is tried again", revision_id)
    except Exception as error:  # noqa: BLE001 whatever it is; the others wait behind it
        _LOG.exception("revision %s cannot be let out", revision_id)
        _keep_trouble(revision_id, unforeseen(error), at)
    return False


def why_held(revision: Revision, coordination: Coordination, *, at: datetime) -> str:
    """Return what keeps an approved revision from going out now, with the mend; empty: nothing.

    It raises what `queries.records.record_of` raises.
    """
    record = record_of(revision)
    merged_into = revision.publication.case.merged_into
    if merged_into is not None:
        return f"its case became part of {merged_into.key}; publish that, and drop this"
    return (
        _approval_fault(revision, record, at)
        or _embargo_fault(record, coordination, at)
        or next(iter(faults_of(revision, at=at)), "")
    )


def _hold(revision_id: int, at: datetime) -> tuple[Revision, Coordination] | None:
    """Lock a revision that is due, with its case's coordination first, as those do who end it."""
    coordinations = Coordination.objects.select_for_update(of=("self",)).select_related("case")
    coordination = coordinations.get(publications__revisions=revision_id)
    publications = Publication.objects.select_for_update(of=("self",)).select_related(
        "case__merged_into"
    )
    publication = publications.get(revisions=revision_id)
    rows = Revision.objects.select_for_update(of=("self",)).select_related(
        "record__key", "edited_by"
    )
    revision = rows.get(pk=revision_id)
    if publication.coordination_id != coordination.pk:
        return None  # Two cases became one meanwhile.
    publication.coordination = coordination
    revision.publication = publication
    is_due = revision.publish_at is None or revision.publish_at <= at
    if revision.state != RevisionState.APPROVED or not is_due:
        return None
    return revision, coordination


def _keep_trouble(revision_id: int, why: str, at: datetime) -> None:
    try:
        with transaction.atomic():
            held = _hold(revision_id, at)
            if held is not None:
                _keep_reason(held[0], why, at)
    except Exception:  # noqa: BLE001 that it cannot even be noted holds nobody up
        _LOG.exception("why revision %s is held could not be kept: %s", revision_id, why)


def _keep_reason(revision: Revision, why: str, at: datetime) -> None:
    if revision.held_because == why:
        return
    revision.held_because = why
    revision.save(update_fields=["held_because"])
    note(
        "publication-held",
        revision.publication,
        at=at,
        actor=HOUSE,
        revision=revision.number,
        reason=why,
    )


def _approval_fault(revision: Revision, record: Record, at: datetime) -> str:
    if digest_of(record, revision.audience, revision.publish_at) != revision.digest:
        return (
            "it is not what was approved: somebody has changed it where it is kept; call it back,"
            " and look into the database's backups"
        )
    given = revision.approvals.filter(fallen_at=None, digest=revision.digest)
    others = given.exclude(person__in=authors_of(revision)).select_related("person")
    if any(
        may(actor_of(one.person), Act.COORDINATE, revision.publication, at=at) for one in others
    ):
        return ""
    return (
        "nobody stands behind it: whoever approved it does not coordinate any more; call it back,"
        " and let another coordinator approve it"
    )


def _embargo_fault(record: Record, coordination: Coordination, at: datetime) -> str:
    in_force = EmbargoState(coordination.embargo).in_force
    if record.label not in FREE or not in_force:
        return ""
    if coordination.ends_at is not None and coordination.ends_at <= at:
        return ""
    until = f" until {shown(coordination.ends_at)}" if coordination.ends_at else ""
    return (
        f"{coordination.case.key} is under an embargo{until}; it goes out when that has ended: wait"
        " for it, or let two coordinators approve an early release of the case"
    )
