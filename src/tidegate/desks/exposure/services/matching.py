"""Who is exposed to what: what advisories say of what is installed, carried over into exposures.

Whatever changes, an inventory or an advisory, only what it may have changed is compared, in the
transaction of the change; the outcome is the one that comparing everything would have. Exposures
open, change and clear, and none is ever deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from tidegate.desks.exposure.models import (
    Advisory,
    AffectedPackage,
    Asset,
    Coordinate,
    Exposure,
    Ground,
    Turn,
)
from tidegate.desks.exposure.queries.hits import (
    Hit,
    all_hits,
    hits_of_advisories,
    hits_on_assets,
    in_chunks,
)
from tidegate.desks.exposure.queries.proven import SOURCE as OWN
from tidegate.desks.exposure.services import annotating, deadlines
from tidegate.desks.exposure.states.standing import standing
from tidegate.engines.matching.advisories import Certainty

_IN_ONE_QUERY: Final = 400


@dataclass(slots=True)
class Touched:
    """What a comparison has changed, by ids of exposures."""

    opened: set[int] = field(default_factory=set)
    cleared: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    """Those that stand as before, on other grounds or with another certainty."""
    to_weigh: set[int] = field(default_factory=set)
    """Those whose grounds have to be weighed again, though they are as they were."""

    @property
    def all(self) -> set[int]:
        """Every exposure that is not as it was."""
        return self.opened | self.cleared | self.changed


def match_asset(asset: Asset, *, at: datetime) -> Touched:
    """Compare what is installed on an asset with all advisories."""
    return match_assets([asset.pk], at=at)


def match_assets(assets: Sequence[int], *, at: datetime) -> Touched:
    """Compare what is installed on some assets with all advisories."""
    _take_turn()
    touched = Touched()
    for chunk in in_chunks(assets, _IN_ONE_QUERY):
        before = Ground.objects.filter(exposure__asset__in=chunk, ended_at=None)
        _carry_over(before, hits_on_assets(chunk), touched, at)
    return _followed(touched, at)


def match_advisories(advisories: Sequence[int], *, at: datetime) -> Touched:
    """Compare some advisories, as they are now, with everything that is installed."""
    _take_turn()
    touched = Touched()
    for chunk in in_chunks(advisories, _IN_ONE_QUERY):
        before = Ground.objects.filter(advisory__in=chunk, ended_at=None)
        _carry_over(before, hits_of_advisories(chunk), touched, at)
        _weigh_again(Advisory.objects.filter(pk__in=chunk, source=OWN), touched)
    return _followed(touched, at)


def match_all(*, at: datetime) -> Touched:
    """Compare everything with everything; it changes nothing unless something was missed."""
    _take_turn()
    touched = Touched()
    _carry_over(Ground.objects.filter(ended_at=None), all_hits(), touched, at)
    _weigh_again(Advisory.objects.filter(source=OWN), touched)
    return _followed(touched, at)


def _take_turn() -> None:
    """Wait for whoever compares now.

    An inventory and an advisory that come at once would miss each other: neither sees what the
    other has not committed yet.
    """
    Turn.objects.get_or_create(pk=1)
    Turn.objects.select_for_update().get(pk=1)


def _carry_over(
    before: QuerySet[Ground], hits: Iterable[Hit], touched: Touched, at: datetime
) -> None:
    """Make the grounds that stand those that the hits are."""
    stood = {
        (asset, vulnerability, advisory, coordinate): (pk, exposure, certainty, fixed)
        for pk, exposure, asset, vulnerability, advisory, coordinate, certainty, fixed in (
            before.order_by().values_list(
                "pk",
                "exposure",
                "exposure__asset",
                "exposure__vulnerability",
                "advisory",
                "coordinate",
                "certainty",
                "fixed",
            )
        )
    }
    new: dict[tuple[int, int, int, int], Hit] = {}
    for chunk in in_chunks(hits, 5_000):
        named = _vulnerabilities_of({hit.affected for hit in chunk})
        for hit in chunk:
            advisory, vulnerabilities = named[hit.affected]
            for vulnerability in vulnerabilities:
                place = (hit.asset, vulnerability, advisory, hit.coordinate)
                known = new.get(place)
                if known is None or known.certainty is Certainty.UNKNOWN:
                    new[place] = hit
    gone = {
        place
        for place, (_, _, certainty, fixed) in stood.items()
        if place not in new or (new[place].certainty, new[place].fixed) != (certainty, fixed)
    }
    _end([stood[place][0] for place in gone], at)
    touched.changed.update(stood[place][1] for place in gone)
    _begin(
        {place: hit for place, hit in new.items() if place not in stood or place in gone},
        touched,
        at,
    )


def _vulnerabilities_of(affected: Iterable[int]) -> dict[int, tuple[int, list[int]]]:
    """Return the advisory of each, and the vulnerabilities that it is about."""
    named: dict[int, tuple[int, list[int]]] = {}
    for chunk in in_chunks(affected, _IN_ONE_QUERY):
        rows = AffectedPackage.objects.filter(
            pk__in=chunk, advisory__vulnerabilities__isnull=False
        ).order_by()
        for pk, advisory, vulnerability in rows.values_list(
            "pk", "advisory", "advisory__vulnerabilities"
        ):
            named.setdefault(pk, (advisory, []))[1].append(vulnerability)
    return named


def _end(grounds: Sequence[int], at: datetime) -> None:
    for chunk in in_chunks(grounds, _IN_ONE_QUERY):
        Ground.objects.filter(pk__in=chunk).update(ended_at=at)


def _begin(hits: Mapping[tuple[int, int, int, int], Hit], touched: Touched, at: datetime) -> None:
    pairs = {(asset, vulnerability) for asset, vulnerability, _, _ in hits}
    exposures = _exposures(pairs, at)
    Ground.objects.bulk_create(
        (
            Ground(
                exposure_id=exposures[asset, vulnerability],
                advisory_id=advisory,
                coordinate_id=coordinate,
                certainty=hit.certainty,
                fixed=hit.fixed,
                since=at,
            )
            for (asset, vulnerability, advisory, coordinate), hit in hits.items()
        ),
        batch_size=500,
    )
    touched.changed.update(exposures.values())


def _exposures(pairs: set[tuple[int, int]], at: datetime) -> dict[tuple[int, int], int]:
    """Return the exposure of each asset and vulnerability; where there is none, make one."""
    assets = {asset for asset, _ in pairs}
    organisations: dict[int, int] = {}
    for chunk in in_chunks(assets, _IN_ONE_QUERY):
        organisations |= dict(Asset.objects.filter(pk__in=chunk).values_list("pk", "organisation"))
    found = _found(assets)
    missing = [pair for pair in pairs if pair not in found]
    Exposure.objects.bulk_create(
        (
            Exposure(
                organisation_id=organisations[asset],
                asset_id=asset,
                vulnerability_id=vulnerability,
                # It opens when its grounds are weighed, a moment later.
                certainty=Certainty.NOT_AFFECTED,
                detected_at=at,
                cleared_at=at,
            )
            for asset, vulnerability in missing
        ),
        batch_size=500,
    )
    if missing:
        found |= _found({asset for asset, _ in missing})
    return {pair: found[pair] for pair in pairs}


def _found(assets: Iterable[int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for chunk in in_chunks(assets, _IN_ONE_QUERY):
        rows = Exposure.objects.filter(asset__in=chunk).order_by()
        found |= {
            (asset, vulnerability): pk
            for pk, asset, vulnerability in rows.values_list("pk", "asset", "vulnerability")
        }
    return found


def _weigh_again(own: QuerySet[Advisory], touched: Touched) -> None:
    """Add the exposures to which our own runs have something to say, be it a ground or not."""
    names = [*own.values_list("vulnerabilities", flat=True)]
    for chunk in in_chunks([one for one in names if one is not None], _IN_ONE_QUERY):
        rows = Exposure.objects.filter(vulnerability__in=chunk, grounds__ended_at=None)
        touched.to_weigh.update(rows.order_by().values_list("pk", flat=True))


def _followed(touched: Touched, at: datetime) -> Touched:
    """Weigh the grounds of what was touched, and let its columns and its deadline follow."""
    for chunk in in_chunks(sorted(touched.changed | touched.to_weigh), _IN_ONE_QUERY):
        _weigh(chunk, touched, at)
    touched.changed -= touched.opened | touched.cleared
    # A new ground may be one that no statement speaks of.
    annotating.annotate(touched.opened | touched.changed, at=at)
    deadlines.recompute(touched.all, at=at)
    return touched


def _weigh(exposures: Sequence[int], touched: Touched, at: datetime) -> None:
    rows = {row.pk: row for row in Exposure.objects.filter(pk__in=exposures)}
    grounds = [
        *Ground.objects.filter(exposure__in=exposures, ended_at=None).select_related(
            "advisory", "coordinate"
        )
    ]
    cleared = _cleared_by_own_runs({row.vulnerability_id for row in rows.values()})
    weighed: dict[int, list[tuple[Certainty, bool]]] = {pk: [] for pk in rows}
    overruled = []
    for ground in grounds:
        vulnerability = rows[ground.exposure_id].vulnerability_id
        is_overruled = ground.advisory.source != OWN and _has_cleared(
            cleared.get(vulnerability, []), ground.coordinate
        )
        weighed[ground.exposure_id].append((Certainty(ground.certainty), is_overruled))
        if ground.is_overruled != is_overruled:
            ground.is_overruled = is_overruled
            overruled.append(ground)
            touched.changed.add(ground.exposure_id)
    Ground.objects.bulk_update(overruled, ["is_overruled"], batch_size=300)
    turned = []
    for pk, row in rows.items():
        certainty = standing(weighed[pk])
        if certainty != row.certainty:
            _turn(row, certainty, touched, at)
            turned.append(row)
    Exposure.objects.bulk_update(
        turned,
        ["certainty", "cleared_at", "detected_at", "remedy", "remedied_at"],
        batch_size=300,
    )


def _turn(row: Exposure, certainty: Certainty, touched: Touched, at: datetime) -> None:
    if certainty is Certainty.NOT_AFFECTED:
        row.cleared_at = at
        touched.cleared.add(row.pk)
    elif row.certainty == Certainty.NOT_AFFECTED:
        # It is new, or has come back: then it was detected anew, and nothing was done about it.
        row.cleared_at, row.detected_at = None, at
        row.remedy, row.remedied_at = Exposure.Remedy.NONE, None
        touched.opened.add(row.pk)
    row.certainty = certainty


_Cleared = tuple[int, frozenset[str]]
"""A package, and its versions that our own runs showed not to be affected."""


def _cleared_by_own_runs(vulnerabilities: Iterable[int]) -> dict[int, list[_Cleared]]:
    found: dict[int, list[_Cleared]] = {}
    for chunk in in_chunks(vulnerabilities, _IN_ONE_QUERY):
        rows = AffectedPackage.objects.filter(
            advisory__source=OWN,
            advisory__withdrawn_at=None,
            advisory__vulnerabilities__in=chunk,
        ).order_by()
        for package, versions, vulnerability in rows.values_list(
            "package", "cleared", "advisory__vulnerabilities"
        ):
            if vulnerability in chunk:
                found.setdefault(vulnerability, []).append((package, frozenset(versions)))
    return found


def _has_cleared(cleared: Iterable[_Cleared], coordinate: Coordinate) -> bool:
    return any(
        package == coordinate.package_id and coordinate.version in versions
        for package, versions in cleared
    )
