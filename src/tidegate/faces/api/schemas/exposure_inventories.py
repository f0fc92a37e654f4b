"""Inventories: what was handed in about assets, what of it was not understood."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.faces.api.schemas.common import Digest, Form, Listed
from tidegate.faces.api.schemas.exposure_keys import AssetKey, InventoryKey
from tidegate.faces.api.schemas.exposure_untold import Untold
from tidegate.faces.api.schemas.participants import OrganisationKey


class InventoryInList(Form):
    """An inventory, as lists show it."""

    key: InventoryKey
    part: str
    """Which part of the asset it tells of; empty for the whole."""
    name: str
    """The file's name, as its sender wrote it."""
    format: str = Field(examples=["cyclonedx-json"])
    format_version: str
    tool: str
    """What made it, as it says."""
    made_at: datetime | None
    """As it says."""
    sha256: Digest
    size: int
    """Bytes, as they came."""
    distribution: str
    """Of which release it was read, where it tells of none."""
    handed_in_by: str
    """Empty for whoever holds the machine."""
    received_at: datetime
    components: int
    repeated: int
    placed: int
    """Components that can be matched."""
    not_understood: int
    """Places that were left out."""
    counts: bool
    """It says what is installed now."""
    replaced_at: datetime | None
    taken_back_at: datetime | None


class LeftOut(Form):
    """Something that was left out, or only half understood."""

    place: str
    words: str
    """What is wrong, and how it is mended."""


class Inventory(InventoryInList):
    """An inventory, with what was not understood of it."""

    asset: AssetKey
    asset_name: str
    organisation: OrganisationKey
    lines: list[LeftOut]
    """The first places that were left out; none of an inventory that counts no more."""
    before: str
    """Key of the inventory of the same part before it; empty for the first one."""
    may_take_back: bool


class AssetWithInventories(Form):
    """An asset that is run now, and its inventories."""

    asset: AssetKey
    asset_name: str
    organisation: OrganisationKey
    inventories: list[InventoryInList]
    """Those that count first, then the newest first."""


class Inventories(Listed):
    """A page of assets by name, each with its inventories."""

    rows: list[AssetWithInventories]
    untold: Untold


class InventoryHandedIn(Form):
    """What became of an inventory."""

    key: InventoryKey
    asset: AssetKey
    asset_name: str
    is_new: bool
    """False where the same document counts already; then nothing has changed."""
    made_asset: bool
    """The asset was made for it."""
    replaced: str
    """Key of the inventory of the same part that counted before; empty for the first one."""
    format: str
    format_version: str
    tool: str
    components: int
    repeated: int
    placed: int
    """Components that can be matched."""
    unplaced: dict[str, int] = Field(examples=[{"no-version": 2}])
    """Of how many components nothing, or not all, can be said, by the reason."""
    not_understood: int
    """Places that were left out."""
    lines: list[LeftOut]
    """The first of them; `GET /inventories/{key}` has the others."""
    added: int
    """Packages in a version that the asset did not have before."""
    removed: int
    opened: int
    """Exposures."""
    cleared: int
