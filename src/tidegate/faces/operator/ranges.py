"""Which runs of versions does a record hold? As keys, that compare byte by byte as versions do.

What a record says is affected, and what it says could not be told, are two lists of slices for each
package. A package that this client cannot place is named, and never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tidegate.engines.formats.advisories.record import Product, Record, Span
from tidegate.engines.matching.advisories import Slice
from tidegate.engines.matching.distributions import ecosystems_of_advisory
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.identity import package_of
from tidegate.engines.matching.osv_ranges import key_of
from tidegate.engines.matching.packages import Package, Unplaced
from tidegate.engines.matching.ranges import (
    Event,
    EventKind,
    Key,
    Reading,
    merged,
    read_events,
    read_versions,
)

_NO_VERSIONS: Final = "neither ranges nor versions"


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says of one package."""

    package: Package
    product: int
    """Which of the record's products it is."""
    affected: tuple[Slice, ...]
    unknown: tuple[Slice, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """A product whose versions cannot be compared here."""

    purl: str
    words: str


def said_by(record: Record) -> tuple[tuple[Said, ...], tuple[NotPlaced, ...]]:
    """Return what a record says of packages, and which of its products cannot be placed.

    A record that was withdrawn says nothing any more.
    """
    if record.withdrawn_at is not None:
        return (), ()
    placed: list[Said] = []
    not_placed: list[NotPlaced] = []
    for number, product in enumerate(record.products):
        package = package_of(product.purl)
        if isinstance(package, Unplaced):
            not_placed.append(NotPlaced(product.purl, package.words))
            continue
        known = ecosystem_named(package.ecosystem)
        assert known is not None
        words = ecosystems_of_advisory(package.ecosystem) or (package.ecosystem,)
        affected, unknown = _read(product, key_of(known))
        placed += (
            Said(
                Package(word, package.name),
                number,
                affected.slices,
                unknown.slices,
                tuple(dict.fromkeys((*affected.unreadable, *unknown.unreadable))),
            )
            for word in words
        )
    return tuple(placed), tuple(not_placed)


def _read(product: Product, key: Key) -> tuple[Reading, Reading]:
    affected = _joined(
        [read_versions(product.affected_versions, key), *_spans(product.affected, key)]
    )
    unknown = _joined([read_versions(product.unknown_versions, key), *_spans(product.unknown, key)])
    says_nothing = not (
        product.affected
        or product.affected_versions
        or product.unknown
        or product.unknown_versions
        or product.unaffected_versions
    )
    if says_nothing:
        affected = affected._replace(unreadable=(_NO_VERSIONS,))
    return affected, unknown


def _spans(spans: Iterable[Span], key: Key) -> Iterable[Reading]:
    for span in spans:
        events = [Event(EventKind.INTRODUCED, span.introduced)]
        if span.ended:
            kind = EventKind.FIXED if span.is_fixed else EventKind.LAST_AFFECTED
            events.append(Event(kind, span.ended))
        yield read_events(events, key)


def _joined(readings: list[Reading]) -> Reading:
    return Reading(
        merged(one for each in readings for one in each.slices),
        tuple(dict.fromkeys(text for each in readings for text in each.unreadable)),
    )
