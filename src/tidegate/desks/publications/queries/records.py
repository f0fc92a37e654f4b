"""What a revision holds, opened. Whether somebody may read it was asked before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.publications.models import Rendered, Revision
from tidegate.desks.publications.states.drafts import draft_of
from tidegate.engines.formats.advisories.record import Record

BUNDLE: Final = "bundle"
"""The format of the signed bundle, among the documents of a revision."""

FIX: Final = "fix/"
"""What the format of a file of a fix begins with; its name comes after."""


def purpose_of(revision: Revision) -> str:
    """Return what a revision's record is sealed for: itself, and no other."""
    return f"revision:{revision.publication.identifier}:{revision.number}"


def purpose_of_document(revision: Revision, word: str) -> str:
    """Return what a document of a revision is sealed for."""
    return f"{purpose_of(revision)}:{word}"


def record_of(revision: Revision) -> Record:
    """Return the record of a revision, with whatever faults it has.

    Raises:
        SealError: it was changed where it is kept.
        KeyringError: the instance's key that it is wrapped by is missing.
    """
    return draft_of(json.loads(opened(revision.record, purpose_of(revision))))


def document_of(revision: Revision, word: str) -> bytes | None:
    """Return a document of a published revision, to the byte; None where it has none of that word.

    It raises what `record_of` raises.
    """
    row = Rendered.objects.filter(revision=revision, format=word).select_related("sealed").first()
    return content_of(row, revision) if row else None


def fix_files_of(revision: Revision) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the fixes of a published revision: diffs, and receipts of their trials.

    It raises what `record_of` raises.
    """
    rows = Rendered.objects.filter(revision=revision, format__startswith=FIX)
    for row in rows.select_related("sealed").order_by("format"):
        yield row.format.removeprefix(FIX), content_of(row, revision)


def content_of(row: Rendered, revision: Revision) -> bytes:
    """Return the bytes of a document. It raises what `record_of` raises."""
    if row.sealed is not None:
        return opened(row.sealed, purpose_of_document(revision, row.format))
    assert row.content is not None
    return bytes(row.content)
