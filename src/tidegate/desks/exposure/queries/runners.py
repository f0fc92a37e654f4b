"""Which operators run what our own runs have proved to be affected, while that is still a secret.

It is asked by coordinators for one case, before notices to plan a change are released; they are
given counts. Nothing that operators read, count or wait for comes past here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Min

from tidegate.desks.exposure.models import Installed, Inventory, Package
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.queries.operators import is_operating
from tidegate.desks.exposure.queries.proven import Proven
from tidegate.desks.parties.models import Organisation


def runners_of(proven: Proven, *, before: datetime) -> dict[Organisation, tuple[int, ...]]:
    """Return the assets, by id, of each operator on which an affected version is installed.

    Only what had come in before an instant counts. Operators that are suspended are left out.
    """
    affected = proven.affected
    package = Package.objects.filter(
        ecosystem=affected.package.ecosystem, name=affected.package.name
    ).first()
    found: dict[int, set[int]] = defaultdict(set)
    if package is not None:
        for one in affected.slices:
            rows = Installed.objects.filter(
                coordinate__package=package,
                coordinate__sort_key__gte=one.lower,
                coordinate__sort_key__lt=one.upper,
                inventory__received_at__lt=before,
                asset__retired_at=None,
            ).exclude(coordinate__version__in=proven.cleared)
            for asset, organisation in rows.order_by().values_list("asset", "asset__organisation"):
                found[organisation].add(asset)
    running: dict[Organisation, tuple[int, ...]] = {}
    for chunk in in_chunks(found):
        operators = Organisation.objects.filter(pk__in=chunk, suspended_at=None)
        running |= {one: tuple(sorted(found[one.pk])) for one in operators if is_operating(one)}
    return dict(sorted(running.items(), key=lambda item: item[0].name))


def known_before(assets: Collection[int], at: datetime) -> tuple[int, ...]:
    """Return those assets of which an inventory had come in before an instant.

    The others were handed in since: a made-up asset for each package would be among them.
    """
    known: list[int] = []
    for chunk in in_chunks(assets):
        first = (
            Inventory.objects.filter(asset__in=chunk)
            .order_by()
            .values("asset")
            .annotate(first=Min("received_at"))
        )
        known += first.filter(first__lt=at).values_list("asset", flat=True)
    return tuple(sorted(known))
