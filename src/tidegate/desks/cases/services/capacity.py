"""Who comes next from the line before a vendor, as room comes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.cases.queries.line import room_of, waiting
from tidegate.desks.cases.services.inviting import admit
from tidegate.desks.cases.services.machines import held
from tidegate.desks.parties.models import Organisation


def admit_waiting(at: datetime) -> int:
    """Invite from every line as many as there is room for; return how many that were.

    Each invitation is a transaction of its own, so that a worker that is killed leaves no half of
    one, and another one goes on.
    """
    lines = Participant.objects.filter(queued_at__isnull=False, invited_at=None, removed_at=None)
    admitted = 0
    for organisation in lines.values_list("organisation", flat=True).distinct():
        while _admit_next(organisation, at):
            admitted += 1
    return admitted


def _admit_next(organisation_id: int, at: datetime) -> bool:
    """Invite the first of a line, if there is room; False if there is none, or nobody waits."""
    with transaction.atomic():
        first = waiting(organisation_id).values_list("pk", "coordination").first()
        if first is None:
            return False
        party_id, coordination_id = first
        row = (
            Coordination.objects.select_for_update(of=("self",))
            .select_related("case")
            .get(pk=coordination_id)
        )
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
        room = room_of(organisation, at)
        if organisation.suspended_at is not None or (room is not None and room <= 0):
            return False
        holding = held(row)
        party = holding.parties.get(organisation.key)
        # Another worker may have come first, or somebody may have ended its part meanwhile.
        if party is not None and party.pk == party_id and party.queued_at is not None:
            admit(holding, party, actor=HOUSE, at=at)
        return True
