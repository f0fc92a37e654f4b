"""Real versions, and pairs of them: from inventories of containers, and from osv-scanner's lists.

Half of an order's pairs are of one package (of one stretch of a list), where versions are close;
half are of any two. No pair comes twice. An order with few versions gives all its pairs, and the
others make up for it.
"""

from __future__ import annotations

import io
import random
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import zstandard

from tidegate.engines.matching.ecosystems import ecosystem_of_purl
from tidegate.engines.matching.versions import Order, has_key

DATA: Final = Path(__file__).parents[3] / "shared" / "data"
INVENTORIES: Final = DATA / "sboms" / "container-components.parquet"
LISTS: Final = DATA / "version-fixtures" / "osv-scanner-semantic.tar.zst"
_STRETCH: Final = 40
_SEED: Final = 6
_ORDERS_OF_LISTS: Final = {
    "alpine": Order.ALPINE, "cran": Order.CRAN, "debian": Order.DEBIAN, "maven": Order.MAVEN,
    "nuget": Order.NUGET, "packagist": Order.PACKAGIST, "pypi": Order.PYPI, "redhat": Order.RPM,
    "rubygems": Order.RUBYGEMS, "semver": Order.SEMVER,
}  # fmt: skip
# No ecosystem has these types, but what they hold are NuGet's versions.
_DOTNET: Final = frozenset({"dotnet", "dotnet-core"})

Groups = Sequence[Sequence[str]]
"""Versions that belong together: of one package, or of one stretch of a list."""


def groups() -> Mapping[Order, Groups]:
    """Return the versions of each order that has keys. Raises `OSError` where the data is not."""
    found: dict[Order, dict[tuple[str, ...], dict[str, None]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for order, package, version in (*_inventories(), *_lists()):
        found[order][package][version] = None
    return {
        order: [list(versions) for versions in packages.values()]
        for order, packages in sorted(found.items())
    }


def pairs(of_orders: Mapping[Order, Groups], total: int) -> dict[Order, list[tuple[str, str]]]:
    """Return `total` different pairs of different versions, spread over the orders."""
    drawn: dict[Order, list[tuple[str, str]]] = {}
    fewest_first = sorted(of_orders, key=lambda order: len(_all(of_orders[order])))
    for place, order in enumerate(fewest_first):
        share = (total - sum(map(len, drawn.values()))) // (len(fewest_first) - place)
        drawn[order] = _drawn(of_orders[order], share, random.Random(_SEED))
    return drawn


def _drawn(of_order: Groups, share: int, chance: random.Random) -> list[tuple[str, str]]:
    versions = _all(of_order)
    if len(versions) * (len(versions) - 1) // 2 <= share:
        return [(one, other) for n, one in enumerate(versions) for other in versions[:n]]
    close = [
        (min(one, other), max(one, other))  # a version may stand in more groups than one
        for group in of_order
        for n, one in enumerate(group)
        for other in group[:n]
    ]
    chance.shuffle(close)
    chosen = dict.fromkeys(islice(close, share // 2))
    while len(chosen) < share:
        one, other = chance.choice(versions), chance.choice(versions)
        if one != other:
            chosen[min(one, other), max(one, other)] = None
    return list(chosen)


def _all(of_order: Groups) -> list[str]:
    return list(dict.fromkeys(version for group in of_order for version in group))


def _inventories() -> Iterator[tuple[Order, tuple[str, ...], str]]:
    from pyarrow import parquet  # takes a while, and other benchmarks do without

    table = parquet.read_table(INVENTORIES, columns=["ptype", "ns", "name", "version"])
    distinct = table.group_by(table.column_names).aggregate([])
    columns = [distinct.column(name).to_pylist() for name in table.column_names]
    for kind, namespace, name, version in sorted(zip(*columns, strict=True)):
        ecosystem = ecosystem_of_purl(kind, namespace)
        order = Order.NUGET if kind in _DOTNET else ecosystem and ecosystem.order
        if version and order and has_key(order):
            yield order, (kind, namespace or "", name), version


def _lists() -> Iterator[tuple[Order, tuple[str, ...], str]]:
    with LISTS.open("rb") as packed:
        unpacked = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(packed).read()
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        for member in archive.getmembers():
            name = Path(member.name).name
            order = _ORDERS_OF_LISTS.get(name.partition("-")[0])
            file = archive.extractfile(member)
            if order is None or file is None:
                continue
            for line, text in enumerate(file.read().decode().splitlines()):
                match = re.fullmatch(r"([^#/].*?) [<>=] (.*)", text.strip())
                for version in match.groups() if match else ():
                    yield order, (name, str(line // _STRETCH)), version.strip()
