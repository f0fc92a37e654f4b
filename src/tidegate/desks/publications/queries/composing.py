"""The first record of a case, made of what the desks know: a draft that a person goes on with.

Everything in it is somebody's word or a run of ours, and nothing is said beyond that. `known_of`
reads the rows; `composed` is pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from packageurl import PackageURL

from tidegate.desks.access.words import Label
from tidegate.desks.cases.instants import shown
from tidegate.desks.findings.queries.evidence import RangeShown
from tidegate.desks.publications.queries.known import Known
from tidegate.desks.publications.queries.ranges import spans_of
from tidegate.engines.formats.advisories.record import (
    Credit,
    CreditKind,
    Product,
    Publisher,
    Record,
    Remedy,
    RemedyKind,
    RevisionNote,
)
from tidegate.engines.matching.ecosystems import ecosystem_of_purl

FROM_DESKS: Final = (
    "products",
    "cve",
    "aliases",
    "weaknesses",
    "severities",
    "statements",
    "remedies",
    "fixes",
    "credits",
    "references",
    "decisions",
    "exploited",
    "discovered_at",
    "publisher",
)
"""The parts of a record that the desks know; the others are texts of those who write it."""

_DIRECT: Final = "Update {name} to {version}."
_FIRST: Final = "First publication."


def composed(
    known: Known,
    *,
    identifier: str,
    publisher: Publisher,
    label: str = Label.CLEAR,
    at: datetime,
) -> Record:
    """Return the record that follows from what is known, as a first revision."""
    product = product_of(known, publisher)
    return Record(
        identifier=identifier,
        title=known.title,
        summary=_sentence(known),
        description=known.description,
        label=label,
        publisher=publisher,
        revisions=(RevisionNote(1, at.replace(microsecond=0), _FIRST),),
        products=(product,),
        cve=known.cve,
        aliases=known.aliases,
        weaknesses=known.weaknesses,
        severities=known.severities,
        statements=known.statements,
        remedies=_remedies(product),
        fixes=known.fixes,
        credits=tuple(
            Credit(name, CreditKind.FINDER, organisation, url)
            for name, organisation, url in known.credits
        ),
        references=known.references,
        decisions=known.decisions,
        exploited=_exploited(known),
        discovered_at=known.found_at,
    )


def taken_over(record: Record, anew: Record, parts: Sequence[str] = FROM_DESKS) -> Record:
    """Return a record with some parts as they are composed now."""
    return replace(record, **{part: getattr(anew, part) for part in parts})


def product_of(known: Known, publisher: Publisher) -> Product:
    """Return the case's package, and what our runs say of its versions."""
    ecosystem = ecosystem_of_purl(known.package_type, None)
    spans = spans_of(
        known.ranges,
        by=publisher.name,
        receipts=known.receipts,
        ecosystem=ecosystem,
        not_fixed=known.not_fixed,
    )
    said = {*spans.unaffected, *spans.unknown, *_inside(known.ranges)}
    return Product(
        vendor=known.vendor,
        name=known.package,
        purl=purl_of(known.package_type, known.package),
        affected=spans.affected,
        affected_versions=tuple(one for one in known.proven_versions if one not in said),
        unaffected_versions=spans.unaffected,
        unknown_versions=(
            *spans.unknown,
            *(one for one in known.named_versions if one not in {*said, *known.proven_versions}),
        ),
    )


def purl_of(package_type: str, package: str) -> str:
    """Return a package's URL, without a version."""
    namespace, _, name = package.rpartition("/")
    return str(PackageURL(package_type, namespace or None, name).to_string())


def _remedies(product: Product) -> tuple[Remedy, ...]:
    if not product.fixed_versions:
        return (Remedy(RemedyKind.NONE_AVAILABLE, "No fix is known.", product.purl),)
    return tuple(
        Remedy(
            RemedyKind.VENDOR_FIX,
            _DIRECT.format(name=product.name, version=version),
            product.purl,
            version,
        )
        for version in product.fixed_versions
    )


def _sentence(known: Known) -> str:
    said = known.title.strip().rstrip(".")
    where = "" if known.package in said else f" in {known.package}"
    return f"{said}{where}." if said else ""


def _exploited(known: Known) -> str:
    said = [
        (known.exploit_at, "An exploit has been public since {}."),
        (known.attacks_at, "Attacks have been seen since {}."),
    ]
    return " ".join(words.format(shown(at)) for at, words in said if at is not None)


def _inside(ranges: Sequence[RangeShown]) -> set[str]:
    return {release.version for one in ranges for release in one.releases}
