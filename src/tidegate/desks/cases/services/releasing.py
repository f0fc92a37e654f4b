"""Ending a secret before its time: two different coordinators say so, each for themselves.

The second approval of an early release ends the embargo in the same transaction. One that was
given can be withdrawn until then.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import ReleaseApproval
from tidegate.desks.cases.queries.siblings import revealed_by
from tidegate.desks.cases.services import approvals
from tidegate.desks.cases.services.machines import Held, hold, keep, taken
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.texts import reasoned
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.embargoes import ended
from tidegate.desks.cases.states.steps import Moved
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services.refusals import NotPossibleError

RELEASE = ReleaseApproval.RELEASE


def approve_release(
    actor: Actor,
    case_key: str,
    *,
    reason: str,
    knowing_what_it_reveals: bool = False,
    at: datetime,
) -> bool:
    """Approve that the embargo ends now; return whether it did, for another one had approved.

    Args:
        actor: a coordinator, a person.
        case_key: of the case.
        reason: why, for those who ask later.
        knowing_what_it_reveals: a case that was parted from this one, or that this one was parted
            from, is kept secret longer, and whoever approves knows that.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: there is no embargo in force, they have approved already, or are nobody.
    """
    why = reasoned(reason)
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        taken(ended(holding.case.embargo), holding)
        if not knowing_what_it_reveals and (others := revealed_by(holding.row, at, at)):
            raise NotPossibleError(
                f"what is published of {holding.key} points at {', '.join(others)}, which is kept"
                " secret longer; approve it knowing that, or leave it"
            )
        _approve(holding, RELEASE, actor, why, at)
        released = model.release_early(
            holding.case,
            approvals.given(holding.row, RELEASE, at=at),
            terms_since=approvals.terms_since(holding.row),
            now=at,
        )
        if isinstance(released, Moved):
            keep(holding, released.state, at=at, actor=actor)
            approvals.use(holding.row, RELEASE, at=at)
        record("release-approved", holding.row, at=at, actor=actor, reason=why)
        if not isinstance(released, Moved):
            return False
        record("embargo-ended", holding.row, at=at, actor=actor, why="two coordinators approved")
        return True


def approve_terms(actor: Actor, case_key: str, *, reason: str, at: datetime) -> ReleaseApproval:
    """Approve that the proposed terms, which end earlier than those in force, may be accepted.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: nothing is proposed, they have approved already, or are nobody.
    """
    why = reasoned(reason)
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        if holding.proposal is None:
            raise NotPossibleError(f"no terms are proposed in {holding.key}; propose some first")
        given = _approve(holding, approvals.purpose_of_terms(holding.proposal), actor, why, at)
        record("terms-approved", holding.row, at=at, actor=actor, reason=why)
        return given


def approve_merge(
    actor: Actor, case_key: str, other_case_key: str, *, reason: str, at: datetime
) -> ReleaseApproval:
    """Approve that a case is merged with one whose embargo ends earlier, for the case's own part.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: they have approved already, or are nobody.
    """
    why = reasoned(reason)
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        other = find(
            actor, Case.objects.all(), Act.COORDINATE, at=at, key=as_written(other_case_key)
        )
        given = _approve(holding, approvals.purpose_of_merge(other.key), actor, why, at)
        record("merge-approved", holding.row, at=at, actor=actor, reason=why)
        return given


def withdraw(
    actor: Actor, case_key: str, *, purpose: str = RELEASE, at: datetime
) -> ReleaseApproval:
    """Withdraw the own approval, while nothing was done by it.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: they have given none for that purpose.
    """
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        standing = holding.row.approvals.filter(
            person=actor.person, purpose=purpose, withdrawn_at=None, used_at=None
        )
        given = standing.first()
        if actor.person is None or given is None:
            raise NotPossibleError(f"you have approved nothing of that kind in {holding.key}")
        given.withdrawn_at = at
        given.save(update_fields=["withdrawn_at"])
        record("approval-withdrawn", holding.row, at=at, actor=actor)
        return given


def _approve(
    holding: Held, purpose: str, actor: Actor, reason: str, at: datetime
) -> ReleaseApproval:
    if actor.person is None:
        raise NotPossibleError(
            f"an approval is a person's; sign in as a coordinator to approve it for {holding.key}"
        )
    mine = holding.row.approvals.filter(
        person=actor.person, purpose=purpose, withdrawn_at=None, used_at=None
    )
    before = mine.first()
    if before is not None and before.at >= approvals.terms_since(holding.row):
        raise NotPossibleError(
            f"you have approved it for {holding.key} already; it takes another coordinator"
        )
    if before is not None:
        # Said of terms that hold no more: it counts for nothing, and is said anew.
        before.withdrawn_at = at
        before.save(update_fields=["withdrawn_at"])
    return ReleaseApproval.objects.create(
        coordination=holding.row, person_id=actor.person, purpose=purpose, reason=reason, at=at
    )
