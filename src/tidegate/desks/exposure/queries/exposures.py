"""What assets are exposed to: lists of exposures, and one of them with 'why this date?' answered.

An exposure is a vulnerability on an asset. Its page shows what each source says, what is installed,
the deadline with all that it rests on and every move of it, what was done, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import DateTimeField, Exists, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset, Excepted, Exposure, Ground
from tidegate.desks.exposure.queries.deadlines import (
    DeadlineShown,
    InputShown,
    Moved,
    StepAdvised,
    deadline_of,
    moves_of,
)
from tidegate.desks.exposure.queries.exceptions import ExceptionRow, exceptions_of
from tidegate.desks.exposure.queries.exposure_conditions import STATES, within
from tidegate.desks.exposure.queries.exposure_rows import (
    ExposureRow,
    PackageShown,
    exposure_rows,
    today_in,
    zone_name,
)
from tidegate.desks.exposure.queries.filters import bounded, one_of
from tidegate.desks.exposure.queries.grounds import GroundShown, VexShown, grounds_of
from tidegate.desks.exposure.queries.own_tables import OwnDecision, own_decision
from tidegate.desks.exposure.queries.remedies import RemedyShown, remedies_of
from tidegate.desks.exposure.queries.said import SourceSaid, said_by_sources
from tidegate.desks.exposure.queries.triage import Triage, triage_of
from tidegate.desks.exposure.states.advice import Advice, Installed, Step, advice
from tidegate.desks.exposure.states.stands import Stand
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.queries.paging import (
    Page,
    checked_limit,
    fingerprint,
    order_of,
    page_of,
    read_cursor,
)
from tidegate.engines.matching.advisories import Certainty

__all__ = [
    "SORTS",
    "STATES",
    "Advice",
    "AssetShown",
    "DeadlineShown",
    "ExposurePage",
    "ExposureRow",
    "GroundShown",
    "InputShown",
    "Moved",
    "OwnDecision",
    "PackageShown",
    "SourceSaid",
    "Stand",
    "Step",
    "StepAdvised",
    "VexShown",
    "exposure_page",
    "list_exposures",
]

DEFAULT_ROWS: Final = 50
MOST_DAYS: Final = 3_650
SORTS: Final = {
    "due": ("due_order", datetime),
    "severity": ("severity_order", float),
    "epss": ("epss_order", float),
    "detected": ("detected_at", datetime),
    "vulnerability": ("vulnerability__name", str),
    "asset": ("asset__name", str),
}
"""What a list is sorted by; `-` before a word for the other way round. What has no day is due after
everything that has one."""

_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
_UNSCORED: Final = -1.0


@dataclass(frozen=True, slots=True)
class AssetShown:
    """The asset of an exposure."""

    key: str
    name: str
    owner: str
    environment: str
    system: str
    exposed: str
    """`yes`, `no` or `unknown`, which counts as exposed."""
    criticality: str
    scope: str
    sector: str
    is_operational_technology: bool
    distribution: str
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExposurePage:
    """An exposure, with all that is known of it."""

    row: ExposureRow
    asset: AssetShown
    summary: str
    """Of the vulnerability, by the first advisory that gives one."""
    said: tuple[SourceSaid, ...]
    """What each source says of the vulnerability."""
    grounds: tuple[GroundShown, ...]
    """Those that count first."""
    deadline: DeadlineShown | None
    moves: tuple[Moved, ...]
    """Every computation, the newest first."""
    own_table: OwnDecision | None
    """What the operator's own decision table says; shown beside, and binds nobody."""
    triage: Triage
    remedies: tuple[RemedyShown, ...]
    exceptions: tuple[ExceptionRow, ...]
    to_do: tuple[Advice, ...]
    """The first thing first."""
    may_operate: bool
    """Say what was done, log evidence, decide triage."""
    may_except: bool


