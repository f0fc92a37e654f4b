"""What is known of one vulnerability: what each source says, and what it said before.

All of it is public. What is exposed to it is shown to whoever may read that, and to nobody else; a
name that only another operator has written somewhere is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.models import (
    Advisory,
    AffectedPackage,
    AffectedSlice,
    Assertion,
    Exposure,
    Vulnerability,
)
from tidegate.desks.exposure.queries.said import SourceSaid, said_by_sources

MOST_PACKAGES: Final = 100
"""Packages of an advisory that are shown; a kernel's names thousands."""
_MOST_ADVISORIES: Final = 50


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """What a source said until it said otherwise."""

    source: str
    kind: str
    value: Mapping[str, Any]
    version: str
    said_at: datetime | None
    since: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class RangeShown:
    """A run of affected versions."""

    introduced: str
    """`0` for all before."""
    ended: str
    """The version that ends it; empty where none is known."""
    is_fixed: bool
    """Whether `ended` is said to be fixed; else it is the last one known to be affected."""


@dataclass(frozen=True, slots=True)
class AffectedShown:
    """What an advisory says of one package."""

    ecosystem: str
    package: str
    ranges: tuple[RangeShown, ...]
    unreadable: tuple[str, ...]
    """Bounds that its order does not know."""


@dataclass(frozen=True, slots=True)
class AdvisoryShown:
    """An advisory of a source."""

    source: str
    """A feed, or `tidegate` for what our own runs proved."""
    identifier: str
    summary: str
    published_at: datetime | None
    modified_at: datetime | None
    withdrawn_at: datetime | None
    """An explicit withdrawal."""
    vanished_at: datetime | None
    """When its feed had it no more; that is none."""
    vectors: tuple[str, ...]
    references: tuple[str, ...]
    not_covered: tuple[str, ...]
    """Packages that it names and that cannot be compared."""
    affected: tuple[AffectedShown, ...]
    more_affected: int
    """Packages beyond those that are shown."""


@dataclass(frozen=True, slots=True)
class VulnerabilityPage:
    """What is known of a vulnerability."""

    name: str
    said: tuple[SourceSaid, ...]
    """What stands: of KEV, SSVC, EPSS and CVSS, then by source."""
    said_before: tuple[SaidBefore, ...]
    """What has ended, the newest first; a listing that has ended is among it."""
    advisories: tuple[AdvisoryShown, ...]
    exposures: int
    """Open ones that `actor` may read."""


def vulnerability_page(actor: Actor, name: str, *, at: datetime) -> VulnerabilityPage:
    """Return what is known of a vulnerability.

    Args:
        actor: who asks.
        name: such as `CVE-2026-1001`; or an advisory's own identifier.
        at: now.

    Raises:
        NotFoundError: no source says anything of it, and nothing of theirs is exposed to it.
    """
    row = _found(name.strip())
    exposed = narrowed(actor, Exposure.objects.all(), at=at)
    count = exposed.filter(vulnerability=row, cleared_at=None).count() if row else 0
    if row is None or not (count or _is_said(row)):
        raise NotFoundError(str(Vulnerability._meta.verbose_name), name)  # noqa: SLF001
    before = Assertion.objects.filter(vulnerability=row).exclude(ended_at=None)
    advisories = Advisory.objects.filter(vulnerabilities=row).order_by("source", "identifier")
    return VulnerabilityPage(
        name=row.name,
        said=said_by_sources(row, at=at),
        said_before=tuple(_before(one) for one in before.order_by("-ended_at", "-pk")),
        advisories=tuple(_advisory(one) for one in advisories[:_MOST_ADVISORIES]),
        exposures=count,
    )


def _found(name: str) -> Vulnerability | None:
    """Return a vulnerability by its name, or by the identifier of the advisories about it alone."""
    if "\0" in name:
        # PostgreSQL takes it in no text.
        return None
    named = Vulnerability.objects.filter(Q(name=name) | Q(name=name.upper())).first()
    if named is not None:
        return named
    about = Vulnerability.objects.filter(advisories__identifier=name).distinct()[:2]
    return about[0] if len(about) == 1 else None


def _is_said(row: Vulnerability) -> bool:
    return (
        Assertion.objects.filter(vulnerability=row).exists()
        or Advisory.objects.filter(vulnerabilities=row).exists()
    )


def _before(row: Assertion) -> SaidBefore:
    assert row.ended_at is not None
    return SaidBefore(
        row.source, row.kind, row.value, row.version, row.said_at, row.since, row.ended_at
    )


def _advisory(row: Advisory) -> AdvisoryShown:
    affected = AffectedPackage.objects.filter(advisory=row).select_related("package")
    shown = [*affected.order_by("package__ecosystem", "package__name")[:MOST_PACKAGES]]
    ranges: dict[int, list[RangeShown]] = {held.pk: [] for held in shown}
    slices = AffectedSlice.objects.filter(affected__in=ranges).order_by("lower", "pk")
    for one in slices:
        ranges[one.affected_id].append(RangeShown(one.introduced, one.ended, one.is_fixed))
    return AdvisoryShown(
        source=row.source,
        identifier=row.identifier,
        summary=row.summary,
        published_at=row.published_at,
        modified_at=row.modified_at,
        withdrawn_at=row.withdrawn_at,
        vanished_at=row.vanished_at,
        vectors=tuple(row.vectors),
        references=tuple(row.references),
        not_covered=tuple(row.not_covered),
        affected=tuple(
            AffectedShown(
                held.package.ecosystem,
                held.package.name,
                tuple(ranges[held.pk]),
                tuple(held.unreadable),
            )
            for held in shown
        ),
        more_affected=max(affected.count() - len(shown), 0),
    )
