"""What the documents of a record share: names, addresses, instants, and sentences about it.

The sentences are plain text. What a record holds may come from anybody, so nothing here makes
markup of it; whoever shows a document has to escape it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Credit,
    Record,
    Remedy,
    VendorStatement,
    fault_of,
)

if TYPE_CHECKING:
    from tidegate.engines.formats.advisories.standings import SaidOfProduct, SaidSpan

WITHDRAWN: Final = "Withdrawn: "
"""What the text begins with that a withdrawn record has in place of a statement."""

_NO_REMEDY: Final = "No remedy is known yet; see {} for what comes."


class DocumentError(ValueError):
    """A document cannot be made, or breaks its schema; names the format, the place and the mend."""


def check_sound(record: Record, word: str) -> None:
    """Refuse a record that may not be published, whatever its format.

    Raises:
        DocumentError: with what `fault_of` says.
    """
    if fault := fault_of(record):
        raise DocumentError(f"{word}: {fault}")


def address_of(record: Record) -> str:
    """Return the stable address of a record's page."""
    return f"{record.publisher.namespace.rstrip('/')}/advisories/{record.identifier}"


def address_of_product(record: Record, statement: VendorStatement) -> str:
    """Return what a vendor's product goes by that has no package URL: an address of the publisher.

    Nothing need be there. It is a name that nobody else gives to anything.
    """
    base = record.publisher.namespace.rstrip("/")
    parts = quote(statement.vendor, safe=""), quote(statement.product, safe="")
    return f"{base}/products/{'/'.join(parts)}"


def other_names(record: Record) -> tuple[str, ...]:
    """Return what else the vulnerability is called, the CVE id first, without the identifier."""
    names = dict.fromkeys(filter(None, (record.cve, *record.aliases)))
    names.pop(record.identifier, None)
    return tuple(names)


def main_name(record: Record) -> str:
    """Return what the vulnerability is called where a format has one name only."""
    return record.cve or record.identifier


def paragraphs(*texts: str) -> str:
    """Return texts as paragraphs, without those that are empty."""
    return "\n\n".join(text for text in texts if text.strip())


def cut_to(text: str, most: int) -> str:
    """Return a text of at most so many characters; one that was cut ends with `…`."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def thanked(credit: Credit) -> str:
    """Return a credit in one line."""
    return f"{credit.name} ({credit.organisation})" if credit.organisation else credit.name


def span_words(span: SaidSpan) -> str:
    """Return a span in words."""
    if not span.ended:
        return "all versions" if span.introduced == BEGINNING else f"{span.introduced} and later"
    end = f"before {span.ended}" if span.is_fixed else f"up to {span.ended}"
    if span.introduced == BEGINNING:
        return f"all versions {end}"
    return f"{span.introduced} and later, {end}"


def could_not_be_told(product: SaidOfProduct) -> str:
    """Return a sentence about what is unknown, for formats that have no word for it; or empty."""
    parts = [*map(span_words, product.unknown), *product.unknown_versions]
    if not parts:
        return ""
    told = "; ".join(parts)
    return f"It could not be told whether these versions of {product.purl} are affected: {told}."


def remedies_for(record: Record, purl: str) -> tuple[Remedy, ...]:
    """Return the remedies for a package, those for every one among them."""
    return tuple(each for each in record.remedies if each.purl in ("", purl))


def what_to_do(record: Record, remedies: Iterable[Remedy]) -> str:
    """Return remedies as one text; where there is none, it says so."""
    lines = [" ".join(filter(None, (each.words.strip(), each.url))) for each in remedies]
    return "\n".join(dict.fromkeys(lines)) or _NO_REMEDY.format(address_of(record))


def said_before(record: Record, statement: VendorStatement) -> datetime:
    """Return when a vendor said something, never later than the record.

    Readers take the newest statement of one author about one thing. What was run goes before what
    a vendor said, so a vendor's may not be newer.
    """
    return min(statement.said_at, record.modified_at)


def vendor_words(statement: VendorStatement) -> str:
    """Return a vendor's words, and whose they are."""
    return paragraphs(f"Said by the vendor: {statement.vendor}", statement.words)
