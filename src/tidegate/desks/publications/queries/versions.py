"""What is wrong with the versions that a record names, in the order of their ecosystem; pure.

They are compared by their place in that order, never by their text: `1.2.06` is `1.2.6`. What has
no place, or is not written as the ecosystem writes it, says to one reader something else than to
another, so it is refused; but for what a registry lists, which is written as it is. Where the order
of an ecosystem is not known here, texts are all that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from packageurl import PackageURL

from tidegate.desks.publications.queries.ranges import is_same
from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Basis,
    Product,
    Record,
    Span,
    begins_in_vain,
    may_begin,
)
from tidegate.engines.formats.advisories.standings import said_by_product, standing_of
from tidegate.engines.formats.documents import shown
from tidegate.engines.matching.ecosystems import Ecosystem, ecosystem_of_purl
from tidegate.engines.matching.versions import UnparsableVersionError, comparator
from tidegate.engines.matching.writing import is_as_written

_ZEROS: Final = ("0", "0.0")
"""How orders write a version that nothing which was ever released stands before."""


Compared = Callable[[str, str], int]
Key = Callable[[str], "_Place"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What the desks know of the versions of a case's package."""

    purl: str
    listed: Collection[str]
    """Its releases, as its registry writes them."""
    not_fixed: Collection[str]
    """Those that a trial has shown not to be a whole fix."""


def version_faults(record: Record, tried: Tried) -> Iterator[str]:
    """Yield what is wrong with the versions of a record; nothing, if it was withdrawn."""
    if record.withdrawn_at is not None:
        return
    purls = {product.purl: _ecosystem(product.purl) for product in record.products}
    own = _ecosystem(tried.purl)
    for number, product in enumerate(record.products):
        listed = tried.listed if product.purl == tried.purl else ()
        yield from _of_product(product, purls[product.purl], listed, f"products.{number}")
        yield from _of_failed(product, (purls[product.purl], own), tried, f"products.{number}")
    for number, remedy in enumerate(record.remedies):
        place = f"remedies.{number}"
        if remedy.purl and remedy.purl not in purls:
            yield f"{place}.purl: {shown(remedy.purl)} is no package of this record; name one"
        ecosystems = (purls[remedy.purl],) if remedy.purl in purls else tuple(purls.values())
        if remedy.version and remedy.version not in tried.listed:
            yield from _of_writing(remedy.version, ecosystems[0], f"{place}.version")
        if _has_failed(remedy.version, (*ecosystems, own), tried):
            yield _failed(remedy.version, f"{place}.version")


def _ecosystem(purl: str) -> Ecosystem | None:
    try:
        read = PackageURL.from_string(purl)
    except ValueError:
        return None
    return ecosystem_of_purl(read.type, read.namespace)


def _of_product(
    product: Product, ecosystem: Ecosystem | None, listed: Collection[str], place: str
) -> Iterator[str]:
    for version, where in _named(product):
        if version not in listed:
            yield from _of_writing(version, ecosystem, f"{place}.{where}")
    key = _key(ecosystem)
    for word in ("affected", "unknown"):
        for number, span in enumerate(getattr(product, word)):
            if span.evidence.basis is Basis.RUN:
                continue  # It is as the runs say, or `queries.grounds` refuses it.
            where = f"{place}.{word}.{number}"
            if _is_empty(span, key):
                yield (
                    f"{where}: from {shown(span.introduced)} to {shown(span.ended)} there is no"
                    " version; name the first one that is in it, and where it ends"
                )
            if (
                word == "affected"
                and _begins(span.introduced, key, listed)
                and not may_begin(span.evidence)
            ):
                yield begins_in_vain(where)
    # Readers disagree on which of both they believe.
    said = said_by_product(product)
    for version in product.unaffected_versions:
        # Others do not stand there anyhow (`queries.grounds`).
        if version not in listed or not key(version).is_known:
            continue
        if standing_of(said, version, key) == "affected":
            yield (
                f"{place}.unaffected_versions: {shown(version)} lies within the affected versions;"
                " take it out, or let their span end before it"
            )


def _of_writing(version: str, ecosystem: Ecosystem | None, place: str) -> Iterator[str]:
    if ecosystem is None:
        if version != version.strip() or not version.isprintable():
            yield f"{place}: {shown(version)} has spaces around it; take them out"
    elif not is_as_written(ecosystem, version):
        yield (
            f"{place}: {shown(version)} is no version as {ecosystem.name} writes it; write it as it"
            " stands there"
        )


