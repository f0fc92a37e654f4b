"""Decision tables: which there are, each as a tree, and what one says to given values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from tidegate.engines.rules import Basis, Force, Scope
from tidegate.faces.api.schemas.common import Digest, Form, Given, Json
from tidegate.faces.api.schemas.exposure_deadlines import (
    AdvisedStep,
    InputTaken,
    NamedRules,
    PossibleRow,
)
from tidegate.faces.api.schemas.exposure_keys import Line
from tidegate.faces.api.schemas.exposure_words import AssetScope
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant

TableName = Annotated[str, Field(examples=["cisa-bod-26-04"])]
Value = Annotated[str, Field(max_length=100, pattern=WITHOUT_NUL)]


class TableInList(Form):
    """A decision table, as lists show it."""

    name: TableName
    title: str
    id: str = Field(examples=["cisa:DT_BOD2604:1.0.0"])
    """As SSVC identifies it."""
    version: str
    sha256: Digest
    definition: str
    inputs: dict[str, list[str]] = Field(examples=[{"in_kev": ["no", "yes"]}])
    """What it asks, by word of the decision point, and the values that it knows."""
    outcomes: list[str]
    """From the least urgent to the most urgent."""
    rows: int
    organisation: str
    """Key of the organisation whose own it is; empty for one that is everybody's."""
    organisation_name: str
    is_shipped: bool
    loaded_at: datetime | None
    read_by: list[str]
    """Names of the policy sets that read it."""


class DecisionTables(Form):
    """The decision tables that whoever asks may see; shipped ones first."""

    rows: list[TableInList]


class TableAsTree(TableInList):
    """A decision table as a tree."""

    rows_are: str
    """Whose numbers those of the rows are."""
    tree: list[dict[str, Any]] = Field(
        examples=[[{"point": "in_kev", "value": "no", "branches": []}]]
    )
    """Branches of its first decision point: `point`, `value`, and `branches`, or `outcome` and
    `row` at an end."""


class LoadingTable(Given):
    """A decision table, as an SSVC JSON document."""

    document: dict[str, Json]
    """All of it."""
    organisation: str = Field("", max_length=40, pattern=WITHOUT_NUL)
    """Key of the organisation whose own it is; empty for policy sets of this instance."""


class SettingAside(Given):
    """Which of those with a name it is."""

    organisation: str = Field("", max_length=40, pattern=WITHOUT_NUL)
    """Key of the organisation whose own it is; empty for what was loaded for the instance."""


class Deciding(Given):
    """Values to ask a decision table with."""

    table: str = Field(max_length=200, pattern=WITHOUT_NUL, examples=["cisa-bod-26-04"])
    values: dict[Value, Value] = Field(
        default_factory=dict,
        max_length=50,
        examples=[
            {
                "in_kev": "yes",
                "publicly_exposed": "no",
                "automatable": "yes",
                "technical_impact": "total",
            }
        ],
    )
    """By word of the decision point, the value by its name; what is left out is unknown."""
    scope: AssetScope = Scope.FCEB
    """Whose the asset is."""
    listed_on: date | None = None
    """When the catalogue listed it: KEV's `dateAdded`."""
    detected_at: Instant | None = None
    """When it was found on the asset."""
    due_date: date | None = None
    """The catalogue's own: KEV's `dueDate`."""
    zone: Line = "UTC"
    """Where the agency's days end."""


class DecidedDay(Form):
    """By which day, and why."""

    scope: AssetScope
    zone: str
    start: str
    """`listing`, `detection` or `both`; empty where no clock runs."""
    start_on: date | None
    due_on: date | None
    """The last day."""
    due_at: datetime | None
    """When that day ends; this instant is late already."""
    earliest_due_on: date | None
    """Where it is undetermined, the day of the strictest row that remains possible."""
    is_determined: bool
    missing: list[str]
    """What is missing of the clock and of the values."""
    authority_due_on: date | None
    agrees: bool | None
    """The authority's own date is the same; null where one is not there."""
    triage: list[AdvisedStep]
    binding_from: date | None
    force: Force
    """Binding or guidance, today."""
    why: list[str]


class Decided(Form):
    """What a decision table says."""

    outcome: str = Field(examples=["3 days and forensic triage"])
    """As the table words it, or `undetermined`."""
    definition: str
    basis: Basis
    """On what grounds it holds."""
    words: str
    """What holds, in a sentence."""
    row: int | None
    rows_are: str
    """Whose numbers those of the rows are."""
    mapping_row: int | None
    """The same row's place in the table's file, from 1."""
    possible: list[PossibleRow]
    """The row that it is; or those that remain possible, the strictest first."""
    inputs: list[InputTaken]
    missing: list[str]
    days: int | None
    """Null where there is no date, or no policy set reads the table."""
    forensic_triage: bool | None
    table: NamedRules
    policy_set: NamedRules | None
    """Null where none reads the table: it was looked up as it stands."""
    directive: str
    binding: str
    """Whom it binds, and from when; empty where no policy set reads the table."""
    deadline: DecidedDay | None
    """Where a day of listing or an instant of detection was given."""
