"""`/reviews/{key}/parties`: who takes part in an engagement, and whom each party has named."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.reviews.models import NamedPerson, Party
from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.desks.reviews.services import naming, opening
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.review_people import (
    Asking,
    EndingPart,
    NamedPersonState,
    Naming,
    Receiving,
    Recusing,
    ReviewParties,
    ReviewPartyState,
    Vetting,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["review people"])

_PARTY: Final = "/{key}/parties/{organisation}"
_PERSON: Final = f"{_PARTY}/people/{{person}}"
_CHANGED: Final[Any] = {200: ReviewPartyState, 404: Problem, 409: Problem, 422: Problem}
_NAMED: Final[Any] = {200: NamedPersonState, 404: Problem, 409: Problem, 422: Problem}


@router.get(
    "/{key}/parties",
    response={200: ReviewParties, 400: Problem, 404: Problem},
    operation_id="listReviewParties",
)
def list_all(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the parties of an engagement with the people whom they have named, as far as one may."""
    rows = engagement_page(actor_of(request), key, at=timezone.now()).parties
    page = cut(rows, lambda row: f"{row.organisation} {row.part}", cursor, limit, sort="asked")
    return listed(request, response, page)


@router.post(
    "/{key}/parties",
    response={201: ReviewPartyState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="askReviewParty",
)
def ask(request: HttpRequest, key: str, whom: Asking) -> Any:
    """Ask an organisation to take part; it is told with the proposal, or at once after it."""
    party = opening.ask(actor_of(request), key, whom.organisation, whom.part, at=timezone.now())
    return Status(201, _state(party))


@router.post(f"{_PARTY}/end", response=_CHANGED, operation_id="endReviewParty")
def end(request: HttpRequest, key: str, organisation: str, which: EndingPart) -> Any:
    """End an organisation's part in an engagement, and all access of its people."""
    return _state(
        opening.end_part(actor_of(request), key, organisation, which.part, at=timezone.now())
    )


@router.post(f"{_PARTY}/recipient", response=_CHANGED, operation_id="setReviewRecipient")
def set_recipient(request: HttpRequest, key: str, organisation: str, to: Receiving) -> Any:
    """Set the key to which the content of calls is encrypted for a party."""
    party = naming.set_recipient(
        actor_of(request), key, organisation, to.recipient, at=timezone.now()
    )
    return _state(party)


@router.post(
    f"{_PARTY}/people",
    response={201: NamedPersonState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="nameReviewPerson",
)
def name(request: HttpRequest, key: str, organisation: str, whom: Naming) -> Any:
    """Name a person of a party: whoever is not named sees nothing but that it is there."""
    named = naming.name_person(
        actor_of(request),
        key,
        organisation,
        whom.person,
        whom.duty,
        title=whom.title,
        part=whom.part,
        at=timezone.now(),
    )
    return Status(201, _named(named))


@router.post(f"{_PERSON}/vetting", response=_NAMED, operation_id="attestVetting")
def attest(request: HttpRequest, key: str, organisation: str, person: str, what: Vetting) -> Any:
    """Attest the vetting of somebody whom one's party has named; nobody attests their own."""
    return _named(
        naming.attest_vetting(
            actor_of(request),
            key,
            organisation,
            person,
            what.words,
            at=timezone.now(),
        )
    )


@router.post(f"{_PERSON}/recuse", response=_NAMED, operation_id="recuseReviewPerson")
def recuse(request: HttpRequest, key: str, organisation: str, person: str, why: Recusing) -> Any:
    """Step back from an engagement, or have somebody step back: their access ends at once."""
    return _named(
        naming.recuse(
            actor_of(request),
            key,
            organisation,
            person,
            why.reason,
            at=timezone.now(),
        )
    )


@router.post(f"{_PERSON}/remove", response=_NAMED, operation_id="unnameReviewPerson")
def unname(request: HttpRequest, key: str, organisation: str, person: str) -> Any:
    """Name a person no longer; they read nothing through it from now on."""
    return _named(naming.unname(actor_of(request), key, organisation, person, at=timezone.now()))


def _state(party: Party) -> dict[str, Any]:
    columns = set(ReviewPartyState.model_fields) - {"organisation", "name"}
    return {
        "organisation": party.organisation.key,
        "name": party.organisation.name,
        **{column: getattr(party, column) for column in columns},
    }


def _named(row: NamedPerson) -> dict[str, Any]:
    columns = set(NamedPersonState.model_fields) - {"person", "name"}
    return {
        "person": row.person.key,
        "name": row.person.name,
        **{column: getattr(row, column) for column in columns},
    }
