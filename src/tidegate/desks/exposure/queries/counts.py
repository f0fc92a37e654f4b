"""What coordinators learn of all operators: counts. Nothing says what anybody runs, or exposes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset, Exposure
from tidegate.desks.exposure.queries.exposure_conditions import OPEN, STATES, late, to_do, within
from tidegate.desks.exposure.queries.home import SOON
from tidegate.desks.exposure.queries.operators import is_operating
from tidegate.desks.parties.models import Organisation


@dataclass(frozen=True, slots=True)
class OrganisationCounts:
    """One operator, in numbers."""

    organisation: str
    """Key."""
    name: str
    scope: str
    """Whose directives bind it as an agency; empty for others."""
    assets: int
    open: int
    """Exposures that have not cleared."""
    in_kev: int
    to_do: int
    late: int
    due_in_3_days: int
    due_in_14_days: int
    due_in_60_days: int
    """Each one includes those before it, and none that is late."""
    undetermined: int
    excepted: int
    mitigated: int
    remediated: int


@dataclass(frozen=True, slots=True)
class Counts:
    """All operators, in numbers."""

    organisations: tuple[OrganisationCounts, ...]
    """Those with the most that is late first."""
    total: OrganisationCounts
    """Of all of them; it has no key."""


def counts(actor: Actor, *, at: datetime) -> Counts:
    """Return how many assets and exposures operators have, and how many are late.

    Raises:
        NotFoundError: it is not theirs to read.
    """
    require_with_instance(actor, Act.READ)
    exposed = _grouped(
        Exposure.objects.all(), {name: Count("pk", filter=which) for name, which in _of(at).items()}
    )
    assets = _grouped(Asset.objects.filter(retired_at=None), {"assets": Count("pk")})
    rows = [
        _row(one, {**_NOTHING, **assets.get(one.pk, {}), **exposed.get(one.pk, {})})
        for one in Organisation.objects.order_by("name")
        if is_operating(one) or one.pk in assets
    ]
    total = {name: sum(getattr(row, name) for row in rows) for name in _NOTHING}
    return Counts(
        tuple(sorted(rows, key=lambda row: (-row.late, -row.to_do, row.name))),
        OrganisationCounts(organisation="", name="", scope="", **total),
    )


def _of(at: datetime) -> dict[str, Q]:
    return {
        "open": OPEN,
        "in_kev": OPEN & Q(in_kev=True),
        "to_do": to_do(at),
        "late": late(at),
        **{f"due_in_{days}_days": within(days, at) for days in SOON},
        **{
            name: STATES[name](at)
            for name in ("undetermined", "excepted", "mitigated", "remediated")
        },
    }


_NOTHING = dict.fromkeys(
    (
        "assets",
        "open",
        "in_kev",
        "to_do",
        "late",
        "due_in_3_days",
        "due_in_14_days",
        "due_in_60_days",
        "undetermined",
        "excepted",
        "mitigated",
        "remediated",
    ),
    0,
)


def _grouped(rows: Any, counted: dict[str, Count]) -> dict[int, dict[str, int]]:
    grouped = rows.order_by().values("organisation").annotate(**counted)
    return {row.pop("organisation"): row for row in grouped}


def _row(one: Organisation, numbers: dict[str, int]) -> OrganisationCounts:
    return OrganisationCounts(organisation=one.key, name=one.name, scope=one.scope, **numbers)
