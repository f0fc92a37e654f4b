"""Who stands in an organisation, by their key."""

from __future__ import annotations

from tidegate.desks.access.keys import as_written
from tidegate.desks.parties.models import Membership, Person


def person_with_a_place(organisation: int, key: str) -> Person | None:
    """Return a person who stands in an organisation now; None if they do not.

    Args:
        organisation: its id.
        key: of the person, as somebody has written it.
    """
    place = Membership.objects.select_related("person").filter(
        organisation=organisation,
        person__key=as_written(key),
        person__is_active=True,
        left_at=None,
        suspended_at=None,
    )
    found = place.first()
    return found.person if found else None
