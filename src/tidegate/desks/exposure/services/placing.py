"""Rows of packages and vulnerabilities: found, or made where there are none yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tidegate.desks.exposure import models
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.engines.matching.packages import Package

_LONGEST_NAME: Final = 100


def package_ids(packages: Iterable[Package]) -> dict[Package, int]:
    """Return the row of each package, inside the caller's transaction."""
    wanted = set(packages)
    found = _packages(wanted)
    missing = wanted - found.keys()
    if missing:
        models.Package.objects.bulk_create(
            (models.Package(ecosystem=one.ecosystem, name=one.name) for one in sorted(missing)),
            ignore_conflicts=True,
            batch_size=400,
        )
        found |= _packages(missing)
    return found


def vulnerability_ids(names: Iterable[str]) -> dict[str, int]:
    """Return the row of each vulnerability, inside the caller's transaction."""
    wanted = {name for name in names if 0 < len(name) <= _LONGEST_NAME}
    found = _vulnerabilities(wanted)
    missing = sorted(wanted - found.keys())
    if missing:
        models.Vulnerability.objects.bulk_create(
            (models.Vulnerability(name=name) for name in missing),
            ignore_conflicts=True,
            batch_size=400,
        )
        found |= _vulnerabilities(missing)
    return found


def _packages(wanted: Iterable[Package]) -> dict[Package, int]:
    by_ecosystem: dict[str, list[str]] = {}
    for one in wanted:
        by_ecosystem.setdefault(one.ecosystem, []).append(one.name)
    found: dict[Package, int] = {}
    for ecosystem, names in by_ecosystem.items():
        for chunk in in_chunks(names):
            rows = models.Package.objects.filter(ecosystem=ecosystem, name__in=chunk)
            found |= {Package(ecosystem, name): pk for pk, name in rows.values_list("pk", "name")}
    return found


def _vulnerabilities(wanted: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in in_chunks(wanted):
        rows = models.Vulnerability.objects.filter(name__in=chunk)
        found |= dict(rows.values_list("name", "pk"))
    return found
