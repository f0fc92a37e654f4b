"""`/publications/{key}/record` and what is made of it: formats, faults, differences, documents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Path, Query, Router
from ninja.errors import ValidationError

from tidegate.desks.access.actors import Actor
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.queries.advisories import advisory_document
from tidegate.desks.publications.queries.composing import FROM_DESKS
from tidegate.desks.publications.queries.detail import (
    PublicationPage,
    publication_page,
    revision_of,
)
from tidegate.desks.publications.queries.differences import between, since_composed, texts
from tidegate.desks.publications.queries.previews import checked, preview
from tidegate.desks.publications.queries.records import FIX, record_of
from tidegate.desks.publications.services import drafting
from tidegate.engines.formats.advisories.formats_of import WORDS
from tidegate.engines.formats.advisories.record import record_data
from tidegate.faces.api.errors import ChangedMeanwhileError
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.routes.publication_answers import changed, tag_of
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.publication_changes import EditingRecord, TakingOver
from tidegate.faces.api.schemas.publication_publications import (
    RecordDifferences,
    RecordOfRevision,
    RevisionChanged,
    RevisionFaults,
    RevisionInFormat,
    WhatWouldChange,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["publications"])

_MOST_REVISIONS: Final = 2**31 - 1
_CHANGED: Final[Any] = {200: RevisionChanged, 404: Problem, 409: Problem, 422: Problem}

_OPAQUE: Final = "application/octet-stream"
_BYTES: Final = {
    "responses": {
        200: {"description": "The bytes, as they went out", "content": {_OPAQUE: {}}},
    }
}

Revision = Annotated[
    int | None,
    Query(
        None,
        ge=1,
        le=_MOST_REVISIONS,
        description="Number of a revision; the newest that one may read, if left out.",
    ),
]
Format = Annotated[str, Path(max_length=20, examples=list(WORDS))]
IfMatch = Annotated[
    str | None,
    Header(
        None,
        alias="If-Match",
        max_length=100,
        description="The `ETag` of the record that was read, in place of `edits`.",
    ),
]


@router.get(
    "/{key}/record",
    response={200: RecordOfRevision, 404: Problem},
    operation_id="getRecord",
)
def get_record(request: HttpRequest, response: HttpResponse, key: str, revision: Revision) -> Any:
    """Return the record of a revision, whole. Its `ETag` stands for what was read."""
    actor, now = actor_of(request), timezone.now()
    row = revision_of(actor, key, revision, at=now)
    inside = publication_page(actor, key, at=now).reads_drafts
    response["ETag"] = tag_of(row)
    return {
        "identifier": row.publication.identifier,
        "revision": row.number,
        "state": row.state,
        "edits": row.edits,
        "digest": row.digest if inside else "",
        "words": row.words,
        "record": record_data(record_of(row)),
    }


@router.post("/{key}/record", response={**_CHANGED, 412: Problem}, operation_id="editRecord")
def edit(
    request: HttpRequest,
    response: HttpResponse,
    key: str,
    wanted: EditingRecord,
    if_match: IfMatch,
) -> Any:
    """Replace the record of the revision that is worked on; every approval falls with it.

    409, or 412 with `If-Match`: somebody else has edited it since it was read.
    """
    actor, now = actor_of(request), timezone.now()
    edits = wanted.edits
    if if_match is not None:
        edits = _matching(actor, key, if_match, now)
    elif edits is None:
        raise ValidationError(
            [
                {
                    "loc": ("body", "wanted", "edits"),
                    "msg": "say as which edit you have read it, or send its ETag as If-Match",
                }
            ]
        )
    row = drafting.edit(actor, key, wanted.record, edits=edits, words=wanted.words, at=now)
    response["ETag"] = tag_of(row)
    return changed(row)


@router.get(
    "/{key}/recompose",
    response={200: WhatWouldChange, 404: Problem, 409: Problem},
    operation_id="previewRecompose",
)
def preview_recompose(request: HttpRequest, key: str) -> Any:
    """Return what taking over what the desks know now would change in the draft."""
    return {"rows": since_composed(actor_of(request), key, at=timezone.now())}


@router.post("/{key}/recompose", response=_CHANGED, operation_id="recomposePublication")
def recompose(request: HttpRequest, key: str, wanted: TakingOver) -> Any:
    """Take over what the desks know now, in the parts that are named; texts stay as they are."""
    parts = FROM_DESKS if wanted.parts is None else wanted.parts
    actor, now = actor_of(request), timezone.now()
    return changed(drafting.recompose(actor, key, edits=wanted.edits, parts=parts, at=now))


@router.get(
    "/{key}/faults", response={200: RevisionFaults, 404: Problem}, operation_id="checkPublication"
)
def check(request: HttpRequest, key: str, revision: Revision) -> Any:
    """Return what keeps a revision from going out, as far as its content goes, with the mends."""
    return {"faults": checked(actor_of(request), key, number=revision, at=timezone.now())}


@router.get(
    "/{key}/formats/{format}",
    response={200: RevisionInFormat, 400: Problem, 404: Problem},
    operation_id="previewFormat",
)
def preview_format(request: HttpRequest, key: str, format: Format, revision: Revision) -> Any:  # noqa: A002 - the parameter's name
    """Return how a revision looks in a format, with what is wrong with it.

    Of what is out these are the bytes that went out.
    """
    found = preview(actor_of(request), key, format, number=revision, at=timezone.now())
    return {**whole(found), "format": found.word}


@router.get(
    "/{key}/documents/{word}",
    response={404: Problem},
    operation_id="getPublishedDocument",
    openapi_extra=_BYTES,
)
def get_document(request: HttpRequest, key: str, word: str) -> HttpResponse:
    """Return a document of what is out, to the byte: one of a format, or `bundle`, the signed one.

    Drafts are shown by `/formats/{format}`.
    """
    content, _ = advisory_document(actor_of(request), key, word, at=timezone.now())
    return as_attachment(content, f"{as_written(key)}.{word}.json", _OPAQUE)


@router.get(
    "/{key}/fixes/{name}",
    response={404: Problem},
    operation_id="getPublishedFix",
    openapi_extra=_BYTES,
)
def get_fix(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Return a file of a fix that is out: a diff, or the signed receipt of its trial."""
    content, _ = advisory_document(actor_of(request), key, f"{FIX}{name}", at=timezone.now())
    return as_attachment(content, name, _OPAQUE)