def list_exposures(
    actor: Actor,
    *,
    organisation: str = "",
    asset: str = "",
    vulnerability: str = "",
    system: str = "",
    state: str = "open",
    due_within: int | None = None,
    in_kev: bool | None = None,
    search: str = "",
    sort: str = "due",
    cursor: str | None = None,
    limit: int = DEFAULT_ROWS,
    at: datetime,
) -> Page[ExposureRow]:
    """Return a page of the exposures that somebody may read; an empty word narrows nothing.

    Args:
        actor: who asks.
        organisation: key of the operator.
        asset: key of the asset.
        vulnerability: by its name.
        system: of the asset, verbatim.
        state: one of `STATES`.
        due_within: those alone that are due within so many days, and not late yet; then of `state`
            only what is still to do is left.
        in_kev: whether CISA's catalogue lists it; None for both.
        search: a part of the name of the vulnerability, the asset or a package; or a key.
        sort: one of `SORTS`.
        cursor: of the page.
        limit: rows of it.
        at: now.

    Raises:
        FilterError: a word of the filter, the sort or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    order = order_of(sort, SORTS)
    asked = (organisation, asset, vulnerability, system, state, due_within, in_kev, search)
    mark = fingerprint("exposures", sort, asked)
    start = read_cursor(cursor, of=mark)
    known = narrowed(actor, Exposure.objects.all(), at=at)
    rows = known.filter(STATES[one_of("state", state, STATES)](at))
    if organisation:
        rows = rows.filter(organisation__key=as_written(organisation))
    if asset:
        rows = rows.filter(asset__key=as_written(asset))
    if vulnerability:
        rows = rows.filter(vulnerability__name=bounded("vulnerability", vulnerability))
    if system:
        rows = rows.filter(asset__system=bounded("system", system))
    if due_within is not None:
        rows = rows.filter(_due_within(due_within, at))
    if in_kev is not None:
        rows = rows.filter(in_kev=in_kev)
    if search:
        rows = rows.filter(_found(search))

    def shown(ids: Sequence[int]) -> list[tuple[int, str, ExposureRow]]:
        told = exposure_rows(Exposure.objects.filter(pk__in=ids), at=at)
        return [(pk, row.key, row) for pk, row in told]

    return page_of(
        _ordered(rows),
        order,
        start,
        checked_limit(limit),
        shown,
        of=mark,
        known=Q(pk__in=known.values("pk")),
    )


def exposure_page(actor: Actor, key: str, *, at: datetime) -> ExposurePage:
    """Return an exposure, with all that is known of it.

    Raises:
        NotFoundError: there is no such exposure, or not for them.
    """
    rows = Exposure.objects.select_related("asset__organisation__operator", "vulnerability")
    found = find(actor, rows, at=at, key=as_written(key))
    ((_, row),) = exposure_rows(Exposure.objects.filter(pk=found.pk), at=at)
    grounds = grounds_of(found)
    said = said_by_sources(found.vulnerability, at=at)
    deadline = deadline_of(found, today=today_in(zone_name(found), at))
    triage = triage_of(found, at=at)
    return ExposurePage(
        row=row,
        asset=_asset(found.asset),
        summary=next((one.summary for one in grounds if one.summary), ""),
        said=said,
        grounds=grounds,
        deadline=deadline,
        moves=moves_of(found),
        own_table=own_decision(found),
        triage=triage,
        remedies=remedies_of(found),
        exceptions=exceptions_of(actor, Excepted.objects.filter(exposure=found), at=at),
        to_do=_to_do(row, deadline, triage, said),
        may_operate=may(actor, Act.OPERATE, found, at=at),
        may_except=may(actor, Act.ADMINISTER, found, at=at),
    )


def _ordered(rows: QuerySet[Exposure]) -> QuerySet[Exposure]:
    """Return rows with the columns that a list is sorted by, none of which is ever empty."""
    dates, numbers = DateTimeField(), FloatField()
    return rows.annotate(
        due_order=Coalesce("due_at", Value(_NEVER, output_field=dates), output_field=dates),
        severity_order=Coalesce("severity", Value(_UNSCORED), output_field=numbers),
        epss_order=Coalesce("epss", Value(_UNSCORED), output_field=numbers),
    )


def _due_within(days: int, at: datetime) -> Q:
    if not 0 <= days <= MOST_DAYS:
        raise FilterError(
            f"{days} days are out of bounds; ask for 0 to {MOST_DAYS}", parameter="due_within"
        )
    return within(days, at)


def _found(search: str) -> Q:
    text = bounded("search", search)
    packages = Ground.objects.filter(
        exposure=OuterRef("pk"), ended_at=None, coordinate__package__name__icontains=text
    )
    return (
        Q(vulnerability__name__icontains=text)
        | Q(asset__name__icontains=text)
        | Q(key=as_written(text))
        | Q(Exists(packages))
    )


def _asset(asset: Asset) -> AssetShown:
    return AssetShown(
        key=asset.key,
        name=asset.name,
        owner=asset.owner,
        environment=asset.environment,
        system=asset.system,
        exposed=asset.exposed,
        criticality=asset.criticality,
        scope=asset.scope,
        sector=asset.sector,
        is_operational_technology=asset.is_operational_technology,
        distribution=asset.distribution,
        retired_at=asset.retired_at,
    )


def _to_do(
    row: ExposureRow,
    deadline: DeadlineShown | None,
    triage: Triage,
    said: Sequence[SourceSaid],
) -> tuple[Advice, ...]:
    listed = [one.value for one in said if one.kind == "kev" and one.source == "kev"]
    asks = str(listed[0].get("requiredAction") or "") if listed else ""
    return advice(
        [Installed(one.word, one.version, one.fixed) for one in row.packages],
        is_operational_technology=row.is_operational_technology,
        triage_is_open=triage.is_open,
        is_unknown=row.certainty == Certainty.UNKNOWN,
        missing=deadline.missing if deadline else (),
        exposure_is_unknown=row.exposed == Asset.Exposed.UNKNOWN,
        remedy=row.remedy,
        is_cleared=row.cleared_at is not None,
        required_action=asks,
    )
