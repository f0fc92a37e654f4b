"""`/reviews/{key}/partners`, `/reports`, `/certificates`: early access, and what is left of it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.access.keys import as_written
from tidegate.desks.reviews.models import Agreement, Partner
from tidegate.desks.reviews.queries.engagements import ShownCertificate, engagement_page
from tidegate.desks.reviews.queries.partners import PartnerShown, partners_page
from tidegate.desks.reviews.queries.terms import document_of
from tidegate.desks.reviews.services import certifying, partners, reporting
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.review_terms import LARGEST_NUMBER
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.review_partners import (
    CertificateState,
    Certifying,
    EndingPartner,
    FindingsReported,
    LettingBeginEarly,
    PartnerState,
    ProposingPartner,
    Reporting,
    TrustedPartners,
)
from tidegate.faces.api.schemas.reviews import Certificates
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["review partners"])

RecordNumber = Annotated[
    int,
    Query(
        1,
        ge=1,
        le=LARGEST_NUMBER,
        description="Of the record, as the list of partners has it; the first, if left out.",
    ),
]

_PARTNER: Final = "/{key}/partners/{organisation}"
_CHANGED: Final[Any] = {200: PartnerState, 404: Problem, 409: Problem, 422: Problem}


@router.get(
    "/{key}/partners",
    response={200: TrustedPartners, 400: Problem, 404: Problem},
    operation_id="listTrustedPartners",
)
def index(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List the trusted partners that whoever asks may see; a partner sees itself alone."""
    found = partners_page(actor_of(request), key, at=timezone.now())
    page = cut(found.partners, _name, cursor, limit, sort="proposed")
    return {**listed(request, response, page), "earliest": found.earliest, "may": found.may}


@router.post(
    "/{key}/partners",
    response={201: PartnerState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="proposeTrustedPartner",
)
def propose(request: HttpRequest, key: str, whom: ProposingPartner) -> Any:
    """Propose a trusted partner; it is told of nothing before both sides have signed its record."""
    row = partners.propose_partner(
        actor_of(request),
        key,
        whom.organisation,
        identity=whom.identity,
        scope=whom.scope,
        hardening=whom.hardening,
        begins_at=whom.begins_at,
        ends_at=whom.ends_at,
        early=whom.early,
        at=timezone.now(),
    )
    return Status(201, _state(row))


@router.get(
    f"{_PARTNER}/record",
    response={404: Problem},
    operation_id="getTrustedPartnerRecord",
    openapi_extra={
        "responses": {
            200: {
                "description": "The record that is signed, byte for byte",
                "content": {"application/json": {}},
            }
        }
    },
)
def get_record(
    request: HttpRequest, key: str, organisation: str, number: RecordNumber
) -> HttpResponse:
    """Return a trusted partner's record: the bytes whose digest both sides sign."""
    content = document_of(
        actor_of(request),
        key,
        number,
        for_partner=organisation,
        kind=Agreement.Kind.PARTNER,
        at=timezone.now(),
    )
    return as_attachment(content, f"{as_written(organisation)}.json", "application/json")


@router.post(f"{_PARTNER}/decline", response=_CHANGED, operation_id="declineTrustedPartner")
def decline(request: HttpRequest, key: str, organisation: str) -> Any:
    """Decline a proposed partner, or take the proposal back; until both sides have signed."""
    return _state(partners.decline_partner(actor_of(request), key, organisation, at=timezone.now()))


@router.post(f"{_PARTNER}/early", response=_CHANGED, operation_id="letPartnerBeginEarly")
def let_begin_early(
    request: HttpRequest, key: str, organisation: str, when: LettingBeginEarly
) -> Any:
    """Let a partner's access begin before the government's window ends; the developer's alone."""
    row = partners.let_begin_early(
        actor_of(request), key, organisation, begins_at=when.begins_at, at=timezone.now()
    )
    return _state(row)


@router.post(f"{_PARTNER}/end", response=_CHANGED, operation_id="endTrustedPartner")
def end(request: HttpRequest, key: str, organisation: str, why: EndingPartner) -> Any:
    """End a partner's early access, and every grant of its people, at once."""
    row = partners.end_partner(
        actor_of(request), key, organisation, why=why.reason, at=timezone.now()
    )
    return _state(row)


@router.post(
    "/{key}/reports",
    response={201: FindingsReported, 404: Problem, 409: Problem, 422: Problem},
    operation_id="reportFindings",
)
def report(request: HttpRequest, key: str, what: Reporting) -> Any:
    """Hand in findings that were made with the model; the developer reads them.

    The whole body has at most 2 MiB, as every JSON body here; the command line takes larger ones.
    """
    row = reporting.report_findings(
        actor_of(request),
        key,
        what.content,
        name=what.name,
        organisation=what.organisation,
        finder=what.finder,
        format=what.format,
        target=what.target,
        at=timezone.now(),
    )
    counts = ("accepted", "repeated", "refused")
    said = {name: getattr(row.delivery, name) for name in counts}
    return Status(201, {"delivery": row.delivery.key, "reported_at": row.reported_at, **said})


@router.get(
    "/{key}/certificates",
    response={200: Certificates, 400: Problem, 404: Problem},
    operation_id="listCertificates",
)
def list_certificates(
    request: HttpRequest, response: HttpResponse, key: str, cursor: Cursor, limit: Limit
) -> Any:
    """List what was certified to have been destroyed or given back."""
    rows = engagement_page(actor_of(request), key, at=timezone.now()).certificates
    page = cut(rows, _certificate, cursor, limit, sort="certified")
    return listed(request, response, page)


@router.post(
    "/{key}/certificates",
    response={201: CertificateState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="certifyDestruction",
)
def certify(request: HttpRequest, key: str, what: Certifying) -> Any:
    """Certify for a party what it has destroyed or given back; also after a withdrawal."""
    row = certifying.certify_destruction(
        actor_of(request),
        key,
        what.organisation,
        what.what,
        what.destroyed_at,
        at=timezone.now(),
    )
    columns = set(CertificateState.model_fields) - {"organisation"}
    said = {column: getattr(row, column) for column in columns}
    return Status(201, {"organisation": row.organisation.key, **said})


def _name(row: PartnerShown) -> str:
    return f"{row.organisation} {row.record_number}"


def _certificate(row: ShownCertificate) -> str:
    return f"{row.sha256} {row.certified_at.isoformat()}"


def _state(row: Partner) -> dict[str, Any]:
    columns = set(PartnerState.model_fields) - {"organisation", "name", "invited_at", "ended_at"}
    return {
        "organisation": row.party.organisation.key,
        "name": row.party.organisation.name,
        "invited_at": row.party.invited_at,
        "ended_at": row.party.ended_at,
        **{column: getattr(row, column) for column in columns},
    }
