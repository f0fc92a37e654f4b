"""Terms as a document: made from a framework, written, read strictly, compared, and worded.

The form is `terms-1.schema.json`. What is signed is the document's RFC 8785 form, in which settings
stand beside clauses that name them in braces: what people read is worded from both, so no sentence
can say another thing than what is enforced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tidegate.desks.reviews.frameworks.conforming import TERMS, fault_of, schema
from tidegate.desks.reviews.frameworks.framework import (
    Clause,
    Framework,
    Heading,
    Settings,
    Terms,
)
from tidegate.desks.reviews.frameworks.loading import placed
from tidegate.desks.reviews.frameworks.reading import (
    read_clauses,
    read_settings,
    unseen,
    written_clauses,
    written_settings,
)
from tidegate.desks.reviews.frameworks.wording import filled, phrases
from tidegate.engines.formats.documents import Fault, canonical, parse

MAX_BYTES: Final = 1 << 20
"""Largest document, in bytes."""

SCHEMA: Final = "urn:tidegate:engagement-terms:1"

_MEMBERS: Final = (
    "framework",
    "framework_version",
    "title",
    "developer",
    "counterpart",
    "model",
)


class TermsError(ValueError):
    """A document is not terms; the message names the file, the field, and the mend."""

    def __init__(self, source: str, fault: Fault) -> None:
        super().__init__(placed(source, fault))


class Difference(StrEnum):
    """How two versions differ in one place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of terms."""

    difference: Difference
    what: str
    """Name of the clause, of the setting, or of the member of the document."""
    heading: Heading | None
    """Of a clause."""
    before: str
    """As it is worded; empty of what was added."""
    after: str


def default_terms(
    framework: Framework, *, title: str, developer: str, counterpart: str, model: str
) -> Terms:
    """Return a framework's own terms for an engagement between two organisations."""
    return Terms(
        framework=framework.name,
        framework_version=framework.version,
        title=title,
        developer=developer,
        counterpart=counterpart,
        model=model,
        clauses=framework.clauses,
        settings=framework.settings,
    )


def to_document(terms: Terms) -> bytes:
    """Return the document of terms: JSON in its RFC 8785 form, whose digest is signed."""
    return canonical(
        {
            "schema": SCHEMA,
            "engagement": terms.engagement,
            "number": terms.number,
            **{name: getattr(terms, name) for name in _MEMBERS},
            "clauses": written_clauses(terms.clauses),
            "settings": written_settings(terms.settings),
        }
    )


def read_terms(raw: bytes, source: str) -> Terms:
    """Read terms from the bytes of a document; `source` is its name in errors.

    Raises:
        TermsError: it is no terms.
    """
    document = parse(raw, max_bytes=MAX_BYTES)
    if isinstance(document, Fault):
        raise TermsError(source, document)
    value: Any = document.value
    if fault := fault_of(value, TERMS, "terms") or unseen(value):
        raise TermsError(source, fault)
    clauses = read_clauses(value["clauses"])
    if isinstance(clauses, Fault):
        raise TermsError(source, clauses)
    settings = read_settings(value["settings"])
    if isinstance(settings, Fault):
        raise TermsError(source, settings)
    return Terms(
        **{name: value[name] for name in _MEMBERS},
        clauses=clauses,
        settings=settings,
        engagement=value.get("engagement", ""),
        number=int(value.get("number", 0)),
    )


def terms_schema() -> dict[str, Any]:
    """Return the JSON Schema of terms; not to be changed."""
    return schema(TERMS)


def changes(before: Terms, after: Terms) -> tuple[Change, ...]:
    """Return how two versions differ: members, settings, then clauses, in the later one's order.

    A setting that was changed is named once, and not again with each clause that speaks of it.
    """
    return (
        *_changed(
            {name: str(getattr(before, name)) for name in _MEMBERS},
            {name: str(getattr(after, name)) for name in _MEMBERS},
        ),
        *_changed(phrases(before.settings), phrases(after.settings)),
        *_changed_clauses(before, after),
    )


def worded(clause: Clause, settings: Settings) -> str:
    """Return what a clause says, with its settings filled in."""
    return filled(clause.text, settings)


def plainly(clause: Clause, settings: Settings) -> str:
    """Return what a clause says in plain words, with its settings filled in."""
    return filled(clause.plain, settings)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    return [
        Change(Difference.CHANGED, name, None, before[name], said)
        for name, said in after.items()
        if before[name] != said
    ]


def _changed_clauses(before: Terms, after: Terms) -> list[Change]:
    was = {one.name: one for one in before.clauses}
    found: list[Change] = []
    for one in after.clauses:
        old = was.pop(one.name, None)
        if old is None:
            said = worded(one, after.settings)
            found.append(Change(Difference.ADDED, one.name, one.heading, "", said))
        elif old != one:
            old_said, said = worded(old, before.settings), worded(one, after.settings)
            found.append(Change(Difference.CHANGED, one.name, one.heading, old_said, said))
    found.extend(
        Change(Difference.REMOVED, one.name, one.heading, worded(one, before.settings), "")
        for one in was.values()
    )
    return found
