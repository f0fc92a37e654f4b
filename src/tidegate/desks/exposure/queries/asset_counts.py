"""One asset in numbers: what is installed on it, what cannot be told of it, what exposes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q

from tidegate.desks.exposure.models import Asset, Exposure, Ground, Installed, Unplaced
from tidegate.desks.exposure.queries.coverage import untold
from tidegate.desks.exposure.queries.exposure_conditions import late, undetermined, within
from tidegate.engines.matching.advisories import Certainty

_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class EcosystemCount:
    """How much of one ecosystem is installed."""

    ecosystem: str
    """OSV's word, with its release."""
    packages: int
    coordinates: int
    """Packages in a version."""
    exposed: int
    """Of these, on how many an open exposure rests."""
    untold: str
    """Why the others are not known to be unaffected: no fresh feed tells of it; else empty."""


@dataclass(frozen=True, slots=True)
class UnplacedCount:
    """For how many components one thing stands in the way of an answer."""

    reason: str
    """A value of `matching.packages.Reason`."""
    count: int
    words: str
    """What is said of the first of them, with the mend."""
    examples: tuple[str, ...]
    """A few of them, as they came."""


@dataclass(frozen=True, slots=True)
class ExposureCounts:
    """The exposures of an asset, in numbers."""

    affected: int
    unknown: int
    """Of which it is not known whether the asset is affected."""
    cleared: int
    in_kev: int
    mitigated: int
    remediated: int
    """Said to be, while the inventory does not show it yet."""
    late: int
    due_in_3_days: int
    due_in_14_days: int
    due_in_60_days: int
    """Each one includes those before it, and none that is late, remedied or excepted."""
    undetermined: int
    """Without a deadline because something is not known that it rests on."""
    needs_triage: int

    @property
    def open(self) -> int:
        """Those that have not cleared."""
        return self.affected + self.unknown


def ecosystems_of(asset: Asset, *, at: datetime) -> tuple[EcosystemCount, ...]:
    """Return how much of each ecosystem is installed on an asset, the largest first."""
    grouped = (
        Installed.objects.filter(asset=asset)
        .order_by()
        .values("coordinate__package__ecosystem")
        .annotate(
            packages=Count("coordinate__package", distinct=True),
            coordinates=Count("coordinate", distinct=True),
        )
    )
    grounds = Ground.objects.filter(
        exposure__asset=asset, exposure__cleared_at=None, ended_at=None, is_overruled=False
    ).order_by()
    exposed = dict(
        grounds.values_list("coordinate__package__ecosystem").annotate(
            Count("coordinate", distinct=True)
        )
    )
    found = list(grouped)
    why = untold([row["coordinate__package__ecosystem"] for row in found], at=at)
    told = [
        EcosystemCount(
            word := row["coordinate__package__ecosystem"],
            row["packages"],
            row["coordinates"],
            exposed.get(word, 0),
            why.get(word, ""),
        )
        for row in found
    ]
    return tuple(sorted(told, key=lambda one: (-one.coordinates, one.ecosystem)))


def unplaced_of(asset: Asset) -> tuple[UnplacedCount, ...]:
    """Return why how many components of an asset say nothing, the most frequent reason first."""
    rows = Unplaced.objects.filter(asset=asset)
    counts = dict(rows.order_by().values_list("reason").annotate(Count("pk")))
    told = []
    for reason, count in counts.items():
        first = list(rows.filter(reason=reason).order_by("pk")[:_EXAMPLES])
        examples = tuple(one.component for one in first)
        told.append(UnplacedCount(reason, count, first[0].words if first else "", examples))
    return tuple(sorted(told, key=lambda one: (-one.count, one.reason)))


def exposures_of(asset: Asset, *, at: datetime) -> ExposureCounts:
    """Return the exposures of an asset in numbers."""
    is_open = Q(cleared_at=None)
    conditions = {
        "affected": is_open & Q(certainty=Certainty.AFFECTED),
        "unknown": is_open & Q(certainty=Certainty.UNKNOWN),
        "cleared": Q(cleared_at__isnull=False),
        "in_kev": is_open & Q(in_kev=True),
        "mitigated": is_open & Q(remedy=Exposure.Remedy.MITIGATED),
        "remediated": is_open & Q(remedy=Exposure.Remedy.REMEDIATED),
        "late": late(at),
        "due_in_3_days": within(3, at),
        "due_in_14_days": within(14, at),
        "due_in_60_days": within(60, at),
        "undetermined": undetermined(at),
        "needs_triage": is_open & Q(needs_triage=True),
    }
    counts = {name: Count("pk", filter=which) for name, which in conditions.items()}
    return ExposureCounts(**Exposure.objects.filter(asset=asset).aggregate(**counts))
