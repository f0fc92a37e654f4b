"""What was published that concerns an operator: what it runs, or what was sent to it by name.

A publication concerns an operator if something of it is affected, or was, as its inventories, its
own client or its people have said; or if it is for named organisations, and it is one. That nothing
is known of it is no word on whether it is affected: such publications are not counted here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Min, Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.exposure.models import Advisory, Exposure, Vulnerability
from tidegate.desks.exposure.queries.exposure_conditions import late
from tidegate.desks.exposure.queries.operators import one_operator
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import Adoption, AdoptionCount, Audience, Publication
from tidegate.desks.publications.queries.adoption_links import vulnerabilities_of
from tidegate.desks.publications.states.adoption import Stage, from_here_on
from tidegate.engines.matching.advisories import OWN_SOURCE

MOST: Final = 200
"""Publications that are listed, what changed last."""
_LOOKED: Final = Q(asset=None, reference="")
"""Rows that say that a page was opened, and nothing of what is run."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A publication, and how far an operator is with it."""

    identifier: str
    title: str
    package: str
    cve: str
    severity: int
    tlp: str
    published_at: datetime
    modified_at: datetime
    withdrawn_at: datetime | None
    is_named: bool
    """Whether it is for named organisations, and this is one."""
    assets: int
    """Known to be affected, or to have been."""
    reached: Mapping[Stage, int]
    """How many of them have come to each stage, or further, as they stand now."""
    counted: Mapping[Stage, int]
    """What was reported in the mode `counts`."""
    open: int
    """Assets that are exposed now."""
    late: int
    due_on: date | None
    """The first day by which one that is exposed has to be fixed."""
    seen_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Whether all that is known to be affected is verified to be so no more."""
        said = self.counted or self.reached
        total = max(self.assets, self.counted.get(Stage.NOTIFIED, 0))
        return not self.open and total > 0 and said.get(Stage.VERIFIED, 0) >= total


@dataclass(frozen=True, slots=True)
class Concerns:
    """What concerns an operator."""

    organisation: str
    """Key."""
    name: str
    rows: tuple[Concern, ...]
    """What is late first, then what is open by its day, then the rest, the newest first."""
    is_cut: bool


def concerning(actor: Actor, *, organisation: str = "", at: datetime) -> Concerns:
    """Return what was published that concerns an operator.

    Args:
        actor: who reads what the operator runs.
        organisation: key of the operator, for somebody who reads for several.
        at: now.

    Raises:
        NotFoundError: there is no such operator, or not for them.
        NotPossibleError: it is not said which of several operators is meant, or there is none.
    """
    own = one_operator(actor, organisation or None, at=at)
    out = narrowed(actor, Publication.objects.filter(published_at__lte=at), at=at)
    touched = out.filter(_touches(actor, own, at)).order_by("-modified_at", "-pk")
    found = list(touched[: MOST + 1])
    rows = _concerns(actor, own, found[:MOST], at)
    return Concerns(own.key, own.name, tuple(sorted(rows, key=_urgency)), len(found) > MOST)


def _touches(actor: Actor, own: Organisation, at: datetime) -> Q:
    exposed = narrowed(actor, Exposure.objects.filter(organisation=own), at=at)
    vulnerabilities = exposed.order_by().values("vulnerability")
    names = Vulnerability.objects.filter(pk__in=vulnerabilities).values("name")
    cases = Advisory.objects.filter(source=OWN_SOURCE, vulnerabilities__in=vulnerabilities)
    said = narrowed(actor, Adoption.objects.filter(organisation=own), at=at).exclude(_LOOKED)
    counted = AdoptionCount.objects.filter(organisation=own, replaced_at=None)
    return (
        Q(cve__in=names)
        | Q(identifier__in=names)
        | Q(case__key__in=names)
        | Q(case__key__in=cases.values("identifier"))
        | Q(pk__in=said.values("publication"))
        | Q(pk__in=counted.values("publication"))
        | Q(pk__in=_named(own).values("publication"))
    )


def _named(own: Organisation) -> QuerySet[Audience]:
    return Audience.objects.filter(organisation=own, removed_at=None)


def _concerns(
    actor: Actor, own: Organisation, found: list[Publication], at: datetime
) -> Iterable[Concern]:
    pks = [one.pk for one in found]
    linked = vulnerabilities_of(pks)
    named = set(_named(own).filter(publication__in=pks).values_list("publication", flat=True))
    seen, stages = _stages(actor, own, pks, at)
    counts: defaultdict[int, dict[Stage, int]] = defaultdict(dict)
    counted = AdoptionCount.objects.filter(organisation=own, replaced_at=None, publication__in=pks)
    for pk, stage, assets in counted.values_list("publication", "stage", "assets"):
        counts[pk][Stage(stage)] = assets
    exposed = _exposed(actor, own, {one for of in linked.values() for one in of}, at)
    for one in found:
        assert one.published_at is not None
        assert one.modified_at is not None
        of_assets = stages[one.pk]
        of_it = [exposed[pk] for pk in linked.get(one.pk, ()) if pk in exposed]
        still = set().union(*(each.still for each in of_it))
        over = set().union(*(each.over for each in of_it))
        days = [day for each in of_it for asset, day in each.due.items() if asset in still]
        yield Concern(
            identifier=one.identifier,
            title=one.title,
            package=one.package,
            cve=one.cve,
            severity=one.severity,
            tlp=one.tlp,
            published_at=one.published_at,
            modified_at=one.modified_at,
            withdrawn_at=one.withdrawn_at,
            is_named=one.pk in named,
            assets=len({asset for asset, _ in of_assets if asset} | still)
            + sum(asset is None for asset, _ in of_assets),
            reached={
                stage: sum(
                    _has(reached, stage, is_open=asset in still)
                    for (asset, _), reached in of_assets.items()
                )
                for stage in Stage
            },
            counted=counts.get(one.pk, {}),
            open=len(still),
            late=len(over),
            due_on=min(days, default=None),
            seen_at=seen.get(one.pk),
        )


_Key = tuple[int | None, str]
"""An asset that is known here, or the client's own name for one."""


