"""The approvals that coordinators have given, as the model counts them.

Three things make a secret public earlier than was agreed, and each takes two coordinators: an early
release, terms with an earlier end, and a merge with a case that ends earlier. An approval is for
one of them alone, so that two who agreed to a nearer end have not agreed to end it now.
"""

from __future__ import annotations

from datetime import datetime

from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Coordination, EmbargoTerms, ReleaseApproval
from tidegate.desks.cases.queries.modelled import agreed_terms_of
from tidegate.desks.cases.services.machines import Held
from tidegate.desks.cases.states.releases import Approval
from tidegate.desks.parties.queries.actors import actor_of


def purpose_of_terms(proposal: EmbargoTerms) -> str:
    """Return the purpose of approvals of terms that end earlier."""
    return f"terms {proposal.pk}"


def purpose_of_merge(other_case_key: str) -> str:
    """Return the purpose of approvals of a merge with a case that ends earlier."""
    return f"merge {other_case_key}"


def given(row: Coordination, purpose: str, *, at: datetime) -> tuple[Approval, ...]:
    """Return the approvals for a purpose that were not used yet.

    Whether somebody coordinates the case is asked now: a role may have ended since.
    """
    rows = row.approvals.select_related("person").filter(purpose=purpose, used_at=None)
    return tuple(
        Approval(
            person=one.person.key,
            at=one.at,
            is_coordinator=may(actor_of(one.person), Act.COORDINATE, row.case, at=at),
            withdrawn_at=one.withdrawn_at,
        )
        for one in rows.order_by("pk")
    )


def for_terms(
    holding: Held, proposal: EmbargoTerms | None, *, at: datetime
) -> tuple[tuple[Approval, ...], datetime]:
    """Return the approvals of the proposed terms, and since when these are on the table."""
    if proposal is None:
        return (), at
    return given(holding.row, purpose_of_terms(proposal), at=at), proposal.proposed_at


def terms_since(row: Coordination) -> datetime:
    """Return when the terms in force were agreed on; approvals of earlier ones count no more."""
    agreed = agreed_terms_of(row)
    return (agreed and agreed.decided_at) or row.opened_at


def use(row: Coordination, purpose: str, *, at: datetime) -> None:
    """Keep that what the approvals allow has been done; they allow nothing else."""
    standing = ReleaseApproval.objects.filter(coordination=row, purpose=purpose)
    standing.filter(used_at=None, withdrawn_at=None).update(used_at=at)
