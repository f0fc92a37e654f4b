"""Which organisations have an administrator of their own, and so are left to themselves.

The policy keeps coordinators out of those that take part in reviews or run systems
(`access.conditions`); what would open a way around it asks here.
"""

from __future__ import annotations

from tidegate.desks.access.words import LEFT_TO_ITSELF, Role
from tidegate.desks.parties.models import Membership, Organisation


def has_own(organisation: Organisation) -> bool:
    """Say whether somebody has a place as its administrator, be they suspended or not."""
    return Membership.objects.filter(
        organisation=organisation, role=Role.ADMINISTRATOR, left_at=None
    ).exists()


def is_of_its_own(organisation: Organisation) -> bool:
    """Say whether it takes part in reviews of models or runs systems: its affairs are its own."""
    return bool(organisation.kind_words & frozenset(LEFT_TO_ITSELF))


def is_left_to_itself(organisation: Organisation) -> bool:
    """Say whether those who run the instance may do no more with it than suspend it."""
    return is_of_its_own(organisation) and has_own(organisation)
