"""Why an asset is exposed: which advisory says so of what is installed, and what VEX says to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.exposure.models import AffectedPackage, Exposure, Ground, Installed
from tidegate.desks.exposure.queries.vex import settled_of
from tidegate.engines.matching.advisories import Certainty
from tidegate.engines.matching.packages import HIGHEST

_BOUNDS: Final = 3
"""That are named of an advisory, where some of it cannot be read."""


@dataclass(frozen=True, slots=True)
class VexShown:
    """What statements come to about one package."""

    status: str
    justification: str
    words: str
    said_by: str
    """As its document says: only text."""
    said_at: datetime | None
    is_disputed: bool
    """Whether one that still stands says something else."""


@dataclass(frozen=True, slots=True)
class GroundShown:
    """An advisory of a source, and what is installed that it is about."""

    source: str
    """A feed, or `tidegate` for what our own runs proved."""
    identifier: str
    summary: str
    references: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    vanished_at: datetime | None
    """When its feed had it no more; that is no withdrawal."""
    ecosystem: str
    package: str
    version: str
    purls: tuple[str, ...]
    """As they came in; empty where it is installed no more."""
    certainty: str
    words: str
    """Why it is unknown, or what was overruled."""
    fixed: str
    is_overruled: bool
    """Our own run has shown otherwise; it stays, and does not count."""
    since: datetime
    ended_at: datetime | None
    vex: VexShown | None


def grounds_of(exposure: Exposure) -> tuple[GroundShown, ...]:
    """Return the grounds of an exposure: those that count, the overruled ones, those that ended."""
    rows = list(
        Ground.objects.filter(exposure=exposure)
        .select_related("advisory", "coordinate__package")
        .order_by("pk")
    )
    rows.sort(key=lambda row: (row.ended_at is not None, row.is_overruled, -row.pk))
    came_as: dict[int, list[str]] = {}
    installed = Installed.objects.filter(
        asset=exposure.asset_id, coordinate__in={row.coordinate_id for row in rows}
    )
    for coordinate, purls in installed.values_list("coordinate", "purls"):
        came_as.setdefault(coordinate, []).extend(purls)
    said = settled_of([exposure]).get(exposure.pk, {})
    unreadable = _unreadable(rows)
    shown = []
    for row in rows:
        answer = said.get(row.coordinate_id) if row.ended_at is None else None
        vex = None
        if answer is not None:
            counts = answer.statement
            vex = VexShown(
                counts.status.value,
                counts.justification,
                counts.words,
                counts.said_by,
                counts.said_at,
                answer.is_disputed,
            )
        purls = tuple(dict.fromkeys(came_as.get(row.coordinate_id, ())))
        shown.append(_shown(row, purls, vex, unreadable))
    return tuple(shown)


def _unreadable(rows: Iterable[Ground]) -> dict[tuple[int, int], str]:
    """Return what cannot be read of advisories, in words, by them and the package."""
    unknown = {row.advisory_id for row in rows if row.certainty == Certainty.UNKNOWN}
    affected = AffectedPackage.objects.filter(advisory__in=unknown, is_unreadable=True)
    return {
        (advisory, package): f"the advisory's {', '.join(bounds[:_BOUNDS])} cannot be read"
        for advisory, package, bounds in affected.values_list("advisory", "package", "unreadable")
    }


def _shown(
    row: Ground,
    purls: tuple[str, ...],
    vex: VexShown | None,
    unreadable: Mapping[tuple[int, int], str],
) -> GroundShown:
    advisory, package = row.advisory, row.coordinate.package
    is_unknown = row.certainty == Certainty.UNKNOWN
    why = unreadable.get((row.advisory_id, package.pk), "") if is_unknown else ""
    if is_unknown and bytes(row.coordinate.sort_key) == HIGHEST:
        read = f"its version {row.coordinate.version} cannot be read"
        why = read if row.coordinate.version else "no version is told of what is installed"
    if row.is_overruled:
        why = "our own runs showed this version not to be affected"
    return GroundShown(
        source=advisory.source,
        identifier=advisory.identifier,
        summary=advisory.summary,
        references=tuple(str(one) for one in advisory.references),
        published_at=advisory.published_at,
        modified_at=advisory.modified_at,
        vanished_at=advisory.vanished_at,
        ecosystem=package.ecosystem,
        package=package.name,
        version=row.coordinate.version,
        purls=purls,
        certainty=row.certainty,
        words=why,
        fixed=row.fixed,
        is_overruled=row.is_overruled,
        since=row.since,
        ended_at=row.ended_at,
        vex=vex,
    )