@router.get(
    "/{key}/differences",
    response={200: RecordDifferences, 400: Problem, 404: Problem},
    operation_id="getDifferences",
)
def get_differences(
    request: HttpRequest,
    key: str,
    one: Annotated[
        int | None,
        Query(
            None,
            ge=1,
            le=_MOST_REVISIONS,
            description="The earlier revision; the one before the other, if left out.",
        ),
    ],
    other: Revision,
    format: Annotated[  # noqa: A002 - the parameter's name
        str, Query("", max_length=20, description=f"Also as text of one of {', '.join(WORDS)}.")
    ],
) -> Any:
    """Return what differs between two revisions, field by field; and as text of a format."""
    actor, now = actor_of(request), timezone.now()
    later = revision_of(actor, key, other, at=now).number
    earlier = one or _before(publication_page(actor, key, at=now), later)
    told = {"one": earlier, "other": later, "rows": [], "format": format, "text": ""}
    if not earlier:
        return told
    told["rows"] = between(actor, key, earlier, later, at=now)
    if format:
        told["text"] = texts(actor, key, earlier, later, format, at=now)
    return told


def _matching(actor: Actor, key: str, tag: str, now: datetime) -> int:
    """Return the edits of the revision that a tag stands for, which nobody has changed since."""
    row = revision_of(actor, key, at=now)
    if tag.strip() != tag_of(row):
        raise ChangedMeanwhileError(
            f"the record is another one by now; read it again, and send its ETag, {tag_of(row)}"
        )
    return row.edits


def _before(page: PublicationPage, number: int) -> int:
    """Return the number of the revision before one, of those that somebody reads; 0 for none."""
    return max((one.number for one in page.revisions if one.number < number), default=0)
