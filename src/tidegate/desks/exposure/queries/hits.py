"""Which advisories hold which installed coordinates: the predicate of matching, in the tables.

`package = ? AND lower <= sort_key AND sort_key < upper`, from either side: from an asset's
inventory, or from an advisory. A withdrawn advisory holds nothing; neither does a retired asset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tidegate.desks.exposure.models import AffectedPackage, AffectedSlice, Installed
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.engines.matching.advisories import Certainty
from tidegate.engines.matching.columns import Coordinates, Installs, Portfolio, Ranges
from tidegate.engines.matching.packages import Reason

WITHOUT_PLACE: Final = (Reason.NO_VERSION, Reason.UNPARSABLE_VERSION)
"""Doubts about a package whose version has no place: each advisory about it may hold it."""

IN_DOUBT: Final = ~Q(doubt="") & ~Q(doubt__in=WITHOUT_PLACE)
"""Packages that have a place, and of which 'not affected' may not be said all the same."""


class Hit(NamedTuple):
    """An advisory says something of a coordinate that is installed on an asset."""

    asset: int
    coordinate: int
    affected: int
    """Id of the `AffectedPackage`."""
    certainty: Certainty
    fixed: str
    """The version that ends the run of affected ones, if it is said to be fixed."""


def hits_on_assets(assets: Sequence[int]) -> Iterator[Hit]:
    """Yield what all advisories say of what is installed on some assets."""
    for chunk in in_chunks(assets):
        installed = Installed.objects.filter(asset__in=chunk, asset__retired_at=None)
        yield from _hits(installed)


def hits_of_advisories(advisories: Sequence[int]) -> Iterator[Hit]:
    """Yield what some advisories say of everything that is installed."""
    for chunk in in_chunks(advisories):
        affected = [
            *AffectedPackage.objects.filter(advisory__in=chunk, advisory__withdrawn_at=None)
        ]
        yield from _hits_of_slices(affected)
        yield from _unreadable_of(affected)
        yield from _placeless(
            Installed.objects.filter(asset__retired_at=None),
            affected=[one.pk for one in affected],
        )


def all_hits() -> Iterator[Hit]:
    """Yield what all advisories say of everything that is installed, by columns instead of rows."""
    slices = {
        one.pk: one
        for one in AffectedSlice.objects.filter(affected__advisory__withdrawn_at=None).only(
            "affected_id", "package_id", "lower", "upper", "ended", "is_fixed"
        )
    }
    rows = Installed.objects.filter(asset__retired_at=None).order_by()
    installs = [*rows.values_list("coordinate", "asset")]
    coordinates = [
        *rows.values_list("coordinate", "coordinate__package", "coordinate__sort_key").distinct()
    ]
    portfolio = Portfolio.build(
        Coordinates.of(
            [pk for pk, _, _ in coordinates],
            [package for _, package, _ in coordinates],
            [bytes(key) for _, _, key in coordinates],
        ),
        Installs.of([pk for pk, _ in installs], [asset for _, asset in installs]),
    )
    pairs = portfolio.match(
        Ranges.from_rows(
            (pk, one.package_id, bytes(one.lower), bytes(one.upper)) for pk, one in slices.items()
        )
    )
    for pk, coordinate, asset in zip(
        pairs.ranges.tolist(), pairs.coordinates.tolist(), pairs.assets.tolist(), strict=True
    ):
        one = slices[pk]
        fixed = one.ended if one.is_fixed else ""
        yield Hit(asset, coordinate, one.affected_id, Certainty.AFFECTED, fixed)
    yield from _unreadable_of(
        AffectedPackage.objects.filter(is_unreadable=True, advisory__withdrawn_at=None)
    )
    yield from _placeless(Installed.objects.filter(asset__retired_at=None))


def _hits(installed: QuerySet[Installed]) -> Iterator[Hit]:
    """Yield the hits of rows of installed coordinates."""
    slices = "coordinate__package__slices"
    held = installed.filter(
        **{
            f"{slices}__lower__lte": F("coordinate__sort_key"),
            f"{slices}__upper__gt": F("coordinate__sort_key"),
            f"{slices}__affected__advisory__withdrawn_at": None,
        },
    )
    columns = (f"{slices}__affected", f"{slices}__ended", f"{slices}__is_fixed")
    for asset, coordinate, affected, ended, is_fixed in (
        held.order_by().values_list("asset", "coordinate", *columns).iterator()
    ):
        yield Hit(asset, coordinate, affected, Certainty.AFFECTED, ended if is_fixed else "")
    affected_path = "coordinate__package__affected"
    half_read = installed.filter(
        **{
            f"{affected_path}__is_unreadable": True,
            f"{affected_path}__advisory__withdrawn_at": None,
        },
    )
    yield from _unknown(
        half_read.order_by().values_list("asset", "coordinate", f"{affected_path}__pk").iterator()
    )
    yield from _placeless(installed)


def _placeless(
    installed: QuerySet[Installed], *, affected: Sequence[int] | None = None
) -> Iterator[Hit]:
    """Yield that it is unknown whether advisories hold what has no place in their package's order.

    `affected` leaves those of some advisories alone.
    """
    path = "coordinate__package__affected"
    which = {f"{path}__isnull": False} if affected is None else {f"{path}__in": affected}
    rows = installed.filter(
        **which, **{"doubt__in": WITHOUT_PLACE, f"{path}__advisory__withdrawn_at": None}
    )
    yield from _unknown(
        rows.order_by().values_list("asset", "coordinate", f"{path}__pk").iterator()
    )


def _hits_of_slices(affected: Sequence[AffectedPackage]) -> Iterator[Hit]:
    held = AffectedSlice.objects.filter(
        affected__in=[one.pk for one in affected],
        package__coordinates__sort_key__gte=F("lower"),
        package__coordinates__sort_key__lt=F("upper"),
        package__coordinates__installed__asset__retired_at=None,
        package__coordinates__installed__isnull=False,
    )
    installed = "package__coordinates__installed"
    for asset, coordinate, pk, ended, is_fixed in (
        held.order_by()
        .values_list(
            f"{installed}__asset", "package__coordinates__pk", "affected", "ended", "is_fixed"
        )
        .iterator()
    ):
        yield Hit(asset, coordinate, pk, Certainty.AFFECTED, ended if is_fixed else "")


def _unreadable_of(affected: Iterable[AffectedPackage]) -> Iterator[Hit]:
    for one in affected:
        if not one.is_unreadable:
            continue
        held = AffectedSlice.objects.filter(
            affected=one,
            lower__lte=OuterRef("coordinate__sort_key"),
            upper__gt=OuterRef("coordinate__sort_key"),
        )
        rows = Installed.objects.filter(
            ~Exists(held), coordinate__package=one.package_id, asset__retired_at=None
        )
        for asset, coordinate in rows.order_by().values_list("asset", "coordinate").iterator():
            yield Hit(asset, coordinate, one.pk, Certainty.UNKNOWN, "")


def _unknown(rows: Iterable[tuple[Any, ...]]) -> Iterator[Hit]:
    for asset, coordinate, affected in rows:
        yield Hit(asset, coordinate, affected, Certainty.UNKNOWN, "")
