"""Assets: what an operator runs, with how much is known of it and how much cannot be told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool

from tidegate.desks.exposure.models import Asset as AssetRow
from tidegate.engines.matching.packages import Reason as NothingSaid
from tidegate.faces.api.schemas.common import Form, Given, Listed
from tidegate.faces.api.schemas.exposure_inventories import InventoryInList
from tidegate.faces.api.schemas.exposure_keys import (
    AssetKey,
    Ecosystem,
    Keys,
    Line,
    Name,
    null_for_empty,
)
from tidegate.faces.api.schemas.exposure_untold import Untold
from tidegate.faces.api.schemas.exposure_words import AssetScope
from tidegate.faces.api.schemas.given import Key
from tidegate.faces.api.schemas.participants import OrganisationKey

Tags = Annotated[list[Line], Field(max_length=50)]


class NewAsset(Given):
    """Something that an organisation runs."""

    organisation: Key
    """Key of the operator."""
    name: Name
    """Stands for one of its assets at a time."""
    owner: Line = ""
    """Who answers for it there."""
    environment: Line = Field("", examples=["production"])
    system: Line = ""
    """The system that it belongs to."""
    exposed: AssetRow.Exposed = AssetRow.Exposed.UNKNOWN
    """Whether who is not trusted reaches it over a public network; `unknown` counts as `yes`."""
    criticality: AssetRow.Criticality = AssetRow.Criticality.UNSAID
    scope: AssetScope | None = None
    """Whose directives bind it; what the operator has settled, if left out."""
    sector: Line = ""
    """Of critical infrastructure."""
    is_operational_technology: StrictBool = False
    """A patch may have to wait for years; mitigation comes first."""
    distribution: Line = Field("", examples=["debian-12"])
    """For inventories that do not tell."""
    tags: Tags = Field(default_factory=list)


class ChangingAssets(Given):
    """What is different from now on, of all of some assets; what is left out stays as it is."""

    assets: Keys
    """Their keys."""
    name: Name | None = None
    """Of a single one."""
    owner: Line | None = None
    environment: Line | None = None
    system: Line | None = None
    exposed: AssetRow.Exposed | None = None
    criticality: AssetRow.Criticality | None = None
    scope: AssetScope | None = None
    sector: Line | None = None
    is_operational_technology: StrictBool | None = None
    distribution: Line | None = None
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)


class RetiringAssets(Given):
    """Assets that are run no more; what they are exposed to clears."""

    assets: Keys
    """Their keys."""


class AssetsChanged(Form):
    """How many assets were changed; all of those that were named and were not so already."""

    changed: int


class AssetState(Form):
    """An asset, after something was done."""

    key: AssetKey
    name: str
    owner: str
    environment: str
    system: str
    exposed: AssetRow.Exposed
    criticality: AssetRow.Criticality
    scope: AssetScope
    sector: str
    is_operational_technology: bool
    distribution: str
    changed_at: datetime
    retired_at: datetime | None
    """It is run no more."""


class AssetInList(AssetState):
    """An asset, as lists show it."""

    organisation: OrganisationKey
    organisation_name: str
    tags: list[str]
    installed: int
    """Packages in a version."""
    unplaced: int
    """Components of which nothing can be said."""
    in_doubt: int
    """Of those installed, for how many 'not affected' may not be said."""
    exposures: int
    """That are open, those included of which it is unknown whether it is affected."""
    in_kev: int
    """Of these, known to be exploited."""
    next_due_on: date | None
    next_due_at: datetime | None
    """The soonest deadline of an exposure of which nothing is said to have been done."""
    late: int
    received_at: datetime | None
    """When the newest inventory came in; null without one: then nothing can be said at all."""
    made_at: datetime


class Assets(Listed):
    """A page of assets."""

    rows: list[AssetInList]
    untold: Untold
    """Of all assets of the operator or the system that was asked for."""


class EcosystemInstalled(Form):
    """How much of one ecosystem is installed."""

    ecosystem: Ecosystem
    """OSV's word, with its release."""
    packages: int
    coordinates: int
    """Packages in a version."""
    exposed: int
    """Of these, on how many an open exposure rests."""
    untold: str
    """Why the others are not known to be unaffected: no fresh feed tells of it; else empty."""


class UnplacedReason(Form):
    """For how many components one thing stands in the way of an answer."""

    reason: NothingSaid
    count: int
    words: str
    """What is said of the first of them, with the mend."""
    examples: list[str]
    """A few of them, as they came."""


class ExposuresOfAsset(Form):
    """The exposures of an asset, in numbers."""

    affected: int
    unknown: int
    """Of which it is not known whether the asset is affected."""
    cleared: int
    in_kev: int
    mitigated: int
    remediated: int
    """Said to be, while the inventory does not show it yet."""
    late: int
    due_in_3_days: int
    due_in_14_days: int
    due_in_60_days: int
    """Each one includes those before it, and none that is late or remedied."""
    undetermined: int
    """Without a day because something is not known that it rests on."""
    needs_triage: int


class AssetChange(Form):
    """Something that has changed on an asset."""

    at: datetime
    what: str = Field(examples=["inventory-handed-in"])
    by: str
    """Who did it; empty where it followed from something else."""
    inventory: str
    """Key of the inventory that it is about."""
    count: int
    """Of components, or of exposures."""
    columns: list[str]
    """What was changed of the asset."""
    to: dict[str, str]
    """Those of the new values that have a few known words, such as `exposed`."""


class Asset(AssetInList):
    """An asset, with all that is known of it."""

    inventories: list[InventoryInList]
    """Those that count, then the others; the newest first."""
    ecosystems: list[EcosystemInstalled]
    """The largest first."""
    unplaced_reasons: list[UnplacedReason]
    """The most frequent first."""
    exposure_counts: ExposuresOfAsset
    history: list[AssetChange]
    """The newest first."""
    may_operate: bool
    may_hand_in: bool
    untold: Untold


class InstalledPackage(Form):
    """A package in a version that is installed on an asset."""

    ecosystem: Ecosystem
    package: str
    version: str
    purls: list[str]
    """As they came: binary packages of one source package are one row."""
    doubt: Annotated[NothingSaid | None, BeforeValidator(null_for_empty)]
    """Why it is never said not to be affected; null where it may be."""
    inventory: str
    """Key of the inventory that names it."""
    vulnerabilities: list[str]
    """Of the open exposures that rest on it."""


class InstalledPackages(Listed):
    """A page of what is installed, by ecosystem, package and version."""

    rows: list[InstalledPackage]


class UnplacedComponent(Form):
    """A component of which nothing can be said."""

    component: str
    """Its package URL as it came, or its name and place."""
    reason: NothingSaid
    words: str
    inventory: str
    """Key of the inventory that names it."""


class UnplacedComponents(Listed):
    """A page of components of which nothing can be said, by their names."""

    rows: list[UnplacedComponent]


class SheetFault(Form):
    """Something in a sheet that cannot be taken, and how it is mended."""

    line: int
    """From 1, the heading's; of a row that has several, its first one."""
    column: str
    """As the heading names it; empty for the row, or the sheet, as a whole."""
    words: str


class AssetsImported(Form):
    """What became of a sheet, or would have; with a fault, nothing of it was done."""

    made: int
    changed: int
    unchanged: int
    faults: list[SheetFault]
    """In the order of their lines; the first thousand."""
    fault_count: int
    is_done: bool
    """It was written down; false with a fault, and where it was only tried."""
