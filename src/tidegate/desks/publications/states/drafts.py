"""A draft as a value: read with its faults, dated when it goes out, and what is approved of it.

What somebody approves is the record with everything that decides who reads it and when: the
organisations that it goes to, and its time. The instant at which it will in fact go out is not
known then, so `digest_of` leaves that out; it is the same before a record is dated and after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import rfc8785
from pydantic import TypeAdapter, ValidationError

from tidegate.engines.formats.advisories.record import (
    Record,
    RecordError,
    RevisionNote,
    record_data,
)

_ADAPTER: Final[TypeAdapter[Record]] = TypeAdapter(Record)


def draft_of(data: Any) -> Record:
    """Return the record that JSON data holds, whatever keeps it from being published.

    Raises:
        RecordError: it is none.
    """
    try:
        return _ADAPTER.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{place or 'the record'}: {first['msg']}") from error


def noted(
    notes: Sequence[RevisionNote], number: int, words: str, at: datetime
) -> tuple[RevisionNote, ...]:
    """Return the history with one more revision at its end."""
    return (*notes, RevisionNote(number, _second(at), words))


def dated(record: Record, at: datetime) -> Record:
    """Return a record as it goes out at an instant."""
    *before, last = record.revisions
    moment = _second(at)
    return replace(
        record,
        revisions=(*before, replace(last, at=moment)),
        withdrawn_at=moment if record.withdrawn_at is not None else None,
    )


def digest_of(record: Record, audience: Iterable[str], publish_at: datetime | None) -> str:
    """Return the SHA-256, in hex, of what is approved.

    Args:
        record: dated or not.
        audience: keys of the organisations that it goes to.
        publish_at: its time; None for at once.

    Raises:
        RecordError: a text of it is none, for it holds half of a surrogate pair.
    """
    data = record_data(record)
    data["revisions"] = [*data["revisions"][:-1], {**data["revisions"][-1], "at": None}]
    data["withdrawn_at"] = record.withdrawn_at is not None
    said = {
        "record": data,
        "audience": sorted(set(audience)),
        "publish_at": publish_at.astimezone(UTC).isoformat() if publish_at else None,
    }
    try:
        written = rfc8785.dumps(said)
    except rfc8785.CanonicalizationError as error:
        raise RecordError(
            f"the record: cannot be written as JSON ({error}); take out what is no text"
        ) from error
    return hashlib.sha256(written).hexdigest()


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
