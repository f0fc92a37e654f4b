"""Which organisations have an administrator of their own, and so are left to themselves.

The policy keeps coordinators out of those that take part in reviews (`access.conditions`); what
would open a way around it asks here.
"""

from __future__ import annotations

from tidegate.desks.access.words import REVIEWING, Role
from tidegate.desks.parties.models import Membership, Organisation


def has_own(organisation: Organisation) -> bool:
    """Say whether somebody has a place as its administrator, be they suspended or not."""
    return Membership.objects.filter(
        organisation=organisation, role=Role.ADMINISTRATOR, left_at=None
    ).exists()


def takes_part_in_reviews(organisation: Organisation) -> bool:
    """Say whether it is of a kind that takes part in reviews of models."""
    return bool(organisation.kind_words & frozenset(REVIEWING))


def is_left_to_itself(organisation: Organisation) -> bool:
    """Say whether those who run the instance may do no more with it than suspend it."""
    return takes_part_in_reviews(organisation) and has_own(organisation)
