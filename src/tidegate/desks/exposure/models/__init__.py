"""Tables of the desk, by what they hold. Rows are changed by `services` alone."""

from tidegate.desks.exposure.models.assets import Asset, Delegation, Operator, Tag
from tidegate.desks.exposure.models.change_notices import ChangeNotice
from tidegate.desks.exposure.models.directives import Fulfilment, HappenedToOrganisation, Loaded
from tidegate.desks.exposure.models.exposures import (
    Deadline,
    Excepted,
    Exposure,
    Ground,
    RemedySaid,
    TriageDecision,
    TriageItem,
    Turn,
)
from tidegate.desks.exposure.models.feeds import (
    Advisory,
    AffectedPackage,
    AffectedSlice,
    Assertion,
    Edition,
    FeedState,
    Vulnerability,
)
from tidegate.desks.exposure.models.inventories import (
    Coordinate,
    Installed,
    Inventory,
    NotUnderstood,
    Package,
    Unplaced,
)
from tidegate.desks.exposure.models.statements import Statement

__all__ = [
    "Advisory",
    "AffectedPackage",
    "AffectedSlice",
    "Assertion",
    "Asset",
    "ChangeNotice",
    "Coordinate",
    "Deadline",
    "Delegation",
    "Edition",
    "Excepted",
    "Exposure",
    "FeedState",
    "Fulfilment",
    "Ground",
    "HappenedToOrganisation",
    "Installed",
    "Inventory",
    "Loaded",
    "NotUnderstood",
    "Operator",
    "Package",
    "RemedySaid",
    "Statement",
    "Tag",
    "TriageDecision",
    "TriageItem",
    "Turn",
    "Unplaced",
    "Vulnerability",
]
