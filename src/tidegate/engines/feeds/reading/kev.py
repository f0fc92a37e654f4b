"""What does CISA's catalogue say? Entry by entry, checked against CISA's own schema.

Beside the schema: the catalogue holds as many entries as it counts itself, and bears a date. Since
BOD 26-04 entries have `forensicTriage`, which the schema does not know yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import jsonschema_rs

from tidegate.engines.feeds.assertions import Assertion, Json, Kind
from tidegate.engines.feeds.editions import EditionError
from tidegate.engines.feeds.feeds import Feed
from tidegate.engines.feeds.reading.documents import EditionFile, holds_nul
from tidegate.engines.feeds.reading.notes import Notes
from tidegate.engines.feeds.reading.schemas import made, misfit, schema_of
from tidegate.engines.formats.documents import Fault, parse

_MEMBERS: Final = (
    "vendorProject",
    "product",
    "vulnerabilityName",
    "dateAdded",
    "dueDate",
    "requiredAction",
    "knownRansomwareCampaignUse",
    "notes",
)
_TRIAGE: Final = "forensicTriage"
_LONGEST_TEXT: Final = 64 << 10
_LONGEST_VERSION: Final = 40


def read_kev(feed: Feed, file: EditionFile, notes: Notes) -> Iterator[Assertion]:
    """Yield what each entry says.

    Raises:
        EditionError: it is not KEV's catalogue, or not all of it.
    """
    catalogue = _catalogue(feed, file, notes)
    entries = catalogue["vulnerabilities"]
    if catalogue["count"] != len(entries):
        raise EditionError(f"it counts {catalogue['count']} entries and holds {len(entries)}")
    notes.version = catalogue["catalogVersion"]
    if len(notes.version) > _LONGEST_VERSION:
        raise EditionError("its catalogVersion is longer than any version")
    notes.said_at = notes.instant(catalogue["dateReleased"])
    if notes.said_at is None:
        raise EditionError("its dateReleased is no instant that has been")
    for index, entry in enumerate(entries):
        place = f"vulnerabilities[{index}]"
        if words := misfit(_entries(), entry):
            notes.refuse(place, words)
        elif notes.instant(entry["dateAdded"]) is None:
            notes.refuse(place, "was added on a day that is still to come")
        elif notes.enter(place, entry["cveID"]):
            yield Assertion(
                source=feed.name,
                vulnerability=entry["cveID"],
                kind=Kind.KEV,
                value=_value(entry),
                said_at=notes.said_at,
                version=notes.version,
            )


def _catalogue(feed: Feed, file: EditionFile, notes: Notes) -> dict[str, Any]:
    raw = file.whole()
    if holds_nul(raw):
        raise EditionError("it holds a NUL character, which no database keeps")
    document = parse(
        raw,
        max_bytes=notes.limits.record_bytes,
        max_depth=notes.limits.record_depth,
        max_values=notes.limits.record_values,
        max_text=_LONGEST_TEXT,
    )
    if isinstance(document, Fault):
        raise EditionError(f"it is {document.field} {document.reason}")
    if words := misfit(_heads(feed.schema), document.value):
        raise EditionError(words)
    catalogue: dict[str, Any] = document.value
    return catalogue


def _value(entry: Mapping[str, Any]) -> dict[str, Json]:
    value: dict[str, Json] = {name: entry[name] for name in _MEMBERS if name in entry}
    if _TRIAGE in entry:
        value[_TRIAGE] = _yes_or_no(entry[_TRIAGE])
    return value


def _yes_or_no(said: Any) -> Json:
    if isinstance(said, bool):
        return "yes" if said else "no"
    word = said.strip().lower() if isinstance(said, str) else ""
    answer: Json = word if word in ("yes", "no") else said
    return answer


@cache
def _heads(name: str) -> jsonschema_rs.Validator:
    """Return the schema's check of all but the entries, which are checked one by one."""
    schema = schema_of(name)
    entries = {"vulnerabilities": {"type": "array"}}
    return made({**schema, "properties": {**schema["properties"], **entries}})


@cache
def _entries() -> jsonschema_rs.Validator:
    schema = schema_of("kev.schema.json")
    return made({"$schema": schema["$schema"], **schema["$defs"]["vulnerability"]})
