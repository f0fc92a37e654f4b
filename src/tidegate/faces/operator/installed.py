"""What is installed on this operator's assets, after the inventories on this machine."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tidegate.engines.formats.documents import TOO_LARGE, Fault
from tidegate.engines.formats.inventories.components import Inventory
from tidegate.engines.formats.inventories.reading import InventoryError, Limits, read_inventory
from tidegate.faces.operator.home import Asset
from tidegate.faces.operator.refused import RefusedError

GIVEN: Final = "(given)"
"""The asset of paths that were given on the command line and belong to none."""

_MOST_FILES: Final = 100_000
_MOST_BYTES: Final = Limits().packed_bytes


@dataclass(frozen=True, slots=True)
class Installed:
    """An inventory that was read, and the asset that it is of."""

    asset: Asset
    path: Path
    inventory: Inventory
    raw: bytes


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file that was named and could not be read: of what is in it nothing is known."""

    asset: str
    path: str
    words: str


def installed(
    assets: Iterable[Asset], below: Path
) -> tuple[tuple[Installed, ...], tuple[NotRead, ...]]:
    """Read the inventories of some assets; relative paths are below a folder.

    A pattern that finds nothing, and a file that cannot be read, are told: what was not looked at
    is not unaffected.
    """
    read: list[Installed] = []
    not_read: list[NotRead] = []
    for asset in assets:
        for named in asset.inventories:
            paths = _paths(named, below)
            if not paths:
                not_read.append(NotRead(asset.name, named, "nothing is there; mend the path"))
            for path in paths:
                try:
                    raw = _bytes_of(path)
                    inventory = read_inventory(raw, path.name, distribution=asset.distribution)
                except OSError as error:
                    not_read.append(NotRead(asset.name, str(path), error.strerror or str(error)))
                except InventoryError as error:
                    not_read.append(NotRead(asset.name, str(path), str(error)))
                else:
                    read.append(Installed(asset, path, inventory, raw))
    return tuple(read), tuple(not_read)


def assets_of(
    configured: Sequence[Asset], paths: Sequence[str], name: str, here: Path
) -> tuple[Asset, ...]:
    """Return the assets that are asked for.

    Args:
        configured: those of the configuration.
        paths: what was given on the command line; they take the place of an asset's inventories.
        name: the asset that was named; empty for none.
        here: the folder that given paths are relative to.

    Raises `RefusedError`.
    """
    chosen = tuple(one for one in configured if name in ("", one.name))
    if name and not chosen and not paths:
        known = ", ".join(one.name for one in configured) or "none"
        raise RefusedError(f"there is no asset {name[:60]!r}; configured are {known}")
    if not paths:
        if not chosen:
            raise RefusedError(
                "no inventory was given, and none is configured; give the path of an SBOM or a"
                " lock file, or write [[assets]] into operator.toml"
            )
        return chosen
    given = tuple(str(here / one) for one in paths)
    known_as = chosen[0] if name and chosen else Asset(name or GIVEN, ())
    return (
        Asset(
            known_as.name,
            given,
            known_as.exposed,
            known_as.scope,
            known_as.zone,
            known_as.distribution,
        ),
    )


def _bytes_of(path: Path) -> bytes:
    """Return a file's bytes. One that is too large is refused before it is read."""
    with path.open("rb") as file:
        # A file of /proc says that it has none, and one may grow: so what is read is bounded, too.
        size = os.fstat(file.fileno()).st_size
        raw = file.read(_MOST_BYTES + 1) if size <= _MOST_BYTES else b""
    if max(size, len(raw)) > _MOST_BYTES:
        raise InventoryError(path.name, Fault("", TOO_LARGE.format(_MOST_BYTES >> 20)))
    return raw


def _paths(named: str, below: Path) -> list[Path]:
    place = below / named
    if place.exists() or not glob.has_magic(str(place)):
        return [place] if place.is_file() else []
    found = sorted(Path(one) for one in glob.iglob(str(place), recursive=True))  # noqa: PTH207
    return [one for one in found if one.is_file()][:_MOST_FILES]
