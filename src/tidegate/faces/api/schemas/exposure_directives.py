"""Directives: what they ask, of whom, by when; the public docket; what organisations have done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from tidegate.desks.exposure.queries.due import Due
from tidegate.engines.directives import EntryKind, EntryState
from tidegate.engines.rules import Force
from tidegate.faces.api.schemas.common import Digest, Form, Given, Json, Listed
from tidegate.faces.api.schemas.exposure_keys import (
    DirectiveName,
    Line,
    Name,
    Sentences,
    null_for_empty,
)
from tidegate.faces.api.schemas.exposure_untold import Untold
from tidegate.faces.api.schemas.exposure_words import (
    DirectiveKind,
    DirectiveStatus,
    DutyState,
    LoadedKind,
)
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant, Key, Word
from tidegate.faces.api.schemas.participants import OrganisationKey

Maybe = Annotated[str | None, BeforeValidator(null_for_empty)]


class Reference(Form):
    """Where something was read."""

    url: str
    read: date
    is_primary: bool
    """The text is the authority's own, or its maker's."""
    note: str


class WhomItBinds(Form):
    """Whom a demand concerns, and what it is to them."""

    whom: str = Field(examples=["fceb"])
    """A scope, `sector/…`, `role/…` or one named authority, `body/…`."""
    force: Force
    """What it is from `since` on; guidance before."""
    since: date


class Demand(Form):
    """One requirement of a directive, or a report that somebody receives."""

    id: str
    words: str
    to: str
    """Who receives it; empty where it is no report."""
    bindings: list[WhomItBinds]
    clock: str
    """By when, in words."""
    note: str
    """What is doubtful about it; empty for nothing."""


class DirectiveEvent(Form):
    """Something that happens to an organisation, and starts clocks."""

    name: str
    words: str
    """As the end of 'after …'."""


class DirectiveInList(Form):
    """A directive, as lists show it."""

    id: DirectiveName
    citation: str = Field(examples=["BOD 26-04"])
    title: str
    issuer: str
    kind: DirectiveKind
    status: DirectiveStatus
    issued_on: date
    effective_on: date
    revokes: list[str]
    revoked_by: str
    """Empty where nobody revoked it."""
    revoked_on: date | None
    holds: bool
    """It is issued and not revoked today."""
    is_shipped: bool
    """It came with the product; else it was loaded here."""
    sha256: Digest
    """Of the document's RFC 8785 form."""


class Directives(Form):
    """All directives, the newest first."""

    rows: list[DirectiveInList]


class DocketEntry(Form):
    """One public day."""

    on: date
    kind: EntryKind
    directive: DirectiveName
    citation: str
    words: str
    note: str
    """What is doubtful about it; empty for nothing."""
    state: EntryState
    days: int
    """Until then; below 0 once it has passed."""
    clock: str = Field(examples=["in 11 days"])
    is_second_hand: bool
    """Its first source is not the authority's own."""
    sources: list[Reference]


class Docket(Form):
    """All public days of orders, directives, milestones and filings, the oldest first."""

    today: date
    """From which days are counted, in UTC."""
    rows: list[DocketEntry]


class Directive(DirectiveInList):
    """A directive, whole."""

    scope: dict[str, Force]
    """Whom it is about at all."""
    sources: list[Reference]
    requirements: list[Demand]
    reports: list[Demand]
    events: list[DirectiveEvent]
    docket: list[DocketEntry]
    """Its own days."""


class LoadingDocument(Given):
    """A directive, or a policy set, to load beside those that are here."""

    document: dict[str, Json]
    """All of it."""


class LoadedState(Form):
    """What was loaded, or set aside."""

    kind: LoadedKind
    name: str
    version: str
    sha256: Digest
    at: datetime
    set_aside_at: datetime | None
    """It counts no more."""


class PolicySetShown(Form):
    """What one authority says of some scopes; it is never lent to another."""

    name: str
    version: str
    title: str
    authority: str
    scopes: dict[str, Force]
    table: str
    """Which decision table it reads; empty while none is loaded for this authority."""
    directive: str
    binding_from: date | None
    is_shipped: bool
    sources: list[Reference]
    sha256: Digest


class PolicySets(Form):
    """All policy sets; those that were loaded here come before those that are shipped."""

    rows: list[PolicySetShown]


class DutyInReport(Form):
    """One duty of an organisation, and where it stands."""

    key: str
    directive: DirectiveName
    citation: str
    requirement: str
    occurrence: str
    """Which one, where there are several; else empty."""
    words: str
    to: Maybe
    """Who receives it, of a report."""
    about: Maybe
    state: DutyState
    force: Force | None
    """Today; null where it does not apply."""
    due_on: Maybe
    """A day, or an instant in UTC; null where there is none."""
    zone: str
    """In which its day ends."""
    done_at: Maybe
    done_by: Maybe
    excepted_until: Maybe
    approver: Maybe
    reason: Maybe
    note: Maybe
    why: Maybe


