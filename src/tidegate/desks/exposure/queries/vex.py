"""What VEX statements say of exposures: of each affected package, and of the exposure as a whole.

A statement counts for the assets of the organisation that loaded it, and for nobody else's. What it
is about are the vulnerability, by any name that its advisories have; the product, by the key or the
name of the asset; and the component, by the package URL under which it came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from tidegate.desks.exposure.models import Advisory, Exposure, Ground, Installed
from tidegate.desks.exposure.models import Statement as Kept
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.engines.matching.vex import Settled, Statement, Status, applies, gist, settled

_ByGist = Mapping[tuple[str, ...], list[Statement]]
"""Statements by the gist of their product: a vendor says twenty thousand things of one flaw."""

Parts = Mapping[int, Settled | None]
"""By coordinate of an exposure, what statements come to; None where nobody said anything."""


def settled_of(exposures: Iterable[Exposure]) -> dict[int, Parts]:
    """Return what statements say of some exposures, by their ids.

    Their assets and vulnerabilities are loaded with them. An exposure about which nobody has said
    anything is left out.
    """
    told: dict[int, Parts] = {}
    for chunk in in_chunks(exposures):
        names = _names({one.vulnerability_id: one.vulnerability.name for one in chunk})
        kept = _kept({one.organisation_id for one in chunk}, names)
        said = _said(chunk, names, kept)
        spoken_of = [one for one in chunk if said[one.organisation_id, one.vulnerability_id]]
        purls = _purls(spoken_of)
        for one in spoken_of:
            called = names[one.vulnerability_id]
            about = said[one.organisation_id, one.vulnerability_id]
            products = (one.asset.key, one.asset.name)
            parts = {
                coordinate: settled(_applying(about, called, products, known or {""}))
                for coordinate, known in purls.get(one.pk, {}).items()
            }
            if any(parts.values()):
                told[one.pk] = parts
    return told


def statuses(parts: Parts) -> tuple[Status | None, ...]:
    """Return what is said of each part."""
    return tuple(one.status if one else None for one in parts.values())


def as_statement(row: Kept) -> Statement:
    """Return a statement as it is compared; one without a time was said when it was loaded."""
    return Statement(
        vulnerability=row.vulnerability.name,
        product=row.product,
        component=row.component,
        status=Status(row.status),
        justification=row.justification,
        words=row.words,
        said_by=row.said_by,
        said_at=row.said_at or row.at,
        source=str(row.organisation_id),
    )


def _names(vulnerabilities: Mapping[int, str]) -> dict[int, set[str]]:
    """Return all names of vulnerabilities: their own, and those of advisories about them alone."""
    names = {pk: {name} for pk, name in vulnerabilities.items()}
    links = Advisory.vulnerabilities.through.objects.filter(vulnerability__in=[*names])
    rows = list(links.values_list("vulnerability", "advisory", "advisory__identifier"))
    about: dict[int, int] = defaultdict(int)
    for chunk in in_chunks({advisory for _, advisory, _ in rows}):
        every = Advisory.vulnerabilities.through.objects.filter(advisory__in=chunk)
        for advisory in every.values_list("advisory", flat=True):
            about[advisory] += 1
    for pk, advisory, identifier in rows:
        # A distribution's advisory about five of them is no name for any.
        if about[advisory] == 1:
            names[pk].add(identifier)
    return names


def _kept(
    organisations: set[int], names: Mapping[int, set[str]]
) -> dict[tuple[int, str], list[Statement]]:
    """Return the statements that stand, by organisation and name of the vulnerability."""
    found: dict[tuple[int, str], list[Statement]] = defaultdict(list)
    every = {name for called in names.values() for name in called}
    for chunk in in_chunks(every):
        rows = Kept.objects.filter(
            organisation__in=organisations, vulnerability__name__in=chunk, ended_at=None
        )
        for row in rows.select_related("vulnerability").order_by("pk"):
            found[row.organisation_id, row.vulnerability.name].append(as_statement(row))
    return found


def _said(
    exposures: Iterable[Exposure],
    names: Mapping[int, set[str]],
    kept: Mapping[tuple[int, str], list[Statement]],
) -> dict[tuple[int, int], _ByGist]:
    """Return what is said of vulnerabilities, by organisation and vulnerability."""
    said: dict[tuple[int, int], _ByGist] = {}
    for organisation, vulnerability in {
        (one.organisation_id, one.vulnerability_id) for one in exposures
    }:
        by: dict[tuple[str, ...], list[Statement]] = defaultdict(list)
        for name in sorted(names[vulnerability]):
            for statement in kept.get((organisation, name), ()):
                by[gist(statement.product)].append(statement)
        said[organisation, vulnerability] = dict(by)
    return said


def _applying(
    about: _ByGist, names: set[str], products: tuple[str, str], purls: set[str]
) -> Iterator[Statement]:
    """Yield the statements that are about a component in a product."""
    for one in {gist(identifier) for identifier in (*products, *purls)}:
        for statement in about.get(one, ()):
            if any(applies(statement, names, products, purl) for purl in purls):
                yield statement


def _purls(exposures: Iterable[Exposure]) -> dict[int, dict[int, set[str]]]:
    """Return the package URLs of what an exposure rests on, by exposure and coordinate."""
    found: dict[int, dict[int, set[str]]] = defaultdict(dict)
    for chunk in in_chunks(exposures):
        assets = {one.pk: one.asset_id for one in chunk}
        grounds = Ground.objects.filter(
            exposure__in=[*assets], ended_at=None, is_overruled=False
        ).order_by()
        pairs = set(grounds.values_list("exposure", "coordinate"))
        came_as: dict[tuple[int, int], set[str]] = defaultdict(set)
        for coordinates in in_chunks({coordinate for _, coordinate in pairs}):
            installed = Installed.objects.filter(
                asset__in=set(assets.values()), coordinate__in=coordinates
            ).order_by()
            for asset, coordinate, purls in installed.values_list("asset", "coordinate", "purls"):
                came_as[asset, coordinate].update(purls)
        for pk, coordinate in pairs:
            found[pk][coordinate] = came_as[assets[pk], coordinate]
    return found
