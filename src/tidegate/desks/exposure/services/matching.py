"""Who is exposed to what: what advisories say of what is installed, carried over into exposures.

Whatever changes, an inventory or an advisory, only what it may have changed is compared, in the
transaction of the change; the outcome is the one that comparing everything would have. Exposures
open, change and clear, and none is ever deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from tidegate.desks.exposure.models import (
    Advisory,
    AffectedPackage,
    Asset,
    Coordinate,
    Exposure,
    Ground,
)
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.hits import (
    Hit,
    all_hits,
    hits_of_advisories,
    hits_on_assets,
)
from tidegate.desks.exposure.services import annotating, deadlines
from tidegate.desks.exposure.services.rewriting import rewrite
from tidegate.desks.exposure.services.turns import take_turn
from tidegate.desks.exposure.states.standing import standing
from tidegate.engines.matching.advisories import OWN_SOURCE, Certainty

COMES_BACK_WITHIN: Final = timedelta(days=30)
"""What comes back so soon after it had cleared counts from its first day (decision 0013)."""

_ASSETS_AT_ONCE: Final = 50
"""All their grounds are held in memory."""


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
    take_turn()
    touched = Touched()
    for chunk in in_chunks(assets, _ASSETS_AT_ONCE):
        before = Ground.objects.filter(exposure__asset__in=chunk, ended_at=None)
        _carry_over(before, hits_on_assets(chunk), touched, at)
    return _followed(touched, at)


def match_advisories(advisories: Sequence[int], *, at: datetime) -> Touched:
    """Compare some advisories, as they are now, with everything that is installed."""
    take_turn()
    touched = Touched()
    for chunk in in_chunks(advisories):
        before = Ground.objects.filter(advisory__in=chunk, ended_at=None)
        _carry_over(before, hits_of_advisories(chunk), touched, at)
        _weigh_again(Advisory.objects.filter(pk__in=chunk, source=OWN_SOURCE), touched)
    return _followed(touched, at)


def match_all(*, at: datetime) -> Touched:
    """Compare everything with everything; it changes nothing unless something was missed."""
    take_turn()
    touched = Touched()
    _carry_over(Ground.objects.filter(ended_at=None), all_hits(), touched, at)
    _weigh_again(Advisory.objects.filter(source=OWN_SOURCE), touched)
    return _followed(touched, at)


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
    for chunk in in_chunks(affected):
        rows = AffectedPackage.objects.filter(
            pk__in=chunk, advisory__vulnerabilities__isnull=False
        ).order_by()
        for pk, advisory, vulnerability in rows.values_list(
            "pk", "advisory", "advisory__vulnerabilities"
        ):
            named.setdefault(pk, (advisory, []))[1].append(vulnerability)
    return named


def _end(grounds: Sequence[int], at: datetime) -> None:
    for chunk in in_chunks(grounds):
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
    for chunk in in_chunks(assets):
        organisations |= dict(Asset.objects.filter(pk__in=chunk).values_list("pk", "organisation"))
    found = _found(pairs)
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
        found |= _found(set(missing))
    return found


def _found(pairs: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return the exposures that there are, looked for from the side on which there are fewer."""
    assets, vulnerabilities = {one for one, _ in pairs}, {one for _, one in pairs}
    is_by_asset = len(assets) <= len(vulnerabilities)
    column = "asset__in" if is_by_asset else "vulnerability__in"
    found: dict[tuple[int, int], int] = {}
    for chunk in in_chunks(assets if is_by_asset else vulnerabilities):
        rows = Exposure.objects.filter(**{column: chunk}).order_by()
        found |= {
            (asset, vulnerability): pk
            for pk, asset, vulnerability in rows.values_list("pk", "asset", "vulnerability")
            if (asset, vulnerability) in pairs
        }
    return found


def _weigh_again(own: QuerySet[Advisory], touched: Touched) -> None:
    """Add the exposures to which our own runs have something to say, be it a ground or not."""
    names = [*own.values_list("vulnerabilities", flat=True)]
    for chunk in in_chunks([one for one in names if one is not None]):
        rows = Exposure.objects.filter(vulnerability__in=chunk, grounds__ended_at=None)
        touched.to_weigh.update(rows.order_by().values_list("pk", flat=True))


def _followed(touched: Touched, at: datetime) -> Touched:
    """Weigh the grounds of what was touched, and let its columns and its deadline follow."""
    for chunk in in_chunks(sorted(touched.changed | touched.to_weigh)):
        _weigh(chunk, touched, at)
    touched.changed -= touched.opened | touched.cleared
    # A new ground may be one that no statement speaks of.
    annotating.annotate(touched.opened | touched.changed)
    deadlines.recompute(touched.all, at=at)
    return touched


def _weigh(exposures: Sequence[int], touched: Touched, at: datetime) -> None:
    # Locked, for what an operator says of its remedy at this moment is written back below.
    held = Exposure.objects.filter(pk__in=exposures).select_for_update().order_by("pk")
    rows = {row.pk: row for row in held}
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
        is_overruled = ground.advisory.source != OWN_SOURCE and _has_cleared(
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
    rewrite(turned, ("certainty", "cleared_at", "detected_at", "remedy", "remedied_at"))


def _turn(row: Exposure, certainty: Certainty, touched: Touched, at: datetime) -> None:
    if certainty is Certainty.NOT_AFFECTED:
        row.cleared_at = at
        touched.cleared.add(row.pk)
    elif row.certainty == Certainty.NOT_AFFECTED:
        # A list that lacks a row for some days, or an advisory that is withdrawn and comes back,
        # sets no clock back; what was mitigated still is, and what is there was not remediated.
        is_back = row.cleared_at is not None and at - row.cleared_at <= COMES_BACK_WITHIN
        if not is_back:
            row.detected_at = at
        if not (is_back and row.remedy == Exposure.Remedy.MITIGATED):
            row.remedy, row.remedied_at = Exposure.Remedy.NONE, None
        row.cleared_at = None
        touched.opened.add(row.pk)
    row.certainty = certainty


_Cleared = tuple[int, frozenset[str]]
"""A package, and its versions that our own runs showed not to be affected."""


def _cleared_by_own_runs(vulnerabilities: Iterable[int]) -> dict[int, list[_Cleared]]:
    found: dict[int, list[_Cleared]] = {}
    for chunk in in_chunks(vulnerabilities):
        rows = AffectedPackage.objects.filter(
            advisory__source=OWN_SOURCE,
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
