"""Exposures: a vulnerability on an asset, by when it must be fixed, why, and what to do."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from tidegate.desks.exposure.models import Asset as AssetRow
from tidegate.desks.exposure.models import Exposure as ExposureRow
from tidegate.desks.exposure.states.stands import Stand
from tidegate.engines.matching.advisories import Certainty
from tidegate.engines.rules import Force
from tidegate.faces.api.schemas.common import Form, Listed
from tidegate.faces.api.schemas.exposure_deadlines import Deadline, DeadlineMove, OwnTableDecision
from tidegate.faces.api.schemas.exposure_keys import (
    AssetKey,
    Ecosystem,
    ExposureKey,
    VulnerabilityName,
)
from tidegate.faces.api.schemas.exposure_remedies import ExceptionOnRecord, RemedyOnRecord
from tidegate.faces.api.schemas.exposure_triage import Triage
from tidegate.faces.api.schemas.exposure_untold import Untold
from tidegate.faces.api.schemas.exposure_vulnerabilities import SourceSaid
from tidegate.faces.api.schemas.exposure_words import AdviceStep, AssetScope
from tidegate.faces.api.schemas.participants import OrganisationKey


class ExposedPackage(Form):
    """A package in a version that exposes an asset."""

    ecosystem: Ecosystem
    name: str
    version: str
    fixed: list[str]
    """The versions that advisories say are fixed; empty where none says so."""


class ExposureInList(Form):
    """An exposure, as lists show it."""

    key: ExposureKey
    organisation: OrganisationKey
    organisation_name: str
    asset: AssetKey
    asset_name: str
    system: str
    environment: str
    exposed: AssetRow.Exposed
    """Whether the asset is exposed to the public; `unknown` counts as `yes`."""
    criticality: AssetRow.Criticality
    scope: AssetScope
    is_operational_technology: bool
    vulnerability: VulnerabilityName
    title: str
    """What a source calls it; empty where none does."""
    packages: list[ExposedPackage]
    """What exposes the asset; empty once it has cleared."""
    certainty: Certainty
    """`unknown` is never 'not affected'."""
    detected_at: datetime
    cleared_at: datetime | None
    stand: Stand
    remedy: ExposureRow.Remedy
    remedied_at: datetime | None
    is_shown: bool
    """What is installed shows the remedy; a mitigation need not show."""
    excepted_until: datetime | None
    """While an exception holds."""
    vex: str
    """What VEX statements say of it; it hides nothing."""
    outcome: str
    """As the table words it; `undetermined`; empty where its authority has no table."""
    row_number: int | None
    """Of the directive's own table."""
    policy_set: str
    due_on: date | None
    due_at: datetime | None
    """This instant is late already."""
    zone: str
    """In which its day ends."""
    force: Force
    """Binding or guidance, today."""
    is_determined: bool
    needs_triage: bool
    in_kev: bool
    severity: float | None
    """Highest CVSS score, recomputed from its vector."""
    epss: float | None


class Exposures(Listed):
    """A page of exposures."""

    rows: list[ExposureInList]
    untold: Untold
    """Of all assets of the operator, the asset or the system that was asked for."""


class ExposedAsset(Form):
    """The asset of an exposure."""

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
    retired_at: datetime | None


class VexAnswer(Form):
    """What VEX statements come to about one package."""

    status: str
    justification: str
    words: str
    said_by: str
    """As its document says: only text."""
    said_at: datetime | None
    is_disputed: bool
    """One that still stands says something else."""


class ExposureGround(Form):
    """An advisory of a source, and what is installed that it is about."""

    source: str
    """A feed, or `tidegate` for what our own runs proved."""
    identifier: str
    summary: str
    references: list[str]
    published_at: datetime | None
    modified_at: datetime | None
    vanished_at: datetime | None
    """When its feed had it no more; that is no withdrawal."""
    ecosystem: Ecosystem
    package: str
    version: str
    purls: list[str]
    """As they came in; empty where it is installed no more."""
    certainty: Certainty
    words: str
    """Why it is unknown, or what was overruled."""
    fixed: str
    """The first version said to be fixed after it."""
    is_overruled: bool
    """Our own run has shown otherwise; it stays, and does not count."""
    since: datetime
    ended_at: datetime | None
    vex: VexAnswer | None


class ThingToDo(Form):
    """One thing to do about an exposure."""

    step: AdviceStep
    words: str


class Exposure(Form):
    """An exposure, with all that is known of it."""

    exposure: ExposureInList
    asset: ExposedAsset
    summary: str
    """Of the vulnerability, by the first advisory that gives one."""
    said: list[SourceSaid]
    """What each source says of the vulnerability; they are never blended."""
    grounds: list[ExposureGround]
    """Those that count first."""
    deadline: Deadline | None
    """Why this date; null before it was computed first."""
    moves: list[DeadlineMove]
    """Every computation, the newest first."""
    own_table: OwnTableDecision | None
    triage: Triage
    remedies: list[RemedyOnRecord]
    exceptions: list[ExceptionOnRecord]
    to_do: list[ThingToDo]
    """The first thing first."""
    may_operate: bool
    """Say what was done, log evidence, decide triage."""
    may_except: bool
    untold: Untold
    """Of its asset."""


class OperatorInHome(Form):
    """An operator whose assets are counted."""

    key: OrganisationKey
    name: str
    zone: str = Field(examples=["America/New_York"])
    """In which its days end."""


class DueDay(Form):
    """How much is due on one day."""

    day: date
    """In the operator's zone."""
    due: int
    in_kev: int
    """Of these, known to be exploited."""


class ExposureHome(Form):
    """What an operator looks at first. Counts are of exposures, unless they say otherwise."""

    operators: list[OperatorInHome]
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
    notices: int
    """Notices to plan a change that nobody has read."""
    days: list[DueDay]
    """From the earliest one that is late to 60 days ahead; days without any are left out."""
    today: date
    """In the operator's zone; of several operators, in UTC."""
    first: list[ExposureInList]
    """The first ones that are late or due."""
    untold: Untold


class CountsOfOperator(Form):
    """One operator, in numbers; or all of them together, without a key."""

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


class ExposureCounts(Form):
    """All operators, in numbers; nothing of what anybody runs."""

    organisations: list[CountsOfOperator]
    """Those with the most that is late first."""
    total: CountsOfOperator
