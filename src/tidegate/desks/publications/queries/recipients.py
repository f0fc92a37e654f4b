"""The keys of organisations to which restricted releases are encrypted, as far as one sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import UpdateRecipient


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """A public key of an organisation."""

    organisation: str
    """Key of whose it is."""
    organisation_name: str
    recipient: str
    name: str
    added_by: str
    added_at: datetime
    revoked_at: datetime | None


def list_recipients(
    actor: Actor, *, organisation: str = "", revoked: bool = False, at: datetime
) -> tuple[RecipientRow, ...]:
    """Return the keys that `actor` may see, by organisation, the oldest first.

    Args:
        actor: who asks.
        organisation: key of the organisation whose keys are meant; all of them if empty.
        revoked: whether those that are revoked are among them.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
    """
    rows = narrowed(actor, UpdateRecipient.objects.all(), at=at)
    if organisation:
        of = find(actor, Organisation.objects.all(), Act.SEE, at=at, key=as_written(organisation))
        rows = rows.filter(organisation=of)
    if not revoked:
        rows = rows.filter(revoked_at=None)
    found = rows.select_related("organisation").order_by("organisation__name", "pk")
    return tuple(
        RecipientRow(
            organisation=row.organisation.key,
            organisation_name=row.organisation.name,
            recipient=row.recipient,
            name=row.name,
            added_by=row.added_by,
            added_at=row.added_at,
            revoked_at=row.revoked_at,
        )
        for row in found
    )
