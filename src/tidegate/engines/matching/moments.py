"""Reading a moment of a foreign record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.records import MisfitError

if TYPE_CHECKING:
    from tidegate.engines.formats.records import Members

_ZERO_OF_GO: Final = "1-01-01T00:00:00Z"


def moment_of(record: Members, key: str) -> datetime | None:
    """Return a moment in UTC; one without a zone is taken for UTC, as CVE records mean it.

    The first moment of the year 1 is how programs in Go write that they know none. Raises
    `MisfitError` for what is no moment.
    """
    text = record.text(key)
    if not text or text.lstrip("0") == _ZERO_OF_GO:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MisfitError(
            record.at(key), f"{shown(text)} is no moment; write it as 2026-11-26T09:30:00Z"
        ) from error
