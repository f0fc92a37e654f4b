"""`/reviews/{key}/terms`: versions of the terms, and the signatures of both sides."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Status
from ninja.errors import ValidationError

from tidegate.desks.reviews.frameworks.terms import TermsError
from tidegate.desks.reviews.queries.terms import document_of, terms_page
from tidegate.desks.reviews.services import acknowledging, signing, terms
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.review_terms import (
    Acknowledged,
    Acknowledging,
    AgreementState,
    ProposingDefault,
    ProposingTerms,
    ReviewTerms,
    SignatureState,
    SigningDetached,
    TakingBack,
    TermsVersions,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["review terms"])

LARGEST_NUMBER: Final = (1 << 31) - 1

Number = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]
MaybeNumber = Annotated[
    int | None,
    Query(
        None,
        ge=1,
        le=LARGEST_NUMBER,
        description="Of the version; the newest on the table, or in force, if left out.",
    ),
]
Partner = Annotated[
    str,
    Query(
        "",
        max_length=40,
        description="Key of a trusted partner, for its own terms; the engagement's, if left out.",
    ),
]


@router.get(
    "/{key}/terms", response={200: ReviewTerms, 404: Problem}, operation_id="getReviewTerms"
)
def get(request: HttpRequest, key: str, partner: Partner, number: MaybeNumber) -> Any:
    """Return the terms: what each clause says, formally and plainly, and who has to sign yet."""
    return terms_page(actor_of(request), key, for_partner=partner, number=number, at=timezone.now())


@router.get(
    "/{key}/terms/versions",
    response={200: TermsVersions, 400: Problem, 404: Problem},
    operation_id="listReviewTermsVersions",
)
def list_versions(
    request: HttpRequest,
    response: HttpResponse,
    key: str,
    partner: Partner,
    cursor: Cursor,
    limit: Limit,
) -> Any:
    """List the versions of the terms, the newest first, with the signatures under each."""
    rows = terms_page(actor_of(request), key, for_partner=partner, at=timezone.now()).versions
    page = cut(rows, lambda row: str(row.number), cursor, limit, sort="-number")
    return listed(request, response, page)


@router.get(
    "/{key}/terms/{number}/document",
    response={404: Problem},
    operation_id="getReviewTermsDocument",
    openapi_extra={
        "responses": {
            200: {
                "description": "The document that is signed, byte for byte",
                "content": {"application/json": {}},
            }
        }
    },
)
def get_document(request: HttpRequest, key: str, number: Number, partner: Partner) -> HttpResponse:
    """Return a version of the terms: the bytes whose digest both sides sign."""
    content = document_of(actor_of(request), key, number, for_partner=partner)
    return as_attachment(content, f"terms-{number}.json", "application/json")


@router.post(
    "/{key}/terms",
    response={201: AgreementState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="proposeReviewTerms",
)
def propose(request: HttpRequest, key: str, wanted: ProposingTerms) -> Any:
    """Propose a version of the terms; it replaces one that nobody has signed yet."""
    raw = json.dumps(wanted.document).encode()
    try:
        row = terms.propose_terms(
            actor_of(request), key, raw, for_partner=wanted.partner, at=timezone.now()
        )
    except TermsError as error:
        raise not_a_document(error) from error
    return Status(201, row)


@router.post(
    "/{key}/terms/default",
    response={201: AgreementState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="proposeDefaultTerms",
)
def propose_default(request: HttpRequest, key: str, wanted: ProposingDefault) -> Any:
    """Propose the framework's own terms; they are no legal advice."""
    row = terms.propose_default(
        actor_of(request),
        key,
        for_partner=wanted.partner,
        counterpart=wanted.counterpart,
        at=timezone.now(),
    )
    return Status(201, row)


@router.post(
    "/{key}/terms/sign",
    response={201: SignatureState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="signReviewTerms",
)
def sign(request: HttpRequest, key: str, given: SigningDetached) -> Any:
    """Sign for a party with a signature that was made elsewhere; the console takes passkeys.

    The digest is handed back as it was read. If another version is on the table by now, nobody
    has signed anything, and the answer is 409.
    """
    row = signing.sign_detached(
        actor_of(request),
        key,
        given.sha256,
        given.signature,
        given.public_key.encode(),
        for_organisation=given.organisation,
        at=timezone.now(),
    )
    said = {
        "organisation": row.organisation.key,
        "person": row.person.key,
        "method": row.method,
        "key": row.key,
        "signed_at": row.signed_at,
        "agreement": row.agreement,
    }
    return Status(201, said)


@router.post(
    "/{key}/terms/acknowledge",
    response={200: Acknowledged, 404: Problem, 409: Problem, 422: Problem},
    operation_id="acknowledgeReviewTerms",
)
def acknowledge(request: HttpRequest, key: str, read: Acknowledging) -> Any:
    """Say that one has read the terms in force; a grant is taken up after that."""
    acknowledging.acknowledge(actor_of(request), key, read.sha256, at=timezone.now())
    return {"sha256": read.sha256}


@router.post(
    "/{key}/terms/{number}/take-back",
    response={200: AgreementState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="takeBackReviewTerms",
)
def take_back(request: HttpRequest, key: str, number: Number, whose: TakingBack) -> Any:
    """Take a version back that one's side has proposed, while it is not signed by both."""
    return terms.take_back(
        actor_of(request), key, number, for_partner=whose.partner, at=timezone.now()
    )


def not_a_document(error: Exception) -> ValidationError:
    """Return that the document in a body is not what it has to be, as a problem with a pointer."""
    return ValidationError([{"loc": ("body", "wanted", "document"), "msg": str(error)}])
