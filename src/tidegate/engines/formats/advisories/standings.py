"""What do a record, and the documents made of it, say of versions? One form, to compare them by.

`Said` is that and nothing else, in a normal form: two documents agree if their `Said` are equal.
Every writer of a format has a reader beside it that gives `Said`, and the tests hold the two
against `said_by_record`. What vendors say of products of their own (`Record.statements`) is not
in it: it stands beside what was run, and overrules it nowhere.

A record that was withdrawn says nothing any more; so do its documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from tidegate.engines.formats.advisories.record import BEGINNING, Product, Record, Span

Standing = Literal["affected", "fixed", "not_affected", "unknown", "unsaid"]


@dataclass(frozen=True, slots=True, order=True)
class SaidSpan:
    """A run of versions, without what stands behind it."""

    introduced: str
    """The first version in it; `BEGINNING` for all before."""
    ended: str
    """The version that ends it; empty where no end is known."""
    is_fixed: bool
    """Whether `ended` is outside, because it is fixed; else it is the last one inside."""


@dataclass(frozen=True, slots=True)
class SaidOfProduct:
    """What is said of a package's versions; make it with `said_of_product`.

    The normal form: every list is sorted by its text and names nothing twice. A span that holds
    nothing is left out, and one that holds a single version is that version. A version that is
    named in several lists stays in one of them only: what is affected comes first, then what is
    unknown, fixed, not affected.
    """

    purl: str
    affected: tuple[SaidSpan, ...] = ()
    affected_versions: tuple[str, ...] = ()
    fixed_versions: tuple[str, ...] = ()
    unaffected_versions: tuple[str, ...] = ()
    unknown: tuple[SaidSpan, ...] = ()
    unknown_versions: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return self == SaidOfProduct(self.purl)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of versions; make it with `said`."""

    products: tuple[SaidOfProduct, ...]
    """By package URL, each once; none of which nothing is said."""

    def of(self, purl: str) -> SaidOfProduct:
        """Return what is said of a package, which may be nothing."""
        return next((one for one in self.products if one.purl == purl), SaidOfProduct(purl))


def said(products: Iterable[SaidOfProduct]) -> Said:
    """Return the normal form of what is said of some products; one purl may come several times."""
    together: dict[str, list[SaidOfProduct]] = {}
    for product in products:
        together.setdefault(product.purl, []).append(product)
    merged = (_merged(purl, together[purl]) for purl in sorted(together))
    return Said(tuple(one for one in merged if not one.is_empty))


def said_of_product(
    purl: str,
    *,
    affected: Iterable[SaidSpan] = (),
    affected_versions: Iterable[str] = (),
    fixed_versions: Iterable[str] = (),
    unaffected_versions: Iterable[str] = (),
    unknown: Iterable[SaidSpan] = (),
    unknown_versions: Iterable[str] = (),
) -> SaidOfProduct:
    """Return what is said of a package's versions, in the normal form.

    Args:
        purl: without a version.
        affected: spans that are affected; what they end with as fixed is not added by itself.
        affected_versions: single versions that are affected.
        fixed_versions: single versions that are fixed.
        unaffected_versions: single versions that are not affected.
        unknown: spans of which it could not be told.
        unknown_versions: single versions of which it could not be told.
    """
    spans, single = _normal(affected)
    open_spans, single_unknown = _normal(unknown, without=spans)
    of_affected = {*affected_versions, *single} - _named_inside(spans)
    taken = of_affected | _named_inside(spans)
    of_unknown = {*unknown_versions, *single_unknown} - _named_inside(open_spans) - taken
    taken |= of_unknown | _named_inside(open_spans)
    of_fixed = set(fixed_versions) - taken
    of_unaffected = set(unaffected_versions) - taken - of_fixed
    return SaidOfProduct(
        purl,
        spans,
        tuple(sorted(of_affected)),
        tuple(sorted(of_fixed)),
        tuple(sorted(of_unaffected)),
        open_spans,
        tuple(sorted(of_unknown)),
    )


def said_by_record(record: Record) -> Said:
    """Return what a record says of versions; nothing, if it was withdrawn."""
    if record.withdrawn_at is not None:
        return Said(())
    return said(map(said_by_product, record.products))


def said_by_product(product: Product) -> SaidOfProduct:
    """Return what a product of a record says of its versions."""
    return said_of_product(
        product.purl,
        affected=map(_span, product.affected),
        affected_versions=product.affected_versions,
        fixed_versions=product.fixed_versions,
        unaffected_versions=product.unaffected_versions,
        unknown=map(_span, product.unknown),
        unknown_versions=product.unknown_versions,
    )


def standing_of(product: SaidOfProduct, version: str, key: Callable[[str], Any]) -> Standing:
    """Return what is said of one version.

    What names the version goes before what holds it in a span, and among equals the worse word
    goes first. A version that comes after a fixed one is not said to be fixed: another line of
    releases may be behind it.

    Args:
        product: as a record or a document says it.
        version: any version of the product.
        key: returns what a version is sorted by, in the order of the product's scheme.
    """
    place = key(version)

    def is_named(versions: tuple[str, ...]) -> bool:
        return any(one == version or key(one) == place for one in versions)

    def is_held(spans: tuple[SaidSpan, ...]) -> bool:
        return any(_holds(span, place, key) for span in spans)

    if is_named(product.affected_versions):
        return "affected"
    if is_named(product.unknown_versions):
        return "unknown"
    if is_held(product.affected):
        return "affected"
    if is_named(product.fixed_versions):
        return "fixed"
    if is_named(product.unaffected_versions):
        return "not_affected"
    if is_held(product.unknown):
        return "unknown"
    return "unsaid"


def _holds(span: SaidSpan, place: Any, key: Callable[[str], Any]) -> bool:
    if span.introduced != BEGINNING and place < key(span.introduced):
        return False
    if not span.ended:
        return True
    end = key(span.ended)
    return bool(place < end if span.is_fixed else place <= end)


def _merged(purl: str, products: list[SaidOfProduct]) -> SaidOfProduct:
    return said_of_product(
        purl,
        affected=(span for one in products for span in one.affected),
        affected_versions=(version for one in products for version in one.affected_versions),
        fixed_versions=(version for one in products for version in one.fixed_versions),
        unaffected_versions=(version for one in products for version in one.unaffected_versions),
        unknown=(span for one in products for span in one.unknown),
        unknown_versions=(version for one in products for version in one.unknown_versions),
    )


def _span(span: Span) -> SaidSpan:
    return SaidSpan(span.introduced or BEGINNING, span.ended or "", span.is_fixed)


def _normal(
    spans: Iterable[SaidSpan], without: tuple[SaidSpan, ...] = ()
) -> tuple[tuple[SaidSpan, ...], set[str]]:
    """Return spans that hold more than one version, and the single versions of the others."""
    held: set[SaidSpan] = set()
    single: set[str] = set()
    for span in spans:
        if span.introduced != span.ended:
            held.add(SaidSpan(span.introduced, span.ended, span.is_fixed and bool(span.ended)))
        elif not span.is_fixed:
            single.add(span.introduced)
    return tuple(sorted(held.difference(without))), single


def _named_inside(spans: tuple[SaidSpan, ...]) -> set[str]:
    """Return the versions that spans name as their own first or last one."""
    first = {span.introduced for span in spans if span.introduced != BEGINNING}
    last = {span.ended for span in spans if span.ended and not span.is_fixed}
    return first | last
