"""`/cases/{key}/participants`: who takes part, what each answers, and who works on it for them."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.cases.models import Participant
from tidegate.desks.cases.models import TeamMember as TeamMemberRow
from tidegate.desks.cases.queries.participants import list_parties, progress_of
from tidegate.desks.cases.services import consenting, inviting, teams, vendors
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem, ReasonGiven
from tidegate.faces.api.schemas.coordination import Declining
from tidegate.faces.api.schemas.participants import (
    Agreeing,
    Contacting,
    Granting,
    HandlingReport,
    NewParty,
    Parties,
    PartyState,
    Progressing,
    SayingStatus,
    SeenMark,
    StatusOfProduct,
    TeamMemberState,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["participants"])

_PARTY: Final = "/{key}/participants/{organisation}"
_CHANGED: Final[Any] = {200: PartyState, 404: Problem, 409: Problem, 422: Problem}
_TEAM: Final[Any] = {200: TeamMemberState, 404: Problem, 409: Problem, 422: Problem}


@router.get(
    "/{key}/participants",
    response={200: Parties, 400: Problem, 404: Problem},
    operation_id="listParties",
)
def list_all(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the parties of a case, in the order in which they were taken in."""
    rows = list_parties(actor_of(request), key, at=timezone.now())
    page = cut(rows, lambda row: row.organisation, cursor, limit, sort="taken-in")
    return listed(request, response, page)


@router.post(
    "/{key}/participants",
    response={201: PartyState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="inviteParty",
)
def invite(request: HttpRequest, key: str, wanted: NewParty) -> Any:
    """Invite an organisation to a case, or put it in the line where it takes no more this week."""
    party = inviting.invite(
        actor_of(request), key, wanted.organisation, wanted.role, at=timezone.now()
    )
    return Status(201, _state(party))


@router.post(f"{_PARTY}/remove", response=_CHANGED, operation_id="removeParty")
def remove(request: HttpRequest, key: str, organisation: str, why: ReasonGiven) -> Any:
    """End an organisation's part in a case; what it has read it has read."""
    return _state(
        inviting.remove(actor_of(request), key, organisation, reason=why.reason, at=timezone.now())
    )


@router.post(f"{_PARTY}/accept", response=_CHANGED, operation_id="acceptInvitation")
def accept(request: HttpRequest, key: str, organisation: str, to: Agreeing) -> Any:
    """Agree to the terms on the table for a party, and let it join if it has not yet.

    The terms are handed back as they were read. If others are on the table by now, nobody has
    agreed to them, and the answer is 409.
    """
    return _state(
        consenting.accept(
            actor_of(request),
            key,
            organisation,
            terms=to.terms,
            until=to.until,
            at=timezone.now(),
        )
    )


@router.post(f"{_PARTY}/decline", response=_CHANGED, operation_id="declineInvitation")
def decline(request: HttpRequest, key: str, organisation: str, why: Declining) -> Any:
    """Decline the terms on the table for a party, or withdraw from them."""
    return _state(
        consenting.decline(
            actor_of(request), key, organisation, reason=why.reason, at=timezone.now()
        )
    )


@router.post(f"{_PARTY}/silent", response=_CHANGED, operation_id="recordSilence")
def silent(request: HttpRequest, key: str, organisation: str) -> Any:
    """Keep that a party has not answered in the time that it had; it may be invited anew."""
    return _state(
        consenting.record_silence(actor_of(request), key, organisation, at=timezone.now())
    )


@router.post(
    f"{_PARTY}/seen",
    response={200: SeenMark, 404: Problem, 409: Problem, 422: Problem},
    operation_id="markInvitationSeen",
)
def seen(request: HttpRequest, key: str, organisation: str) -> Any:
    """Keep that an invited party has seen its invitation."""
    new = vendors.mark_seen(actor_of(request), key, organisation, at=timezone.now())
    return {"new": new}


@router.post(f"{_PARTY}/report", response=_CHANGED, operation_id="handleReport")
def report(request: HttpRequest, key: str, organisation: str, what: HandlingReport) -> Any:
    """Record what a party does with the report: hold it valid, accept it, put it off, close it."""
    return _state(
        vendors.handle_report(actor_of(request), key, organisation, what.event, at=timezone.now())
    )


@router.post(f"{_PARTY}/progress", response=_CHANGED, operation_id="recordProgress")
def progress(request: HttpRequest, key: str, organisation: str, what: Progressing) -> Any:
    """Record that a vendor is aware, has a fix ready, or has it deployed."""
    return _state(
        vendors.record_progress(
            actor_of(request),
            key,
            organisation,
            what.event,
            happened_at=what.happened_at,
            at=timezone.now(),
        )
    )


@router.post(f"{_PARTY}/contact", response=_CHANGED, operation_id="setContact")
def contact(request: HttpRequest, key: str, organisation: str, how: Contacting) -> Any:
    """Record how far the contact with a party has come; for coordinators."""
    return _state(
        vendors.set_contact(actor_of(request), key, organisation, how.contact, at=timezone.now())
    )


@router.post(
    f"{_PARTY}/statuses",
    response={201: StatusOfProduct, 404: Problem, 409: Problem, 422: Problem},
    operation_id="sayStatus",
)
def say_status(request: HttpRequest, key: str, organisation: str, said: SayingStatus) -> Any:
    """Say what holds for a vendor's product; it replaces what was said of that product before."""
    row = vendors.say_status(
        actor_of(request),
        key,
        organisation,
        said.product,
        said.status,
        justification=said.justification,
        statement=said.statement,
        versions=said.versions,
        at=timezone.now(),
    )
    return Status(201, row)


@router.post(f"{_PARTY}/team", response=_TEAM, operation_id="addTeamMember")
def add_member(request: HttpRequest, key: str, organisation: str, whom: Granting) -> Any:
    """Put a person on a party's team, or set anew until when they are on it."""
    member = teams.add_member(
        actor_of(request), key, organisation, whom.person, until=whom.until, at=timezone.now()
    )
    return _member(member)


@router.post(f"{_PARTY}/team/{{person}}/remove", response=_TEAM, operation_id="removeTeamMember")
def remove_member(request: HttpRequest, key: str, organisation: str, person: str) -> Any:
    """Take a person off a party's team; they read nothing through it from now on."""
    member = teams.remove_member(actor_of(request), key, organisation, person, at=timezone.now())
    return _member(member)


def _state(party: Participant) -> dict[str, Any]:
    """Return how far a party is. Whoever has just changed it may know that much."""
    columns = set(PartyState.model_fields) - {"organisation", "name", "progress"}
    return {
        "organisation": party.organisation.key,
        "name": party.organisation.name,
        "progress": progress_of(party),
        **{column: getattr(party, column) for column in columns},
    }


def _member(row: TeamMemberRow) -> dict[str, Any]:
    return {
        "person": row.person.key,
        "name": row.person.name,
        "since": row.since,
        "until": row.until,
        "left_at": row.left_at,
    }
