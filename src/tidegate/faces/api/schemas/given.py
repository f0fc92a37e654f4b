"""What bodies give: keys, texts and instants, within bounds that every database can keep."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

WITHOUT_NUL: Final = r"^[^\u0000]*$"
"""PostgreSQL takes NUL in no text."""

_DATE_FIRST: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2500, 1, 1, tzinfo=UTC)

Key = Annotated[str, Field(min_length=1, max_length=40, pattern=WITHOUT_NUL)]
"""A name of something that is kept here, however it is written."""

Word = Annotated[str, Field(min_length=1, max_length=100, pattern=WITHOUT_NUL)]
"""A word that is looked up, such as a policy's name."""

Text = Annotated[str, Field(max_length=10_000)]
"""Some sentences; they may be left out."""


def _written(value: Any) -> Any:
    # A number would be taken for seconds since 1970, and nobody writes an instant so.
    if not isinstance(value, str) or not _DATE_FIRST.match(value):
        raise ValueError("write an instant as 2026-11-30T12:00:00Z")
    return value


def _within(moment: datetime) -> datetime:
    try:
        at = moment.astimezone(UTC)
    except OverflowError:
        at = datetime.min.replace(tzinfo=UTC)
    if not _FIRST <= at < _LAST:
        raise ValueError(f"name an instant between {_FIRST.year} and {_LAST.year}")
    return at


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    AfterValidator(_within),
    Field(examples=["2026-11-30T12:00:00Z"]),
]
"""A date and time with a zone (RFC 3339); kept and shown in UTC."""
