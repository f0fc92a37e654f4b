"""`/me`, `/organisations` and `/tokens`: who asks, the own organisation's people, own tokens."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.cases.queries.line import capacity_of
from tidegate.desks.parties.models import Membership as MembershipRow
from tidegate.desks.parties.queries import lists
from tidegate.desks.parties.queries.myself import myself
from tidegate.desks.parties.queries.organisation_detail import get_organisation
from tidegate.desks.parties.services import joining, memberships, organisations, tokens
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.parties import (
    Capacity,
    CapacityNow,
    CapacityState,
    InvitationLink,
    Invitations,
    InvitationState,
    Memberships,
    MembershipState,
    Myself,
    NewInvitation,
    NewRole,
    Organisation,
    Organisations,
    Tokens,
    TokenState,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["organisations"])
own_router: Final = Router(tags=["me"])

_PLACE: Final = "/{key}/members/{person}"
_CHANGED: Final[Any] = {200: MembershipState, 404: Problem, 409: Problem, 422: Problem}


@own_router.get("/me", response={200: Myself, 404: Problem}, operation_id="getMyself")
def get_myself(request: HttpRequest) -> Any:
    """Return who asks: where they stand, and what they may be used for."""
    return myself(actor_of(request))


@own_router.get("/tokens", response={200: Tokens, 400: Problem}, operation_id="listTokens")
def list_tokens(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    ended: Annotated[bool, Query(False, description="Those that are no more, too.")],
) -> Any:
    """List the own API tokens, the newest first; the console and the command line make them."""
    rows = lists.list_tokens(actor_of(request), at=timezone.now(), ended=ended)
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-made"))


@own_router.post(
    "/tokens/{key}/revoke",
    response={200: TokenState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="revokeToken",
)
def revoke_token(request: HttpRequest, key: str) -> Any:
    """End an own token, now; also the one that is shown."""
    token = tokens.revoke_token(actor_of(request), key, at=timezone.now())
    return {"token": token.key, "revoked_at": token.revoked_at}


@router.get("", response={200: Organisations, 400: Problem}, operation_id="listOrganisations")
def index(request: HttpRequest, response: HttpResponse, cursor: Cursor, limit: Limit) -> Any:
    """List the organisations that whoever asks sees, by name."""
    rows = lists.list_organisations(actor_of(request))
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="name"))


@router.get("/{key}", response={200: Organisation, 404: Problem}, operation_id="getOrganisation")
def get(request: HttpRequest, key: str) -> Any:
    """Return an organisation."""
    return get_organisation(actor_of(request), key)


@router.get(
    "/{key}/capacity", response={200: CapacityNow, 404: Problem}, operation_id="getCapacity"
)
def get_capacity(request: HttpRequest, key: str) -> Any:
    """Return how many new cases an organisation takes in seven days, and how many wait."""
    return capacity_of(actor_of(request), key, at=timezone.now())


@router.post(
    "/{key}/capacity",
    response={200: CapacityState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="setCapacity",
)
def set_capacity(request: HttpRequest, key: str, wanted: Capacity) -> Any:
    """Set how many new cases an organisation takes in seven days; the others wait in its line."""
    row = organisations.set_capacity(actor_of(request), key, wanted.cases_a_week, at=timezone.now())
    return {"organisation": row.key, "cases_a_week": row.cases_a_week}


@router.get(
    "/{key}/members",
    response={200: Memberships, 400: Problem, 404: Problem},
    operation_id="listMembers",
)
def list_members(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the people of an organisation, by name."""
    rows = lists.list_people(actor_of(request), key)
    return listed(request, response, cut(rows, lambda row: row.person, cursor, limit, sort="name"))


@router.post(f"{_PLACE}/role", response=_CHANGED, operation_id="changeRole")
def change_role(request: HttpRequest, key: str, person: str, wanted: NewRole) -> Any:
    """Give a person another role in an organisation."""
    at = timezone.now()
    return _place(memberships.change_role(actor_of(request), key, person, wanted.role, at=at))


@router.post(f"{_PLACE}/remove", response=_CHANGED, operation_id="removeMember")
def remove(request: HttpRequest, key: str, person: str) -> Any:
    """End a person's place in an organisation."""
    return _place(memberships.remove(actor_of(request), key, person, at=timezone.now()))


@router.post(f"{_PLACE}/suspend", response=_CHANGED, operation_id="suspendMember")
def suspend(request: HttpRequest, key: str, person: str) -> Any:
    """Take a person's standing in an organisation, from their next request on."""
    return _place(memberships.suspend_member(actor_of(request), key, person, at=timezone.now()))


@router.post(f"{_PLACE}/reinstate", response=_CHANGED, operation_id="reinstateMember")
def reinstate(request: HttpRequest, key: str, person: str) -> Any:
    """Give a person their standing in an organisation back."""
    at = timezone.now()
    return _place(memberships.reinstate_member(actor_of(request), key, person, at=at))


@router.get(
    "/{key}/invitations",
    response={200: Invitations, 400: Problem, 404: Problem},
    operation_id="listInvitations",
)
def list_invitations(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the invitations of an organisation that wait, the newest first; for administrators."""
    actor = actor_of(request)
    organisation = get_organisation(actor, key).key
    rows = [
        row
        for row in lists.list_invitations(actor, at=timezone.now())
        if row.organisation == organisation
    ]
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-made"))


@router.post(
    "/{key}/invitations",
    response={201: InvitationLink, 404: Problem, 409: Problem, 422: Problem},
    operation_id="inviteToOrganisation",
)
def invite(request: HttpRequest, key: str, whom: NewInvitation) -> Any:
    """Invite somebody to an organisation; the link is shown this once, and mailed to nobody."""
    made = joining.invite(actor_of(request), key, whom.email, whom.role, at=timezone.now())
    said = {
        "invitation": made.invitation.key,
        "path": f"/join/{made.secret}",
        "expires_at": made.invitation.expires_at,
    }
    return Status(201, said)


@own_router.post(
    "/invitations/{key}/revoke",
    response={200: InvitationState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="revokeInvitation",
)
def revoke_invitation(request: HttpRequest, key: str) -> Any:
    """Take an invitation back; for administrators of its organisation."""
    row = joining.revoke_invitation(actor_of(request), key, at=timezone.now())
    return {"invitation": row.key, "revoked_at": row.revoked_at}


def _place(row: MembershipRow) -> dict[str, Any]:
    return {
        "person": row.person.key,
        "organisation": row.organisation.key,
        "role": row.role,
        "suspended_at": row.suspended_at,
        "left_at": row.left_at,
    }