class DutyByTable(Form):
    """What a directive asks for each vulnerability on each asset, counted."""

    directive: DirectiveName
    citation: str
    requirement: str
    words: str
    force: Force | None
    """Today; null where it concerns nothing that the organisation runs."""
    late: int
    due: int
    """Nothing was done yet, and there is time, or no day."""
    excepted: int
    done: int
    """Mitigated, or said to be remediated, and still installed."""
    cleared: int
    """No longer installed."""
    all: int


class ClockEvent(Form):
    """Something that starts a clock for the organisation when it happens."""

    directive: DirectiveName
    citation: str
    event: str
    words: str
    """As the end of 'after …'."""


class Compliance(Form):
    """Where an organisation stands with what directives ask of it."""

    organisation: OrganisationKey
    name: str
    at: datetime
    zone: str
    """In which its days end."""
    whom: list[str]
    """The words by which directives concern it."""
    rows: list[DutyInReport]
    """What is late first; without what does not concern it."""
    not_applicable: list[DutyInReport]
    tables: list[DutyByTable]
    events: list[ClockEvent]
    may_record: bool
    untold: Untold | None
    """Of what it runs; null where it runs nothing here, or whoever asks does not read that."""


class Fulfilling(Given):
    """What an organisation has done of what a directive asks of it."""

    directive: Word = Field(examples=["bod-26-02"])
    requirement: Word
    """Its identifier within the directive."""
    occurrence: Line = ""
    """Which one, where there are several."""
    words: Sentences = Field(pattern=WITHOUT_NUL)
    """What was done, and where that can be seen."""
    done_at: Instant | None = None
    """Now, if left out; not in the future."""


class TakingBackDuty(Given):
    """Which duty was not done after all."""

    directive: Word
    requirement: Word
    occurrence: Line = ""


class FulfilmentState(Form):
    """That something was done, as it was recorded."""

    directive: DirectiveName
    requirement: str
    occurrence: str
    done_at: datetime
    at: datetime
    taken_back_at: datetime | None


class SayingHappened(Given):
    """Something has happened from which a directive's clocks count."""

    directive: Word = Field(examples=["cra-article-14"])
    event: Word
    """The directive's word for it."""
    name: Name
    """The organisation's own for this one, such as a CVE id; those of one name belong together."""
    happened_at: Instant | None = None
    """Now, if left out; not in the future."""


class TakingBackEvent(Given):
    """What has not happened after all."""

    directive: Word
    event: Word
    name: Name


class HappenedState(Form):
    """That something has happened, as it was recorded."""

    directive: DirectiveName
    event: str
    name: str
    at: datetime
    """When it happened."""
    said_at: datetime


class TakenBack(Form):
    """It was taken back; that it was said stays on record."""

    taken_back_at: datetime


class DueInList(Form):
    """One thing that comes due: an exposure, or a directive's duty."""

    what: Due
    key: str
    """Of the exposure, or of the duty."""
    organisation: OrganisationKey
    organisation_name: str
    title: str
    """The vulnerability, or the directive as it is cited."""
    about: str
    """The asset, or what the duty is about."""
    words: str
    """The outcome, or what the directive asks for."""
    due_on: date | None
    """The last day; null where hours count."""
    due_at: datetime
    """This instant is late already."""
    zone: str
    """In which its day ends."""
    is_late: bool
    force: Force
    """Binding or guidance, today."""
    directive: str
    """Its identifier; of an exposure, the policy set."""
    requirement: str
    """Of a directive; else empty."""
    needs_triage: bool
    in_kev: bool


class DueList(Listed):
    """A page of what is late and what comes due, the earliest first."""

    rows: list[DueInList]
    untold: Untold


class SettingRoles(Given):
    """By which words directives speak of an organisation."""

    roles: list[Word] = Field(max_length=50, examples=[["role/fedramp-provider"]])


class SettlingOperator(Given):
    """What holds for all that an organisation runs; what is left out stays as it is."""

    zone: str | None = Field(
        None, max_length=64, pattern=WITHOUT_NUL, examples=["America/New_York"]
    )
    """In which its days end."""
    scope: Word | None = Field(None, examples=["fceb"])
    """Of new assets."""
    sector: Line | None = None
    """Of critical infrastructure, of new assets."""
    table: Line | None = None
    """Name of a decision table that is shown beside each deadline; empty for none."""


class OperatorSettings(Form):
    """What holds for all that an organisation runs."""

    organisation: OrganisationKey
    name: str
    zone: str
    """In which its days end."""
    scope: str
    """Of new assets."""
    sector: str
    roles: list[str]
    """By which directives speak of it."""
    table: str
    """Own decision table that is shown beside; empty for none."""


class Operators(Form):
    """The operators whose assets whoever asks reads: own ones, and those that they act for."""

    rows: list[OperatorSettings]


class AddingDelegation(Given):
    """A provider that acts for an operator from now on."""

    organisation: Key
    """Key of the operator."""
    provider: Key
    """Key of the organisation that acts for it."""
    until: Instant | None = None
    """From this instant on it does no more; until it is ended, if left out."""
