"""How far published fixes have come: reports, the curve of one, an operator's own, the funnel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from tidegate.desks.access.words import Label
from tidegate.faces.api.schemas.common import Form, Listed, PackageName, Severity
from tidegate.faces.api.schemas.exposure_keys import Age
from tidegate.faces.api.schemas.participants import OrganisationKey
from tidegate.faces.api.schemas.publication_words import (
    AdoptionBasis,
    AdoptionStage,
    PublicationName,
    Reached,
)


class ReportLineLeftOut(Form):
    """A line of a report that was not taken."""

    line: int
    """From 0, in `stages` or `counts`."""
    advisory: str
    words: str
    """Why, and what to do."""


class ReportTaken(Form):
    """What became of a report; the lines that could be taken count."""

    organisation: OrganisationKey
    """Whose it is: that of the token."""
    new: int
    """Lines that told something new."""
    repeated: int
    """Lines that were known."""
    left_out: list[ReportLineLeftOut]


class CurvePoint(Form):
    """How many had come to each stage, or further, by an instant."""

    at: datetime
    reached: Reached
    """As they say themselves, or as is known here."""
    shown_here: Reached
    """Those of them of which inventories show it that were handed in here: `applied` and
    `verified` alone. A run counts as what they say, for its receipt is not here."""


class CurveGroup(Form):
    """Organisations that are shown together."""

    name: str
    """A sector or a scope; empty for all, `others` for small ones together."""
    organisations: int
    """Known to run what is affected, or to have run it."""
    points: list[CurvePoint]
    late: int
    """With an asset whose day is over."""
    unanswered: int
    """That were told, and have said nothing. That is never 'not affected'."""


class AdoptionCurve(Form):
    """From notified to verified over time, coarse and delayed.

    Counts are multiples of `smallest`, rounded down. They are settled once a day, and each one
    moves only when it is nine organisations or more behind; it never says that all have come.
    """

    identifier: PublicationName
    published_at: datetime
    by: Literal["sector", "scope"] | None
    groups: list[CurveGroup]
    deadlines: list[date]
    """Days by which it is due for enough organisations."""
    is_hidden: bool
    """Nothing is shown: nobody is known to run it, or too few, or it was not settled yet."""
    smallest: int


class StageReached(Form):
    """A stage, when it was reached, and on what basis that is known."""

    stage: AdoptionStage
    at: datetime
    basis: AdoptionBasis


class AdoptingAsset(Form):
    """One asset of an operator, and how far it has come."""

    key: str
    """Empty for one that only its client knows."""
    name: str
    """Of one that only its client knows, the client's own random name."""
    stage: AdoptionStage
    """The furthest, as its exposures stand now."""
    stages: list[StageReached]
    receipt_sha256: str
    """Of a run's receipt, as its client says; nobody here has seen it. Empty without a run."""
    is_open: bool
    """It is exposed now."""
    is_late: bool
    due_on: date | None


class OwnAdoption(Form):
    """An operator's own view of a publication, asset by asset."""

    organisation: OrganisationKey
    identifier: PublicationName
    published_at: datetime
    assets: int
    points: list[CurvePoint]
    deadlines: list[date]
    rows: list[AdoptingAsset]
    """Late ones first."""
    is_cut: bool
    """There are more rows than are listed."""
    counted: Reached
    """What was reported in the mode `counts`; only stages that were."""
    seen_at: datetime | None
    """When somebody opened its page first."""


class Concern(Form):
    """A publication that concerns an operator, and how far it is with it."""

    identifier: PublicationName
    title: str
    package: PackageName
    cve: str
    severity: Severity
    """Empty where it is not known."""
    tlp: Label
    published_at: datetime
    modified_at: datetime
    withdrawn_at: datetime | None
    is_named: bool
    """It is for named organisations, and this is one."""
    assets: int
    """Known to be affected, or to have been."""
    reached: Reached
    counted: Reached
    """What was reported in the mode `counts`; only stages that were."""
    open: int
    """Assets that are exposed now."""
    late: int
    due_on: date | None
    seen_at: datetime | None
    is_done: bool
    """All that is known to be affected is verified to be so no more."""


class Concerns(Listed):
    """A page of what was published that concerns an operator: what is late first."""

    organisation: OrganisationKey
    name: str
    rows: list[Concern]
    is_cut: bool
    """There is more than is listed."""


class FixFunnelStep(Form):
    """One step from found to verified."""

    name: str = Field(examples=["disclosed"])
    """`found`, `proven`, `disclosed`, `fixed`, `applied` or `verified`."""
    unit: str = Field(examples=["cases"])
    """What it counts: `findings`, `cases`, or `organisations` of each publication."""
    number: int
    of: int
    """How many could have come here, in this step's unit."""
    share: float | None
    """From 0 to 1; null of nothing."""
    median: Age | None
    """Days from the step before; null where none, or too few, have come."""
    tail: Age | None
    """Days within which 95 of 100 came."""


class FixFunnelReference(Form):
    """Somebody else's figures, for a comparison."""

    name: str
    on: date
    disclosed: int
    fixed: int
    share: float
    source: str


class FixFunnel(Form):
    """How far everything has come on this instance."""

    until: datetime
    steps: list[FixFunnelStep]
    cases: int
    """Bugs: the proven findings, without those that are the same one."""
    reference: FixFunnelReference
    smallest: int
    """Numbers are multiples of this, rounded down."""