def _stages(
    actor: Actor, own: Organisation, pks: list[int], at: datetime
) -> tuple[dict[int, datetime], defaultdict[int, dict[_Key, set[Stage]]]]:
    """Return when a page was opened first, and the stages of each asset, by publication."""
    seen: dict[int, datetime] = {}
    stages: defaultdict[int, dict[_Key, set[Stage]]] = defaultdict(dict)
    rows = Adoption.objects.filter(organisation=own, publication__in=pks)
    told: Iterable[tuple[int, int | None, str, str, datetime]] = narrowed(
        actor, rows, at=at
    ).values_list("publication", "asset", "reference", "stage", "happened_at")
    for pk, asset, reference, stage, when in told:
        if asset is None and not reference:
            seen[pk] = min(when, seen.get(pk, when))
        else:
            stages[pk].setdefault((asset, reference), set()).add(Stage(stage))
    return seen, stages


def _has(reached: set[Stage], stage: Stage, *, is_open: bool) -> bool:
    """Say whether an asset has come to a stage; one that is exposed again is not verified."""
    further = set(from_here_on(stage)) & reached
    return bool(further - {Stage.VERIFIED} if is_open else further)


@dataclass(frozen=True, slots=True)
class _Exposed:
    """Assets that a vulnerability exposes, by their ids."""

    still: set[int]
    over: set[int]
    due: dict[int, date]


def _exposed(
    actor: Actor, own: Organisation, vulnerabilities: set[int], at: datetime
) -> dict[int, _Exposed]:
    rows = narrowed(actor, Exposure.objects.filter(organisation=own), at=at)
    rows = rows.filter(vulnerability__in=vulnerabilities).order_by()
    found: defaultdict[int, _Exposed] = defaultdict(lambda: _Exposed(set(), set(), {}))
    for vulnerability, asset in rows.filter(late(at)).values_list("vulnerability", "asset"):
        found[vulnerability].over.add(asset)
    standing = rows.filter(cleared_at=None).values_list("vulnerability", "asset")
    for vulnerability, asset, day in standing.annotate(due=Min("due_on")):
        found[vulnerability].still.add(asset)
        if day is not None:
            found[vulnerability].due[asset] = day
    return dict(found)


def _urgency(one: Concern) -> tuple[bool, bool, date, float]:
    day = one.due_on or date.max
    return not one.late, not one.open, day, -one.modified_at.timestamp()
