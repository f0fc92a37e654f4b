"""How far each organisation has come with a publication, put together from all that is known.

An organisation has come to a stage once each of its assets has that are known to be affected: those
whose inventories are here, those that its client has named, and those that it has counted. The last
one decides. What was applied and has come back is not applied; and what is verified on nobody's but
their own word is applied.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from tidegate.desks.exposure.models import Exposure, Operator
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.exposure_conditions import late
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import Adoption, AdoptionCount, Publication
from tidegate.desks.publications.queries.adoption_links import vulnerabilities_of
from tidegate.desks.publications.states.adoption import (
    SHOWING,
    SHOWN_HERE,
    Basis,
    Stage,
    from_here_on,
)
from tidegate.engines.directives import Sector

UNSAID = "unsaid"
"""The sector of an organisation that has said none of those that there are."""


@dataclass(slots=True)
class Reached:
    """One organisation, and how far it has come."""

    organisation: int
    assets: int = 0
    """That are known to be affected, or to have been; 0 if none is known."""
    times: dict[Stage, datetime] = field(default_factory=dict)
    """When the last of its assets came to each stage that all of them have come to."""
    here: set[Stage] = field(default_factory=set)
    """Those of `times` that inventories show which were handed in here, for each of its assets that
    is here. Everything else is what it says itself, whatever it says that it rests on."""
    has_answered: bool = False
    """Whether it has said anything, or shown anything, beyond that it was told."""
    is_late: bool = False
    """Whether one of its assets is late, at the instant of the question."""
    sector: str = UNSAID
    scope: str = ""


def reached(publication: Publication, *, at: datetime) -> tuple[Reached, ...]:
    """Return how far each organisation has come that is known to run what is affected.

    Not narrowed by the policy: whoever asks shows no more of it than they may.
    """
    vulnerabilities = vulnerabilities_of([publication.pk]).get(publication.pk, frozenset())
    found: dict[int, Reached] = {}
    looked = _of_assets(publication, _open(vulnerabilities), found)
    _of_counts(publication, found)
    for known in found.values():
        known.here &= known.times.keys()
    for organisation, when in looked.items():
        if (row := found.get(organisation)) is not None:
            row.has_answered = True
            row.times[Stage.SEEN] = min(when, row.times.get(Stage.SEEN, when))
    for chunk in in_chunks(found):
        rows = Exposure.objects.filter(
            late(at), vulnerability__in=vulnerabilities, organisation__in=chunk
        )
        for organisation in rows.order_by().values_list("organisation", flat=True).distinct():
            found[organisation].is_late = True
    _describe(found)
    return tuple(found.values())


def _open(vulnerabilities: Collection[int]) -> Mapping[int, bool]:
    """Return the assets that are exposed now, and whether all of that is said to be remediated."""
    rows = Exposure.objects.filter(vulnerability__in=vulnerabilities, cleared_at=None).order_by()
    counted = rows.values_list("asset").annotate(
        left=Count("pk", filter=~Q(remedy=Exposure.Remedy.REMEDIATED))
    )
    return {asset: left == 0 for asset, left in counted}


def _of_assets(
    publication: Publication, still: Mapping[int, bool], found: dict[int, Reached]
) -> dict[int, datetime]:
    """Gather what single assets have reached; return who has looked, and when."""
    stages: dict[str, Any] = {
        stage.value: Min("happened_at", filter=Q(stage__in=from_here_on(stage)) & _bears(stage))
        for stage in Stage
    }
    here: dict[str, Any] = {
        f"{stage}_here": Count("pk", filter=Q(stage__in=from_here_on(stage), basis=Basis.INVENTORY))
        for stage in SHOWN_HERE
    }
    rows: Any = (
        Adoption.objects.filter(publication=publication)
        .order_by()
        .values("organisation", "asset", "reference")
        .annotate(**stages, **here, said=Count("pk", filter=~Q(basis=Basis.SENT)))
    )
    looked: dict[int, datetime] = {}
    named: dict[int, list[int]] = {}
    for row in rows:
        organisation = row["organisation"]
        if row["asset"] is None and not row["reference"]:
            if row[Stage.SEEN]:
                looked[organisation] = row[Stage.SEEN]
            continue
        times: dict[Stage, datetime | None] = {stage: row[stage.value] for stage in Stage}
        if (is_said := still.get(row["asset"])) is not None:
            times[Stage.VERIFIED] = None
            if not is_said:
                times[Stage.APPLIED] = None
        is_new = organisation not in found
        known = found.setdefault(organisation, Reached(organisation))
        known.has_answered |= row["said"] > 0
        kinds = named.setdefault(organisation, [0, 0])
        kinds[row["asset"] is None] += 1
        if row["asset"] is not None:
            # Only for assets that are here does this instance keep that an inventory shows it.
            shown = {stage for stage in SHOWN_HERE if row[f"{stage}_here"]}
            known.here = shown if kinds[False] == 1 else known.here & shown
        known.assets = max(kinds)
        for stage in Stage:
            when = times[stage]
            if when is None or (not is_new and stage not in known.times):
                known.times.pop(stage, None)
            else:
                known.times[stage] = max(when, known.times.get(stage, when))
    return looked


def _bears(stage: Stage) -> Q:
    return Q(basis__in=SHOWING) if stage is Stage.VERIFIED else Q()


def _of_counts(publication: Publication, found: dict[int, Reached]) -> None:
    said: dict[int, dict[Stage, tuple[int, datetime]]] = {}
    rows = AdoptionCount.objects.filter(publication=publication, replaced_at=None).order_by()
    rows = rows.exclude(~Q(basis__in=SHOWING), stage=Stage.VERIFIED)
    for organisation, stage, assets, when in rows.values_list(
        "organisation", "stage", "assets", "happened_at"
    ):
        said.setdefault(organisation, {})[Stage(stage)] = (assets, when)
    for organisation, counted in said.items():
        total = max(assets for assets, _ in counted.values())
        if not total:
            continue
        is_new = organisation not in found
        known = found.setdefault(organisation, Reached(organisation))
        known.assets = max(known.assets, total)
        known.has_answered = True
        for stage in Stage:
            further = [counted[one] for one in from_here_on(stage) if one in counted]
            came = min((moment for assets, moment in further if assets == total), default=None)
            if came is None or (not is_new and stage not in known.times):
                known.times.pop(stage, None)
            else:
                known.times[stage] = max(came, known.times.get(stage, came))


def _describe(found: Mapping[int, Reached]) -> None:
    """Say of each organisation in which sector it is, and whose directives bind it."""
    sectors = {sector.value for sector in Sector}
    for chunk in in_chunks(found):
        for pk, scope in Organisation.objects.filter(pk__in=chunk).values_list("pk", "scope"):
            found[pk].scope = scope.lower() or "other"
        settled = Operator.objects.filter(organisation__in=chunk)
        for pk, scope, sector in settled.values_list("organisation", "scope", "sector"):
            found[pk].scope = scope
            # As an operator writes it: 'Financial services' is 'financial-services'.
            word = "-".join(sector.strip().lower().replace("_", " ").replace("-", " ").split())
            found[pk].sector = word if word in sectors else UNSAID
