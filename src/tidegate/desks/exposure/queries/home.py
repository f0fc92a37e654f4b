"""An operator's home: what it runs, what that is exposed to, and what is due in 3, 14 and 60 days.

Every count has a list behind it (`list_exposures` by the same word), and says beside it how much
could not be told: what is not known is never counted as not affected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.exposure.models import (
    Asset,
    ChangeNotice,
    Exposure,
    Installed,
)
from tidegate.desks.exposure.queries.exposure_conditions import (
    OPEN,
    STATES,
    beyond,
    late,
    to_do,
    within,
)
from tidegate.desks.exposure.queries.exposure_rows import ExposureRow, exposure_rows, today_in
from tidegate.desks.exposure.queries.operators import my_operators, one_operator, operator_of
from tidegate.desks.exposure.queries.untold import Untold, could_not_be_told

SOON: Final = (3, 14, 60)
"""Days of BOD 26-04's clocks, in which one looks ahead."""
FIRST: Final = 8
"""Exposures that are shown at once, those that are late or due soonest."""


@dataclass(frozen=True, slots=True)
class OperatorShown:
    """An operator whose assets are counted here."""

    key: str
    name: str
    zone: str
    """In which its days end."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """How much is due on one day, for a picture."""

    day: date
    """In the operator's zone."""
    due: int
    in_kev: int
    """Of these, known to be exploited."""


@dataclass(frozen=True, slots=True)
class Home:
    """What an operator looks at first. Counts are of exposures, unless they say otherwise."""

    operators: tuple[OperatorShown, ...]
    assets: int
    installed: int
    """Packages in a version, on all assets."""
    open: int
    affected: int
    unknown: int
    """Of which it is not known whether the asset is affected."""
    in_kev: int
    to_do: int
    """Nothing was done about them, and nobody excepted them; what follows is of these."""
    late: int
    due_in_3_days: int
    due_in_14_days: int
    due_in_60_days: int
    """Each one includes those before it, and none that is late."""
    due_later: int
    no_day: int
    """To be fixed with the next system upgrade."""
    undetermined: int
    no_table: int
    """Their authority has no table here."""
    excepted: int
    mitigated: int
    remediated: int
    """Said to be; what is installed does not show it yet."""
    triage: int
    """Forensic triage is due, and not decided."""
    untold: Untold
    """What could not be told: assets without an inventory, components without a place, feeds that
    are too old."""
    notices: int
    """Notices to plan a change that nobody has read."""
    days: tuple[DayCount, ...]
    """Every day from the earliest one that is late to 60 days ahead; days without any are left
    out."""
    today: date
    """In the operator's zone; of several operators, in UTC."""
    first: tuple[ExposureRow, ...]
    """The first ones that are late or due."""


def home(actor: Actor, *, organisation: str = "", at: datetime) -> Home:
    """Return what an operator looks at first.

    Args:
        actor: who asks.
        organisation: key of the operator; empty for all that they may see.
        at: now.

    Raises:
        NotFoundError: there is no such operator, or not for them.
    """
    operators = (
        (one_operator(actor, organisation, at=at),) if organisation else my_operators(actor, at=at)
    )
    ids = [one.pk for one in operators]
    assets = narrowed(actor, Asset.objects.filter(organisation__in=ids), at=at).filter(
        retired_at=None
    )
    rows = narrowed(actor, Exposure.objects.filter(organisation__in=ids), at=at)
    notices = narrowed(actor, ChangeNotice.objects.filter(organisation__in=ids), at=at)
    shown = tuple(OperatorShown(one.key, one.name, operator_of(one).zone) for one in operators)
    today = today_in(shown[0].zone if len(shown) == 1 else "UTC", at)
    return Home(
        operators=shown,
        assets=assets.count(),
        installed=Installed.objects.filter(asset__in=assets.values("pk")).count(),
        untold=could_not_be_told(actor, organisation=organisation, at=at),
        notices=notices.filter(read_at=None, ended_at=None).count(),
        days=_days(rows, today, at),
        today=today,
        first=_first(rows, at),
        **_counts(rows, at),
    )


def _counts(rows: QuerySet[Exposure], at: datetime) -> dict[str, int]:
    conditions = {
        "open": OPEN,
        "affected": OPEN & ~STATES["unknown"](at),
        "unknown": STATES["unknown"](at),
        "in_kev": OPEN & Q(in_kev=True),
        "to_do": to_do(at),
        "late": late(at),
        **{f"due_in_{days}_days": within(days, at) for days in SOON},
        "due_later": beyond(SOON[-1], at),
        "no_day": STATES["no-day"](at),
        "undetermined": STATES["undetermined"](at),
        "no_table": STATES["no-table"](at),
        "excepted": STATES["excepted"](at),
        "mitigated": STATES["mitigated"](at),
        "remediated": STATES["remediated"](at),
        "triage": STATES["triage"](at),
    }
    counts: dict[str, int] = rows.aggregate(
        **{name: Count("pk", filter=which) for name, which in conditions.items()}
    )
    return counts


def _days(rows: QuerySet[Exposure], today: date, at: datetime) -> tuple[DayCount, ...]:
    soon = rows.filter(to_do(at), due_on__lte=today + timedelta(days=SOON[-1]))
    grouped = (
        soon.order_by()
        .values("due_on")
        .annotate(due=Count("pk"), in_kev=Count("pk", filter=Q(in_kev=True)))
        .order_by("due_on")
    )
    days = [DayCount(one["due_on"], one["due"], one["in_kev"]) for one in grouped if one["due_on"]]
    # Late whatever turns out to hold, though no day can be told.
    over = rows.filter(late(at), due_on=None).aggregate(
        due=Count("pk"), in_kev=Count("pk", filter=Q(in_kev=True))
    )
    if over["due"]:
        days.insert(0, DayCount(today - timedelta(days=1), over["due"], over["in_kev"]))
    return tuple(days)


def _first(rows: QuerySet[Exposure], at: datetime) -> tuple[ExposureRow, ...]:
    soonest = rows.filter(to_do(at), due_at__isnull=False).order_by("due_at", "id")[:FIRST]
    ids: Sequence[int] = [*soonest.values_list("pk", flat=True)]
    told = dict(exposure_rows(Exposure.objects.filter(pk__in=ids), at=at))
    return tuple(told[one] for one in ids if one in told)
