"""What could not be told of what an operator runs: beside every answer, so that none is silence.

That nothing is found says something only where this is empty: each asset has an inventory, all of
it was placed, and a fresh feed tells of each of its ecosystems.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, Sum

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.exposure.models import Asset, Exposure, Installed, Inventory, Unplaced
from tidegate.desks.exposure.queries import coverage
from tidegate.desks.exposure.queries.exposure_conditions import STATES
from tidegate.desks.exposure.queries.feeds import feeds
from tidegate.desks.exposure.queries.hits import IN_DOUBT
from tidegate.desks.exposure.queries.operators import one_operator

DATING: Final = ("kev", "vulnrichment")
"""Feeds on which deadlines rest: what is known to be exploited, and the values of CISA's table."""


@dataclass(frozen=True, slots=True)
class EcosystemUntold:
    """An ecosystem of which no fresh feed tells."""

    ecosystem: str
    """OSV's word, with its release."""
    words: str


@dataclass(frozen=True, slots=True)
class FeedUntold:
    """A feed on which deadlines rest, and that is not here or too old."""

    feed: str
    words: str


@dataclass(frozen=True, slots=True)
class Untold:
    """What could not be told of some assets."""

    assets: int
    """That are run now; without any, nothing was told at all."""
    without_inventory: int
    """Assets of which nothing was handed in."""
    not_understood: int
    """Places of inventories that were left out."""
    unplaced: int
    """Components of which nothing can be said."""
    in_doubt: int
    """Packages in a version for which 'not affected' may not be said."""
    unknown: int
    """Exposures of which it is not known whether the asset is affected."""
    undetermined: int
    """Exposures whose day rests on something that nobody knows."""
    ecosystems: tuple[EcosystemUntold, ...]
    feeds: tuple[FeedUntold, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether all was told."""
        return not self.words

    @property
    def words(self) -> tuple[str, ...]:
        """All of it, a sentence for each."""
        return tuple(self._words())

    def _words(self) -> Iterator[str]:
        if not self.assets:
            yield "No asset is kept here, so nothing is told of any."
            return
        counted = (
            (self.without_inventory, "asset without an inventory", "assets without an inventory"),
            (self.not_understood, "place of an inventory that was not understood",
             "places of inventories that were not understood"),
            (self.unplaced, "component that could not be placed",
             "components that could not be placed"),
            (self.in_doubt, "package for which 'not affected' may not be said",
             "packages for which 'not affected' may not be said"),
            (self.unknown, "exposure of which it is unknown whether it is affected",
             "exposures of which it is unknown whether they are affected"),
            (self.undetermined, "exposure whose day is undetermined",
             "exposures whose day is undetermined"),
        )  # fmt: skip
        for number, one, several in counted:
            if number:
                yield f"{number:,} {one if number == 1 else several}."
        for ecosystem in self.ecosystems:
            name, said = ecosystem.ecosystem, ecosystem.words
            yield f"What is not affected in {name} is not known: {said}."
        for feed in self.feeds:
            yield f"Days may be wrong: {feed.words}."


def could_not_be_told(
    actor: Actor, *, organisation: str = "", asset: str = "", system: str = "", at: datetime
) -> Untold:
    """Return what could not be told of the assets that somebody may read.

    Args:
        actor: who asks.
        organisation: key of the operator; empty for all.
        asset: key of the one asset that is asked about; empty for all.
        system: of the assets, verbatim; empty for all.
        at: now.

    Raises:
        NotFoundError: there is no such operator or asset, or not for them.
    """
    rows = narrowed(actor, Asset.objects.filter(retired_at=None), at=at)
    if organisation:
        rows = rows.filter(organisation=one_operator(actor, organisation, at=at))
    if asset:
        rows = rows.filter(pk=find(actor, Asset.objects.all(), at=at, key=as_written(asset)).pk)
    if system:
        rows = rows.filter(system=system.strip())
    within = rows.values("pk")
    counting = Inventory.objects.filter(replaced_at=None, asset__in=within)
    installed = Installed.objects.filter(asset__in=within).order_by()
    words = installed.values_list("coordinate__package__ecosystem", flat=True).distinct()
    exposed = Exposure.objects.filter(asset__in=within).aggregate(
        unknown=Count("pk", filter=STATES["unknown"](at)),
        undetermined=Count("pk", filter=STATES["undetermined"](at)),
    )
    read = Inventory.objects.filter(asset=OuterRef("pk"), replaced_at=None)
    why = coverage.untold(sorted(words), at=at)
    return Untold(
        assets=rows.count(),
        without_inventory=rows.filter(~Exists(read)).count(),
        not_understood=counting.aggregate(all=Sum("not_understood"))["all"] or 0,
        unplaced=Unplaced.objects.filter(asset__in=within).count(),
        in_doubt=installed.filter(IN_DOUBT).count(),
        unknown=exposed["unknown"],
        undetermined=exposed["undetermined"],
        ecosystems=tuple(EcosystemUntold(name, said) for name, said in why.items()),
        feeds=tuple(_feeds(at)),
    )


def _feeds(at: datetime) -> Iterator[FeedUntold]:
    for row in feeds(at):
        if row.name not in DATING:
            continue
        if row.edition is None:
            yield FeedUntold(row.name, f"the feed {row.name} ({row.title}) was never loaded")
        elif row.is_too_old:
            said = f"is of {row.edition.said_at:%Y-%m-%d}" if row.edition.said_at else "has no date"
            yield FeedUntold(row.name, f"the feed {row.name} {said}, which is too old to answer by")
