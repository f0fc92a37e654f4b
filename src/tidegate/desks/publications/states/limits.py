"""How much a record holds at most, with which characters and dates; pure.

Of every format and every table that a record goes into, the narrowest decides: what is kept within
these bounds can be written, matched and listed anywhere. So nothing is found too long, or not
writable, only when its time has come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tidegate.engines.formats.advisories.record import Record
from tidegate.engines.formats.documents import shown

LONGEST: Final[Mapping[str, int]] = {
    "title": 300,
    "summary": 2_000,
    "description": 100_000,
    "impact": 20_000,
    "exploited": 10_000,
    "withdrawn_because": 10_000,
    "words": 10_000,
    "url": 2_000,
    "namespace": 2_000,
    "vector": 400,
    "cve": 30,
}
"""Characters of a text, by the name of its member."""

LONGEST_OTHER: Final = 500
"""Of every other text: names, versions, package URLs."""

MOST_ENTRIES: Final = 5_000
"""Of one list."""

MOST_VALUES: Final = 20_000
"""Of a record in all: a bundle says each version several times, and has an end itself."""

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but for tabs and ends of lines, and halves of surrogate pairs."""


def limit_fault_of(record: Record) -> str | None:
    """Return what of a record goes beyond its bounds, place and mend; None if nothing does."""
    return next(_faults(record), None)


def _faults(record: Record) -> Iterator[str]:
    for count, (place, name, value) in enumerate(_values(record, "", "")):
        if isinstance(value, tuple):
            if len(value) > MOST_ENTRIES:
                yield f"{place}: has {len(value):,} entries; keep at most {MOST_ENTRIES:,}"
        elif isinstance(value, datetime):
            yield from _of_date(place, value)
        elif isinstance(value, str):
            yield from _of_text(place, value, LONGEST.get(name, LONGEST_OTHER))
        if count >= MOST_VALUES:
            yield f"the record: has more than {MOST_VALUES:,} values; leave some versions out"
            return


def _values(value: Any, place: str, name: str) -> Iterator[tuple[str, str, Any]]:
    """Yield every list and every plain value with its place and the name of its member."""
    if is_dataclass(value):
        for field in fields(value):
            at = f"{place}.{field.name}" if place else field.name
            yield from _values(getattr(value, field.name), at, field.name)
    else:
        yield place, name, value
    if isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _values(each, f"{place}.{number}", name)


def _of_text(place: str, text: str, longest: int) -> Iterator[str]:
    if len(text) > longest:
        yield f"{place}: has {len(text):,} characters; write at most {longest:,}"
    if found := _UNPRINTABLE.search(text):
        yield (
            f"{place}: holds {shown(found.group())}, which is no character of a text; take it out"
        )


def _of_date(place: str, moment: datetime) -> Iterator[str]:
    if moment.utcoffset() is None:
        yield f"{place}: {moment.isoformat()} has no zone; add one, such as Z for UTC"
        return
    try:
        moment.astimezone(UTC)
    except OverflowError:
        yield f"{place}: {moment.isoformat()} has no year from 1 to 9999 in UTC; write another one"
