"""`/reviews/{key}/evidence`, `/consultations`, `/determinations`: weighed, asked, and decided."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.reviews.queries.determinations import determination_page, get_evidence
from tidegate.desks.reviews.services import consulting, determining
from tidegate.desks.reviews.services import evidence as weighing
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.review_terms import Number
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.review_decisions import (
    Answering,
    Consultations,
    ConsultationState,
    Consulting,
    Determinations,
    DeterminationState,
    Determining,
    Dissenting,
    DissentState,
    EvidenceList,
    EvidenceState,
    NewDigest,
    NewDocument,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["review decisions"])
own_router: Final = Router(tags=["review decisions"])

_ADDED: Final[Any] = {201: EvidenceState, 404: Problem, 409: Problem, 422: Problem}


@router.get(
    "/{key}/evidence",
    response={200: EvidenceList, 400: Problem, 404: Problem},
    operation_id="listEvidence",
)
def list_evidence(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List what is weighed, for the government's named people; the developer is shown none."""
    rows = determination_page(actor_of(request), key, at=timezone.now()).evidence
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="added"))


@router.post("/{key}/evidence", response=_ADDED, operation_id="addEvidence")
def add_document(request: HttpRequest, key: str, wanted: NewDocument) -> Any:
    """Add a document to what is weighed; its bytes are kept sealed.

    The whole body has at most 2 MiB, as every JSON body here; the console and the command line take
    larger ones, and the digest of what stays elsewhere is enough.
    """
    row = weighing.add_document(
        actor_of(request),
        key,
        wanted.name,
        wanted.content,
        kind=wanted.kind,
        at=timezone.now(),
    )
    return Status(201, row)


@router.post("/{key}/evidence/digest", response=_ADDED, operation_id="addEvidenceDigest")
def add_digest(request: HttpRequest, key: str, wanted: NewDigest) -> Any:
    """Add something to what is weighed that is kept elsewhere, by its digest."""
    row = weighing.add_digest(
        actor_of(request), key, wanted.name, wanted.sha256, kind=wanted.kind, at=timezone.now()
    )
    return Status(201, row)


@own_router.post(
    "/evidence/{evidence}/set-aside",
    response={200: EvidenceState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="setEvidenceAside",
)
def set_aside(request: HttpRequest, evidence: str) -> Any:
    """Weigh a piece of evidence no more; it stays, and so does what was decided with it."""
    return weighing.set_aside(actor_of(request), evidence, at=timezone.now())


@own_router.get(
    "/evidence/{evidence}/document",
    response={404: Problem, 409: Problem},
    operation_id="getEvidenceDocument",
    openapi_extra={
        "responses": {
            200: {
                "description": "The document, byte for byte as it came",
                "content": {"application/octet-stream": {}},
            }
        }
    },
)
def get_document(request: HttpRequest, evidence: str) -> HttpResponse:
    """Return a piece of evidence, as bytes to be saved; that it was read is kept in the ledger."""
    actor, now = actor_of(request), timezone.now()
    name = get_evidence(actor, evidence, at=now).name
    content = weighing.hand_out_evidence(actor, evidence, at=now)
    return as_attachment(content, name, "application/octet-stream")


@router.get(
    "/{key}/consultations",
    response={200: Consultations, 400: Problem, 404: Problem},
    operation_id="listConsultations",
)
def list_consultations(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List which bodies were consulted, for the government's named people."""
    rows = determination_page(actor_of(request), key, at=timezone.now()).consultations
    return listed(request, response, cut(rows, lambda row: row.body, cursor, limit, sort="asked"))


@router.post(
    "/{key}/consultations",
    response={201: ConsultationState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="consultBody",
)
def consult(request: HttpRequest, key: str, whom: Consulting) -> Any:
    """Note that one of the framework's bodies is consulted."""
    row = consulting.consult(actor_of(request), key, whom.body, at=timezone.now())
    return Status(201, row)


@router.post(
    "/{key}/consultations/answer",
    response={200: ConsultationState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="noteConsultationAnswer",
)
def note_answer(request: HttpRequest, key: str, said: Answering) -> Any:
    """Note what a consulted body thinks; its words are kept sealed."""
    return consulting.note_answer(
        actor_of(request), key, said.body, said.view, said.words, at=timezone.now()
    )


@router.get(
    "/{key}/determinations",
    response={200: Determinations, 404: Problem},
    operation_id="getDeterminations",
)
def get(request: HttpRequest, key: str) -> Any:
    """Return what was decided: all of it for the government, for the developer its words."""
    return determination_page(actor_of(request), key, at=timezone.now())


@router.post(
    "/{key}/determinations",
    response={201: DeterminationState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="determineCoverage",
)
def determine(request: HttpRequest, key: str, decided: Determining) -> Any:
    """Decide whether a model is covered; a person does, and nothing of its release hangs on it."""
    row = determining.determine(
        actor_of(request),
        key,
        decided.decision,
        decided.words,
        reasons=decided.reasons,
        at=timezone.now(),
    )
    return Status(201, row)


@router.post(
    "/{key}/determinations/{number}/dissent",
    response={201: DissentState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="dissentFromDetermination",
)
def dissent(request: HttpRequest, key: str, number: Number, why: Dissenting) -> Any:
    """Keep with a determination that somebody of the determining side disagrees."""
    row = determining.dissent(actor_of(request), key, number, why.words, at=timezone.now())
    return Status(201, {"number": number, "at": row.at})
