"""How far an operator itself has come with a publication: asset by asset, in full."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Final

from django.db.models import Min

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.exposure.queries.exposure_conditions import late
from tidegate.desks.exposure.queries.operators import one_operator
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Adoption, AdoptionCount, Publication
from tidegate.desks.publications.queries.adoption_links import vulnerabilities_of
from tidegate.desks.publications.states.adoption import SHOWN_HERE, Basis, Stage, from_here_on

MOST_ROWS: Final = 1000
"""Assets that are listed; the figures are of all."""
_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class OwnAsset:
    """One asset, and how far it has come."""

    key: str
    """Empty for one that only its client knows."""
    name: str
    """Of one that only its client knows, the client's own random name."""
    stages: Mapping[Stage, tuple[datetime, str]]
    """When it came to each stage that is on record, and on what basis. Of one that only its client
    knows, the basis is what the client says."""
    receipt_sha256: str
    """Of a run's receipt, as its client says; nobody here has seen it. Empty without a run."""
    is_open: bool
    """Whether it is exposed now."""
    is_late: bool
    due_on: date | None

    @property
    def stage(self) -> Stage:
        """The furthest stage, as its exposures stand now."""
        reached = [one for one in Stage if one in self.stages]
        if self.is_open:
            reached = [one for one in reached if one is not Stage.VERIFIED]
        return reached[-1] if reached else Stage.NOTIFIED


@dataclass(frozen=True, slots=True)
class OwnPoint:
    """How many assets had come to each stage, or further, by an instant."""

    at: datetime
    reached: Mapping[Stage, int]
    """As is said, or as is known here."""
    shown_here: Mapping[Stage, int]
    """Those of them of which an inventory shows it that was handed in here."""


@dataclass(frozen=True, slots=True)
class OwnAdoption:
    """An operator's own view of one publication."""

    organisation: str
    """Key."""
    identifier: str
    published_at: datetime
    assets: int
    points: tuple[OwnPoint, ...]
    deadlines: tuple[date, ...]
    rows: tuple[OwnAsset, ...]
    """Late ones first, then by name."""
    is_cut: bool
    """Whether there are more rows than are listed."""
    counted: Mapping[Stage, int]
    """What was reported in the mode `counts`."""
    seen_at: datetime | None
    """When somebody opened its page first."""


def own_adoption(
    actor: Actor, identifier: str, *, organisation: str = "", at: datetime
) -> OwnAdoption:
    """Return how far an operator has come.

    Args:
        actor: who reads what the operator runs.
        identifier: of the publication.
        organisation: key of the operator, for somebody who reads for several.
        at: now.

    Raises:
        NotFoundError: there is no such publication that has gone out, or no such operator, or not
            for them.
        NotPossibleError: it is not said which of several operators is meant.
    """
    own = one_operator(actor, organisation or None, at=at)
    out = Publication.objects.filter(published_at__lte=at)
    publication = find(actor, out, at=at, identifier=as_written(identifier))
    published = publication.published_at
    assert published is not None  # only what has gone out was asked for
    adopted = narrowed(actor, Adoption.objects.filter(publication=publication), at=at).filter(
        organisation=own
    )
    exposed = narrowed(
        actor,
        Exposure.objects.filter(
            organisation=own,
            vulnerability__in=vulnerabilities_of([publication.pk]).get(publication.pk, ()),
        ),
        at=at,
    )
    due = dict(exposed.order_by().values_list("asset").annotate(due=Min("due_on")))
    still = {*exposed.filter(cleared_at=None).values_list("asset", flat=True)}
    over = {*exposed.filter(late(at)).values_list("asset", flat=True)}
    stages: dict[tuple[int | None, str], dict[Stage, tuple[datetime, str]]] = {}
    named: dict[int | None, tuple[str, str]] = {None: ("", "")}
    receipts: dict[tuple[int | None, str], str] = {}
    for asset, reference, key, name, stage, when, basis, receipt in adopted.values_list(
        "asset",
        "reference",
        "asset__key",
        "asset__name",
        "stage",
        "happened_at",
        "basis",
        "receipt_sha256",
    ):
        if receipt:
            receipts[asset, reference] = receipt
        stages.setdefault((asset, reference), {})[Stage(stage)] = (when, basis)
        if asset is not None:
            named[asset] = (key, name)
    looked = stages.pop((None, ""), {})
    listed = [
        OwnAsset(
            key=named[asset][0],
            name=named[asset][1] or reference,
            stages=reached,
            receipt_sha256=receipts.get((asset, reference), ""),
            is_open=asset in still,
            is_late=asset in over,
            due_on=due.get(asset) if asset is not None else None,
        )
        for (asset, reference), reached in stages.items()
    ]
    listed.sort(key=lambda one: (not one.is_late, one.name))
    counts = AdoptionCount.objects.filter(
        publication=publication, organisation=own, replaced_at=None
    )
    return OwnAdoption(
        organisation=own.key,
        identifier=publication.identifier,
        published_at=published,
        assets=len(listed),
        points=_points(listed, published, at),
        deadlines=tuple(sorted({one.due_on for one in listed if one.due_on})),
        rows=tuple(listed[:MOST_ROWS]),
        is_cut=len(listed) > MOST_ROWS,
        counted={Stage(stage): assets for stage, assets in counts.values_list("stage", "assets")},
        seen_at=looked[Stage.SEEN][0] if Stage.SEEN in looked else None,
    )


def _points(listed: list[OwnAsset], published: datetime, at: datetime) -> tuple[OwnPoint, ...]:
    days = max(0, (at - published).days)
    step = max(1, ceil(days / _POINTS))
    times = [published + timedelta(days=day) for day in range(0, days + 1, step)]
    moments = {
        stage: sorted(_first(one, stage) for one in _there(listed, stage)) for stage in Stage
    }
    here = {
        stage: sorted(_first(one, stage) for one in _there(listed, stage) if _is_here(one, stage))
        for stage in SHOWN_HERE
    }
    return tuple(
        OwnPoint(
            when,
            {stage: bisect_right(moments[stage], when) for stage in Stage},
            {stage: bisect_right(here[stage], when) for stage in SHOWN_HERE},
        )
        for when in (times if times[-1] == at else [*times, at])
    )


def _there(listed: list[OwnAsset], stage: Stage) -> list[OwnAsset]:
    return [one for one in listed if any(further in one.stages for further in from_here_on(stage))]


def _is_here(one: OwnAsset, stage: Stage) -> bool:
    """Say whether an inventory shows it that is here; of what only its client knows, none is."""
    return bool(one.key) and any(
        further in one.stages and one.stages[further][1] == Basis.INVENTORY
        for further in from_here_on(stage)
    )


def _first(one: OwnAsset, stage: Stage) -> datetime:
    return min(one.stages[further][0] for further in from_here_on(stage) if further in one.stages)
