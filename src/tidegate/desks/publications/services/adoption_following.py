"""What exposures say of adoption, kept by itself: who is notified, and whose fix is applied.

An exposure that a published vulnerability opens has notified its operator. A remedy that is said is
applied; a mitigation, or evidence that is being collected, is a plan, for the fix is still to come.
What has cleared is verified where a newer inventory no longer holds what was affected. Where it
cleared because an advisory says otherwise now, nothing was done, and nothing is kept.

Silence is no answer: from nothing is it concluded that somebody is not affected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.exposure.models import (
    Exposure,
    Ground,
    Installed,
    Inventory,
    RemedySaid,
    TriageItem,
    Unplaced,
)
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.publications.models import Adoption, Audience, Following, Publication
from tidegate.desks.publications.queries.adoption_links import vulnerabilities_of
from tidegate.desks.publications.states.adoption import Basis, Stage
from tidegate.desks.publications.states.labels import FREE

EVERY: Final = timedelta(minutes=1)
"""How often it is looked at what has changed."""
WHOLE_EVERY: Final = timedelta(days=1)
"""How often everything is looked at: for what committed long after the instant that it names."""
OVERLAP: Final = timedelta(hours=1)
"""What is looked at again: a transaction commits later than the instant that it names."""

_PUBLICATIONS_AT_ONCE: Final = 200


def follow(at: datetime) -> int:
    """Keep what exposures say of adoption, if it is due; return how many stages are new.

    Any number of processes may: what is kept already is kept once.
    """
    state, _ = Following.objects.get_or_create(pk=1)
    if state.until is not None and state.until + EVERY > at:
        return 0
    is_whole = state.whole_at is None or state.whole_at + WHOLE_EVERY <= at
    since = None if is_whole or state.until is None else state.until - OVERLAP
    made = 0
    out = Publication.objects.filter(published_at__lte=at, withdrawn_at=None).order_by("pk")
    for chunk in in_chunks(out.values_list("pk", flat=True), _PUBLICATIONS_AT_ONCE):
        made += follow_publications(chunk, since=since, at=at)
    Following.objects.filter(pk=1).update(until=at, **({"whole_at": at} if is_whole else {}))
    return made


def follow_publications(
    publications: Sequence[int], *, since: datetime | None = None, at: datetime
) -> int:
    """Keep what exposures say of some publications; return how many stages are new.

    Args:
        publications: their ids; they are published.
        since: looks only at exposures that have changed since then, unless a publication has; all
            of them if None.
        at: now.
    """
    made = 0
    linked = vulnerabilities_of(publications)
    rows = Publication.objects.in_bulk([*linked])
    for pk, vulnerabilities in linked.items():
        row = rows[pk]
        is_fresh = since is None or (row.modified_at or row.published_at or at) >= since
        touched = _touched(vulnerabilities, None if is_fresh else since)
        for assets in in_chunks(touched):
            with transaction.atomic():
                made += _keep(row, _told(row, vulnerabilities, assets), at)
    return made


@dataclass(frozen=True, slots=True)
class _Told:
    """A stage that an asset has reached, as its exposures show."""

    organisation: int
    asset: int
    stage: Stage
    basis: Basis
    happened_at: datetime


def _touched(vulnerabilities: Collection[int], since: datetime | None) -> Iterator[int]:
    changed = Q()
    if since is not None:
        said = RemedySaid.objects.filter(at__gte=since).values("exposure")
        collected = TriageItem.objects.filter(at__gte=since).values("exposure")
        changed = (
            Q(detected_at__gte=since)
            | Q(cleared_at__gte=since)
            | Q(pk__in=said)
            | Q(pk__in=collected)
        )
    rows = Exposure.objects.filter(changed, vulnerability__in=vulnerabilities)
    yield from rows.order_by("asset").values_list("asset", flat=True).distinct()


def _told(
    publication: Publication, vulnerabilities: Collection[int], assets: Sequence[int]
) -> Iterator[_Told]:
    published = publication.published_at
    assert published is not None  # only what is published is followed
    # What had cleared before it was published was no answer to it; what never stood is none.
    counts = Q(cleared_at=None) | Q(cleared_at__gt=published) & Q(cleared_at__gt=F("detected_at"))
    rows = (
        Exposure.objects.filter(counts, vulnerability__in=vulnerabilities, asset__in=assets)
        .select_related("asset")
        .order_by("asset", "pk")
    )
    if publication.tlp not in FREE:
        named = Audience.objects.filter(publication=publication, removed_at=None)
        rows = rows.filter(organisation__in=named.values("organisation"))
    by_asset: defaultdict[int, list[Exposure]] = defaultdict(list)
    for row in rows:
        by_asset[row.asset_id].append(row)
    found = [row for of_it in by_asset.values() for row in of_it]
    shown = _shown_by_inventory([row.pk for row in found if row.cleared_at is not None])
    planned = _collected(found)
    for asset, exposures in by_asset.items():
        organisation = exposures[0].organisation_id
        for stage, basis, when in _stages(exposures, shown, planned):
            yield _Told(organisation, asset, stage, basis, max(when, published))


def _stages(
    exposures: Sequence[Exposure], shown: Collection[int], planned: Mapping[int, datetime]
) -> Iterator[tuple[Stage, Basis, datetime]]:
    """Yield the stages that all exposures of one asset show together."""
    yield Stage.NOTIFIED, Basis.SENT, min(row.detected_at for row in exposures)
    plans = [planned[row.pk] for row in exposures if row.pk in planned]
    plans += [
        row.remedied_at
        for row in exposures
        if row.remedy == Exposure.Remedy.MITIGATED and row.remedied_at is not None
    ]
    if plans:
        yield Stage.PLANNED, Basis.SAID, min(plans)
    applied: list[datetime] = []
    verified: list[datetime] = []
    for row in exposures:
        said = row.remedied_at if row.remedy == Exposure.Remedy.REMEDIATED else None
        cleared = row.cleared_at if row.pk in shown else None
        if cleared is not None:
            verified.append(cleared)
        if when := min((one for one in (said, cleared) if one is not None), default=None):
            applied.append(when)
    if len(verified) == len(exposures):
        yield Stage.APPLIED, Basis.INVENTORY, max(applied)
        yield Stage.VERIFIED, Basis.INVENTORY, max(verified)
    elif len(applied) == len(exposures):
        yield Stage.APPLIED, Basis.SAID, max(applied)


def _shown_by_inventory(cleared: Sequence[int]) -> set[int]:
    """Return those that a newer inventory has cleared: it no longer holds what was affected.

    Not where the package is among what could not be understood, and not where the asset was only
    retired.
    """
    found: set[int] = set()
    newer = Inventory.objects.filter(
        asset=OuterRef("asset"),
        received_at__gt=OuterRef("detected_at"),
        received_at__lte=OuterRef("cleared_at"),
        taken_back_at=None,
    )
    for chunk in in_chunks(cleared):
        rows = Exposure.objects.filter(
            Q(asset__retired_at=None) | Q(asset__retired_at__gt=F("cleared_at")),
            Exists(newer),
            pk__in=chunk,
        )
        grounds = Ground.objects.filter(exposure__in=chunk)
        still = grounds.filter(
            Exists(
                Installed.objects.filter(
                    asset=OuterRef("exposure__asset"), coordinate=OuterRef("coordinate")
                )
            )
            | Exists(
                Unplaced.objects.filter(
                    asset=OuterRef("exposure__asset"),
                    component__icontains=OuterRef("coordinate__package__name"),
                )
            )
        )
        found |= {*rows.filter(pk__in=grounds.values("exposure")).values_list("pk", flat=True)} - {
            *still.values_list("exposure", flat=True)
        }
    return found


def _collected(exposures: Sequence[Exposure]) -> dict[int, datetime]:
    """Return since when evidence is being collected, for the exposures of which any was."""
    found: dict[int, datetime] = {}
    for chunk in in_chunks([row.pk for row in exposures]):
        rows = TriageItem.objects.filter(exposure__in=chunk, taken_back_at=None).order_by()
        found |= dict(rows.values_list("exposure").annotate(first=Min("at")))
    return found


def _keep(publication: Publication, told: Iterable[_Told], at: datetime) -> int:
    rows = [*told]
    assets = {row.asset for row in rows}
    known: dict[tuple[int, str], str] = {}
    for chunk in in_chunks(assets):
        there = Adoption.objects.filter(publication=publication, asset__in=chunk)
        known |= {
            (asset, stage): basis
            for asset, stage, basis in there.values_list("asset", "stage", "basis")
            if asset is not None
        }
    new = [row for row in rows if (row.asset, row.stage.value) not in known]
    Adoption.objects.bulk_create(
        (
            Adoption(
                publication=publication,
                organisation_id=row.organisation,
                asset_id=row.asset,
                stage=row.stage,
                basis=row.basis,
                happened_at=min(row.happened_at, at),
                recorded_at=at,
                said_by=HOUSE.name,
            )
            for row in new
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
    firmer = [
        row.asset
        for row in rows
        if row.stage is Stage.APPLIED
        and row.basis is Basis.INVENTORY
        and known.get((row.asset, Stage.APPLIED.value)) == Basis.SAID
    ]
    for chunk in in_chunks(firmer):
        Adoption.objects.filter(
            publication=publication, asset__in=chunk, stage=Stage.APPLIED
        ).update(basis=Basis.INVENTORY)
    return len(new)
