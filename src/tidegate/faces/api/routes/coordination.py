"""`/cases/{key}/coordination` and what belongs to it: label, policy, clocks, facts."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.cases.models import Coordination as CoordinationRow
from tidegate.desks.cases.queries.case_page import get_case_page
from tidegate.desks.cases.services import facts, following, opening
from tidegate.faces.api.schemas.common import Problem, ReasonGiven
from tidegate.faces.api.schemas.coordination import (
    CaseOpened,
    Clocks,
    Closing,
    Coordination,
    CoordinationState,
    Extending,
    FactSeen,
    Following,
    Labelling,
    Opening,
    Triggering,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["coordination"])
findings_router: Final = Router(tags=["coordination"])

_CHANGED: Final[Any] = {200: CoordinationState, 404: Problem, 409: Problem, 422: Problem}


@router.get(
    "/{key}/coordination",
    response={200: Coordination, 404: Problem},
    operation_id="getCoordination",
)
def get(request: HttpRequest, key: str) -> Any:
    """Return all of a case's coordination, for whoever reads the case.

    Whoever was invited and has not accepted yet reads the terms alone, at `/embargo`.
    """
    return get_case_page(actor_of(request), key, at=timezone.now())


@router.post(
    "/{key}/coordination",
    response={201: CoordinationState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="openCoordination",
)
def open_(request: HttpRequest, response: HttpResponse, key: str, wanted: Opening) -> Any:
    """Begin to work on a case with others: its policy's clocks run."""
    row = opening.open_coordination(actor_of(request), key, policy=wanted.policy, at=timezone.now())
    response["Location"] = request.path
    return Status(201, state_of(row))


@router.post("/{key}/coordination/close", response=_CHANGED, operation_id="closeCoordination")
def close(request: HttpRequest, key: str, said: Closing) -> Any:
    """End the work on a case; what was said stays to be read, and facts are still recorded."""
    return state_of(opening.close(actor_of(request), key, words=said.words, at=timezone.now()))


@router.post(
    "/{key}/coordination/open-again", response=_CHANGED, operation_id="openCoordinationAgain"
)
def open_again(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Go on with the work on a case that was closed."""
    return state_of(
        opening.open_again(actor_of(request), key, reason=why.reason, at=timezone.now())
    )


@router.post("/{key}/label", response=_CHANGED, operation_id="labelCase")
def label(request: HttpRequest, key: str, wanted: Labelling) -> Any:
    """Set a case's Traffic Light Protocol label."""
    return state_of(opening.label(actor_of(request), key, wanted.tlp, at=timezone.now()))


@router.post("/{key}/policy", response=_CHANGED, operation_id="setDisclosurePolicy")
def set_policy(request: HttpRequest, key: str, wanted: Following) -> Any:
    """Let a case follow another disclosure policy, or another version of it."""
    return state_of(
        following.set_policy(
            actor_of(request), key, wanted.policy, version=wanted.version, at=timezone.now()
        )
    )


@router.post("/{key}/triggers", response=_CHANGED, operation_id="recordTrigger")
def record_trigger(request: HttpRequest, key: str, seen: Triggering) -> Any:
    """Record that something happened that deadlines rest on, such as that a fix is out."""
    return state_of(
        following.record_trigger(
            actor_of(request),
            key,
            seen.trigger,
            happened_at=seen.happened_at,
            at=timezone.now(),
        )
    )


@router.post("/{key}/facts", response=_CHANGED, operation_id="recordFact")
def record_fact(request: HttpRequest, key: str, seen: FactSeen) -> Any:
    """Record that something is public, or that attacks were seen; it ends the embargo."""
    return state_of(
        facts.record_fact(
            actor_of(request),
            key,
            seen.fact,
            happened_at=seen.happened_at,
            source=seen.source,
            at=timezone.now(),
        )
    )


@router.get("/{key}/clocks", response={200: Clocks, 404: Problem}, operation_id="listClocks")
def clocks(request: HttpRequest, key: str) -> Any:
    """List the clocks of a case, in the order of their times."""
    return {"rows": get_case_page(actor_of(request), key, at=timezone.now()).clocks}


@router.post("/{key}/clocks/{rule}/extend", response=_CHANGED, operation_id="extendDeadline")
def extend(request: HttpRequest, key: str, rule: str, why: Extending) -> Any:
    """Extend the deadline of a policy's rule, on the grounds that the policy asks for."""
    return state_of(following.extend(actor_of(request), key, rule, why.grounds, at=timezone.now()))


@router.post("/{key}/clocks/{rule}/pause", response=_CHANGED, operation_id="pauseDeadline")
def pause(request: HttpRequest, key: str, rule: str, why: ReasonGiven) -> Any:
    """Stop the clock of a policy's rule for a while."""
    return state_of(
        following.pause(actor_of(request), key, rule, reason=why.reason, at=timezone.now())
    )


@router.post("/{key}/clocks/{rule}/resume", response=_CHANGED, operation_id="resumeDeadline")
def resume(request: HttpRequest, key: str, rule: str) -> Any:
    """Let the clock of a policy's rule go on."""
    return state_of(following.resume(actor_of(request), key, rule, at=timezone.now()))


@findings_router.post(
    "/{key}/open-case",
    response={201: CaseOpened, 404: Problem, 409: Problem, 422: Problem},
    operation_id="openCaseForUnproven",
)
def open_case(request: HttpRequest, response: HttpResponse, key: str, why: ReasonGiven) -> Any:
    """Open a case for a finding that no run has shown to be true; a coordinator says why."""
    case = opening.open_for_unproven(actor_of(request), key, reason=why.reason, at=timezone.now())
    response["Location"] = f"{request.path.partition('/findings/')[0]}/cases/{case.key}"
    return Status(201, {"case": case.key})


def state_of(row: CoordinationRow) -> dict[str, Any]:
    """Return where a coordination is. Whoever has just changed it may know that much.

    It is answered instead of the whole, for a token may be good for changing, and not for reading.
    """
    return {
        "case": row.case.key,
        **{name: getattr(row, name) for name in CoordinationState.model_fields if name != "case"},
    }
