"""Whoever asks, organisations, the people in them, and tokens."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.desks.access.words import OrganisationKind, Role, Scope
from tidegate.desks.parties.services.organisations import MOST_CASES_A_WEEK
from tidegate.faces.api.schemas.common import Form, Given, Listed
from tidegate.faces.api.schemas.participants import OrganisationKey, PersonKey


class OwnPlace(Form):
    """A place in an organisation that counts for what is asked now."""

    organisation: OrganisationKey
    name: str
    kinds: list[OrganisationKind]
    role: Role


class Myself(Form):
    """Whoever asks."""

    person: PersonKey
    name: str
    scopes: list[Scope]
    """All of them in a session; those of the token, where one is shown."""
    places: list[OwnPlace]
    """By name. A token, or an organisation's own provider, may be good for some of them alone."""


class Organisation(Form):
    """A party: whoever finds, mends, runs, coordinates or reviews."""

    key: OrganisationKey
    name: str
    kinds: list[OrganisationKind]
    scope: str = Field(examples=["FCEB"])
    """Whose directives bind an agency: `FCEB`, `NSS` or `DoW`; empty for others."""
    members: int
    """Whose place stands."""
    cases_a_week: int | None
    """How many new cases it takes in seven days; null for no bound."""
    opened_at: datetime
    suspended_at: datetime | None


class Organisations(Listed):
    """A page of organisations, by name."""

    rows: list[Organisation]


class Membership(Form):
    """One person's place in one organisation."""

    person: PersonKey
    name: str
    email: str
    organisation: OrganisationKey
    organisation_name: str
    role: Role
    since: datetime
    suspended_at: datetime | None
    """Of the place, or of the person: whichever came first."""


class Memberships(Listed):
    """A page of the places in an organisation, by name."""

    rows: list[Membership]


class MembershipState(Form):
    """A person's place, after something was done."""

    person: PersonKey
    organisation: OrganisationKey
    role: Role
    suspended_at: datetime | None
    left_at: datetime | None


class NewRole(Given):
    """What somebody may do in an organisation from now on."""

    role: Role


class Invitation(Form):
    """An invitation to an organisation that waits."""

    key: str = Field(examples=["I-7K3M9-Q2X4D"])
    email: str
    organisation: OrganisationKey
    organisation_name: str
    role: Role
    invited_by: str
    made_at: datetime
    expires_at: datetime


class Invitations(Listed):
    """A page of the invitations of an organisation, the newest first."""

    rows: list[Invitation]


class NewInvitation(Given):
    """Whom to invite to an organisation."""

    email: str = Field(min_length=3, max_length=254, examples=["name@example.org"])
    role: Role = Role.MEMBER


class InvitationLink(Form):
    """A new invitation; its link is shown this once, and works once."""

    invitation: str = Field(examples=["I-7K3M9-Q2X4D"])
    path: str
    """Of the page on which one joins."""
    expires_at: datetime


class InvitationState(Form):
    """What became of an invitation."""

    invitation: str = Field(examples=["I-7K3M9-Q2X4D"])
    revoked_at: datetime | None


class Capacity(Given):
    """How many new cases an organisation takes."""

    cases_a_week: int | None = Field(ge=0, le=MOST_CASES_A_WEEK, strict=True)
    """In seven days; null for no bound."""


class CapacityState(Form):
    """How many new cases an organisation takes from now on."""

    organisation: OrganisationKey
    cases_a_week: int | None


class CapacityNow(Form):
    """What an organisation takes, and what it has before it; of the cases it says nothing."""

    cases_a_week: int | None
    taken: int
    """Invitations of the last seven days."""
    waiting: int
    """Cases in its line."""


class Token(Form):
    """An API token; its secret is shown when it is made, and never again."""

    key: str = Field(examples=["T-7K3M9-Q2X4D"])
    name: str
    """What it is for."""
    scopes: list[Scope]
    organisation: str
    """Key of the one that it is good for; empty for all of its person's."""
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class Tokens(Listed):
    """A page of the own tokens, the newest first."""

    rows: list[Token]


class TokenState(Form):
    """What became of a token."""

    token: str = Field(examples=["T-7K3M9-Q2X4D"])
    revoked_at: datetime | None
