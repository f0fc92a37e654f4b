"""Which cases a case gives away when it becomes public: those that it was one with."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.states.embargoes import Embargo, EmbargoState
from tidegate.desks.cases.states.joining import reveals


def revealed_by(row: Coordination, ends_at: datetime, at: datetime) -> tuple[str, ...]:
    """Return the cases that are kept secret longer than `ends_at`, and parted from or with this.

    It is for coordinators: nobody else is told what a case was parted from.
    """
    related = Q(parted_from=row)
    if row.parted_from_id is not None:
        related |= Q(pk=row.parted_from_id) | Q(parted_from=row.parted_from_id)
    kin = Coordination.objects.filter(related, closed_at=None).exclude(pk=row.pk)
    in_force = [state for state in EmbargoState if state.in_force]
    secret = kin.filter(embargo__in=in_force, ends_at__gt=at).select_related("case")
    return tuple(
        one.case.key
        for one in secret.order_by("pk")
        if reveals(ends_at, Embargo(EmbargoState.ACTIVE, one.ends_at))
    )
