"""One organisation with all that its page shows, and what who asks may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.socialaccount.models import SocialApp

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, may_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, Role
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.queries.administrators import is_of_its_own
from tidegate.desks.parties.queries.lists import (
    InvitationRow,
    PlaceRow,
    list_invitations,
    list_people,
)
from tidegate.desks.parties.queries.providers import KIND


@dataclass(frozen=True, slots=True)
class ProviderShown:
    """An organisation's own provider, without what it is shown."""

    issuer: str
    client_id: str
    domains: tuple[str, ...]
    """Whose addresses it speaks for."""


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """An organisation, as far as who asks may see it."""

    key: str
    name: str
    kinds: tuple[str, ...]
    scope: str
    opened_at: datetime
    suspended_at: datetime | None
    suspended_reason: str
    """Empty for who neither administers nor may suspend it."""
    cases_a_week: int | None
    places: tuple[PlaceRow, ...]
    invitations: tuple[InvitationRow, ...]
    """Those that wait."""
    provider: ProviderShown | None
    """For who administers it; None for others, and where it has none."""
    may_administer: bool
    may_run_instance: bool
    """They say what it is, and suspend it."""
    may_set_provider: bool
    """They administer it, and run the instance or, if it keeps to itself, are its own."""
    may_suspend_people: bool
    """They administer it, or run the instance and leave it to itself but for that."""


def get_organisation(actor: Actor, key: str, *, at: datetime) -> OrganisationPage:
    """Return an organisation that `actor` sees.

    Raises:
        NotFoundError: there is none, or not for them.
    """
    row = find(actor, Organisation.objects.all(), Act.SEE, at=at, key=as_written(key))
    leads = may(actor, Act.ADMINISTER, row, at=at)
    suspends = may(actor, Act.SUSPEND, row, at=at)
    waiting = list_invitations(actor, at=at) if leads else []
    return OrganisationPage(
        key=row.key,
        name=row.name,
        kinds=tuple(row.kinds),
        scope=row.scope,
        opened_at=row.made_at,
        suspended_at=row.suspended_at,
        suspended_reason=row.suspended_reason if leads or suspends else "",
        cases_a_week=row.cases_a_week,
        places=tuple(list_people(actor, row.key)),
        invitations=tuple(one for one in waiting if one.organisation == row.key),
        provider=_provider(row) if leads else None,
        may_administer=leads,
        may_run_instance=may_with_instance(actor, Act.ADMINISTER),
        may_set_provider=leads and _sets_provider(actor, row),
        may_suspend_people=leads or suspends,
    )


def _sets_provider(actor: Actor, row: Organisation) -> bool:
    if is_of_its_own(row):
        return row.pk in actor.with_role(Role.ADMINISTRATOR)
    return may_with_instance(actor, Act.ADMINISTER)


def _provider(row: Organisation) -> ProviderShown | None:
    app = SocialApp.objects.filter(provider=KIND, provider_id=row.key).first()
    if app is None:
        return None
    return ProviderShown(
        issuer=app.settings.get("server_url", ""),
        client_id=app.client_id,
        domains=tuple(app.settings.get("domains", ())),
    )
