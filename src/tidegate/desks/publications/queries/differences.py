"""What differs between two revisions: field by field for people, and as text of any format."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.words import Act
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Publication
from tidegate.desks.publications.queries.composing import composed, taken_over
from tidegate.desks.publications.queries.detail import revision_of
from tidegate.desks.publications.queries.known import known_of
from tidegate.desks.publications.queries.previews import preview
from tidegate.desks.publications.queries.records import record_of
from tidegate.engines.formats.advisories.record import Record, record_data
from tidegate.instance.publisher import publisher

_NAMED_BY: Final = {"products": ("purl",), "fixes": ("name",), "statements": ("vendor", "product")}
"""By what the members of a list are the same in both, though they say something else."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two records differ."""

    place: str
    """Such as `products pkg:npm/minimist affected`."""
    before: str
    """What stood there, in words; empty where nothing did."""
    after: str


def between(
    actor: Actor, identifier: str, one: int, other: int, *, at: datetime
) -> tuple[Difference, ...]:
    """Return what differs between two revisions that `actor` may read.

    Raises:
        NotFoundError: there is no such publication, or not for them.
        NotHereError: one of the revisions is not there, or not for them.
    """
    before = record_of(revision_of(actor, identifier, one, at=at))
    after = record_of(revision_of(actor, identifier, other, at=at))
    return differences_of(before, after)


def since_composed(actor: Actor, identifier: str, *, at: datetime) -> tuple[Difference, ...]:
    """Return what taking over what the desks know now (`recompose`) would change in the draft.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
        NotHereError: it has no revision.
    """
    rows = Publication.objects.select_related("coordination__case")
    publication = find(actor, rows, Act.COORDINATE, at=at, identifier=as_written(identifier))
    before = record_of(revision_of(actor, identifier, at=at))
    anew = composed(
        known_of(publication.coordination),
        identifier=before.identifier,
        publisher=publisher(),
        at=at,
    )
    return differences_of(before, taken_over(before, anew))


def texts(actor: Actor, identifier: str, one: int, other: int, word: str, *, at: datetime) -> str:
    """Return the unified difference of a document of two revisions; empty where there is none.

    Raises:
        NotFoundError: there is no such publication, or not for them.
        NotHereError: one of the revisions is not there, or not for them.
        FilterError: there is no such format.
    """
    before = preview(actor, identifier, word, number=one, at=at).text
    after = preview(actor, identifier, word, number=other, at=at).text
    return "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"revision {one}/{word}.json",
            f"revision {other}/{word}.json",
        )
    )


def differences_of(before: Record, after: Record) -> tuple[Difference, ...]:
    """Return what differs between two records."""
    return tuple(_of_objects("", record_data(before), record_data(after)))


def _of_objects(
    place: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        where = f"{place} {name}".strip()
        yield from _of_values(where, name, before.get(name), after.get(name))


def _of_values(place: str, name: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(place, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(place, _NAMED_BY.get(name, ()), before, after)
    else:
        yield Difference(place, _words(before), _words(after))


def _of_lists(
    place: str, named_by: Sequence[str], before: Sequence[Any], after: Sequence[Any]
) -> Iterator[Difference]:
    if named_by:
        old, new = ({_name(one, named_by): one for one in some} for some in (before, after))
        if len(old) == len(before) and len(new) == len(after):
            for name in dict.fromkeys([*old, *new]):
                yield from _of_values(f"{place} {name}", "", old.get(name), new.get(name))
            return
    gone = [one for one in before if one not in after]
    come = [one for one in after if one not in before]
    if not gone and not come:
        yield Difference(place, _words(before), _words(after))
    for one in gone:
        yield Difference(place, _words(one), "")
    for one in come:
        yield Difference(place, "", _words(one))


def _name(one: Any, named_by: Sequence[str]) -> str:
    return " ".join(str(one.get(part, "")) for part in named_by)


def _words(value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