def _of_failed(
    product: Product, ecosystems: tuple[Ecosystem | None, ...], tried: Tried, place: str
) -> Iterator[str]:
    """Yield the versions that are said to be fixed, or left out as if they were, and are not."""
    for number, span in enumerate(product.affected):
        if span.is_fixed and span.ended and _has_failed(span.ended, ecosystems, tried):
            yield _failed(span.ended, f"{place}.affected.{number}.ended")
    for version in product.unaffected_versions:
        if _has_failed(version, ecosystems, tried):
            yield _failed(version, f"{place}.unaffected_versions")
    key = _key(ecosystems[0])
    for version in tried.not_fixed if product.purl == tried.purl else ():
        if (fixed := _passed_over(product, version, key)) is not None:
            yield (
                f"{place}: {shown(version)} comes after {shown(fixed)}, which is said to be fixed,"
                " and trying it has shown that it is not; name it among the unknown versions, or"
                " say where the affected versions end"
            )


def _passed_over(product: Product, version: str, key: Key) -> str | None:
    """Return the fixed version since which a version counts as fixed; None if nothing says so."""
    if standing_of(said_by_product(product), version, key) in ("affected", "unknown"):
        return None
    before = [one for one in product.affected if one.ended and key(one.ended) <= key(version)]
    last = max(before, key=lambda one: (key(one.ended or ""), one.is_fixed), default=None)
    return last.ended if last is not None and last.is_fixed else None


def _has_failed(version: str, ecosystems: tuple[Ecosystem | None, ...], tried: Tried) -> bool:
    return any(
        is_same(version, failed, ecosystem)
        for failed in tried.not_fixed
        for ecosystem in ecosystems
    )


def _failed(version: str, place: str) -> str:
    return (
        f"{place}: {shown(version)} is said to be fixed, and trying it has shown that it is not;"
        " take over what the desks know, or say where the affected versions end"
    )


def _named(product: Product) -> Iterator[tuple[str, str]]:
    """Yield every version that a product names, and where."""
    for word in ("affected", "unknown"):
        for number, span in enumerate(getattr(product, word)):
            if span.introduced and span.introduced != BEGINNING:
                yield span.introduced, f"{word}.{number}.introduced"
            if span.ended is not None:
                yield span.ended, f"{word}.{number}.ended"
    for word in ("affected_versions", "unaffected_versions", "unknown_versions"):
        for version in getattr(product, word):
            yield version, word


class _Place:
    """The place of a version; one that has none is neither before nor after nor with another."""

    __slots__ = ("_compared", "is_known", "version")

    def __init__(self, version: str, compared: Compared | None) -> None:
        self.version = version
        self._compared = compared
        self.is_known = compared is not None
        if compared is not None:
            try:
                compared(version, version)
            except UnparsableVersionError:
                self.is_known = False

    def __lt__(self, other: _Place) -> bool:
        return self._to(other) == -1

    def __le__(self, other: _Place) -> bool:
        return self._to(other) in (-1, 0)

    def __gt__(self, other: _Place) -> bool:
        return self._to(other) == 1

    def __ge__(self, other: _Place) -> bool:
        return self._to(other) in (0, 1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Place) and self._to(other) == 0

    def __hash__(self) -> int:
        raise TypeError("equal places may have different texts")

    def _to(self, other: _Place) -> int | None:
        if self._compared is None or not (self.is_known and other.is_known):
            return None
        result = self._compared(self.version, other.version)
        return (result > 0) - (result < 0)


def _key(ecosystem: Ecosystem | None) -> Key:
    """Return what gives the place of a version."""
    compared = comparator(ecosystem.order) if ecosystem is not None else None
    return cache(lambda version: _Place(version, compared))


def _begins(version: str, key: Key, listed: Collection[str]) -> bool:
    """Say whether a first version stands for all before it.

    It does if it comes before every release that there is, or before every one that there may be.
    """
    if version == BEGINNING:
        return True
    place = key(version)
    known = [one for one in map(key, listed) if one.is_known]
    return _is_zero(place, key) or bool(known and place < min(known))


def _is_zero(place: _Place, key: Key) -> bool:
    return any(place <= key(zero) for zero in _ZEROS)


def _is_empty(span: Span, key: Key) -> bool:
    if not span.ended:
        return False
    first, end = key(span.introduced), key(span.ended)
    if span.introduced == BEGINNING:
        return span.is_fixed and (span.ended == BEGINNING or _is_zero(end, key))
    if span.is_fixed:
        return span.introduced == span.ended or first >= end
    return first > end
