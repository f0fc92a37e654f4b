"""Organisations, people, invitations and tokens, as far as whoever asks may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import ApiToken, Invitation, Membership, Organisation


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation."""

    key: str
    name: str
    kinds: tuple[str, ...]
    scope: str
    members: int
    """Whose place stands."""
    cases_a_week: int | None
    opened_at: datetime
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One person's place in one organisation."""

    person: str
    name: str
    email: str
    organisation: str
    organisation_name: str
    role: str
    since: datetime
    suspended_at: datetime | None
    """Of the place, or of the person: whichever came first."""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One invitation that waits."""

    key: str
    email: str
    organisation: str
    organisation_name: str
    role: str
    invited_by: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One API token."""

    key: str
    name: str
    scopes: tuple[str, ...]
    organisation: str
    """Key of the one that it is good for; empty for all of its person's."""
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def list_organisations(actor: Actor) -> list[OrganisationRow]:
    """Return the organisations that the actor sees, by name."""
    rows = narrowed(actor, Organisation.objects.all(), Act.SEE).order_by("name", "pk")
    standing: dict[int, int] = {}
    places = Membership.objects.filter(
        organisation__in=rows.values("pk"),
        left_at=None,
        suspended_at=None,
        person__is_active=True,
    )
    for organisation in places.values_list("organisation", flat=True):
        standing[organisation] = standing.get(organisation, 0) + 1
    return [
        OrganisationRow(
            row.key,
            row.name,
            tuple(row.kinds),
            row.scope,
            standing.get(row.pk, 0),
            row.cases_a_week,
            row.made_at,
            row.suspended_at,
        )
        for row in rows
    ]


def list_people(actor: Actor, organisation: str = "") -> list[PlaceRow]:
    """Return the places that the actor sees, by organisation and name; those left are not shown.

    Args:
        actor: who asks.
        organisation: the key of one; without it, all.

    Raises:
        NotFoundError: there is no such organisation that the actor sees.
    """
    rows = Membership.objects.select_related("person", "organisation").filter(left_at=None)
    if organisation:
        only = find(actor, Organisation.objects.all(), Act.SEE, key=as_written(organisation))
        rows = rows.filter(organisation=only)
    seen = narrowed(actor, rows, Act.SEE)
    return [
        PlaceRow(
            row.person.key,
            row.person.name,
            row.person.email,
            row.organisation.key,
            row.organisation.name,
            row.role,
            row.since,
            row.person.suspended_at or row.suspended_at,
        )
        for row in seen.order_by("organisation__name", "person__name", "pk")
    ]


def list_invitations(actor: Actor, *, at: datetime) -> list[InvitationRow]:
    """Return the invitations that wait and that the actor sees, the newest first."""
    rows = Invitation.objects.select_related("organisation").filter(
        accepted_at=None, revoked_at=None, expires_at__gt=at
    )
    return [
        InvitationRow(
            row.key,
            row.email,
            row.organisation.key,
            row.organisation.name,
            row.role,
            row.invited_by,
            row.made_at,
            row.expires_at,
        )
        for row in narrowed(actor, rows, Act.SEE, at=at).order_by("-made_at", "-pk")
    ]


def list_tokens(actor: Actor, *, at: datetime, ended: bool = False) -> list[TokenRow]:
    """Return the actor's own tokens, the newest first; `ended` for those that are no more, too."""
    rows = ApiToken.objects.select_related("organisation")
    if not ended:
        rows = rows.filter(revoked_at=None, expires_at__gt=at)
    return [
        TokenRow(
            row.key,
            row.name,
            tuple(row.scopes),
            row.organisation.key if row.organisation else "",
            row.made_at,
            row.expires_at,
            row.last_used_at,
            row.revoked_at,
        )
        for row in narrowed(actor, rows, Act.SEE, at=at).order_by("-made_at", "-pk")
    ]
