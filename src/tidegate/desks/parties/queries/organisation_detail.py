"""One organisation, for who sees it."""

from __future__ import annotations

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.queries.lists import OrganisationRow


def get_organisation(actor: Actor, key: str) -> OrganisationRow:
    """Return an organisation.

    Raises:
        NotFoundError: there is none of that key that the actor sees.
    """
    row = find(actor, Organisation.objects.all(), Act.SEE, key=as_written(key))
    standing = row.memberships.filter(left_at=None, suspended_at=None, person__is_active=True)
    return OrganisationRow(
        key=row.key,
        name=row.name,
        kinds=tuple(row.kinds),
        scope=row.scope,
        members=standing.count(),
        cases_a_week=row.cases_a_week,
        opened_at=row.made_at,
        suspended_at=row.suspended_at,
    )
