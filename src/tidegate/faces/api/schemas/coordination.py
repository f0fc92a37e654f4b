"""The coordination of a case: its terms, all of it, and what is asked to be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from tidegate.desks.access.words import Label
from tidegate.desks.cases.policies.words import Ground, Trigger
from tidegate.desks.cases.services.opening import DEFAULT_POLICY
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.faces.api.schemas.common import CaseKey, Form, Given, Json, ReasonGiven
from tidegate.faces.api.schemas.given import Instant, Key, Text, Word
from tidegate.faces.api.schemas.participants import OrganisationKey, Party

Goal = Annotated[str, BeforeValidator(str), Field(examples=["V before P"])]


class OwnPart(Form):
    """What an organisation of whoever asks is to a case, and what it may answer."""

    organisation: OrganisationKey
    name: str
    role: str = Field(examples=["vendor"])
    consent: str
    consent_until: datetime | None
    invited_at: datetime
    joined_at: datetime | None
    may_accept: bool
    """It may agree to the terms on the table, or join where there are none."""
    may_decline: bool


class Terms(Form):
    """Under which terms a case is kept secret; all that an invited party is told of it."""

    case: CaseKey
    tlp: Label
    embargo: EmbargoState
    ends_at: datetime | None
    """When the embargo in force ends, or was to end."""
    proposed_ends_at: datetime | None
    on_the_table: datetime | None
    """The end that consent is given to; hand it back to accept."""
    words: str
    """Further terms on the table, verbatim."""
    policy: str
    policy_version: str
    closed_at: datetime | None
    own: list[OwnPart]


class Proposed(Form):
    """Terms that somebody proposed, and what became of them."""

    number: int
    ends_at: datetime
    words: str
    proposed_by: str
    proposed_at: datetime
    outcome: str = Field(examples=["open"])
    """`open`, `accepted`, `refused`, `replaced` or `fallen`."""
    decided_by: str
    decided_at: datetime | None


class Seen(Form):
    """Something that was seen, as it was recorded."""

    event: str = Field(examples=["fix-ready"])
    organisation: str
    """Key of the vendor; empty for a fact."""
    happened_at: datetime
    recorded_at: datetime
    said_by: str
    source: str


class Approval(Form):
    """A coordinator's word that a secret may become public early."""

    purpose: str = Field(examples=["release"])
    by: str
    reason: str
    at: datetime
    own: bool
    """It is the word of whoever asks."""


class Score(Form):
    """How good the order of events was, after the twelve goals of the case model."""

    points: int
    met: list[Goal]
    missed: list[Goal]
    undecided: list[Goal]


class Clock(Form):
    """A date that means something, and why it stands where it does."""

    number: int
    kind: str = Field(examples=["embargo-end"])
    name: str
    """Of the policy's rule."""
    subject: str
    """Keys of whom it is about, where there may be several; empty otherwise."""
    due_at: datetime
    state: str
    """`running`, `paused`, `fired` or `set-aside`."""
    fired_at: datetime | None
    trigger: str
    triggered_at: datetime
    authority: str
    policy: str
    policy_version: str
    inputs: dict[str, Json]
    """What the date was worked out from."""
    reason: str
    """Why what follows from it could not be done; for coordinators."""


class Clocks(Form):
    """The clocks of a case, in the order of their times."""

    rows: list[Clock]


class Coordination(Form):
    """All of a case's coordination that whoever asks may read."""

    terms: Terms
    title: str
    opened_at: datetime
    closing_words: str
    parties: list[Party]
    proposals: list[Proposed]
    """The newest first."""
    seen: list[Seen]
    """In the order of recording."""
    public_at: datetime | None
    """When the vulnerability became public."""
    exploit_at: datetime | None
    """When an exploit became public."""
    attacks_at: datetime | None
    """When attacks were seen."""
    score: Score | None
    """Null, as much of the rest is empty, for who reads the case for its label alone."""
    clocks: list[Clock]
    findings: int
    """How many findings the case has."""
    fixes: list[str]
    """Addresses of changes in its findings, and keys of attached patches; nobody has tried them."""
    coordinates: bool
    """Whoever asks coordinates the case; the rest is empty for others."""
    approvals: list[Approval]
    reveals: list[CaseKey]
    """Cases that this one would give away at the end on the table."""


class CoordinationState(Form):
    """Where the coordination of a case is, after something was done."""

    case: CaseKey
    tlp: Label
    embargo: EmbargoState
    ends_at: datetime | None
    policy: str
    policy_version: str
    opened_at: datetime
    closed_at: datetime | None
    closing_words: str
    public_at: datetime | None
    exploit_at: datetime | None
    attacks_at: datetime | None


class Opening(Given):
    """By which disclosure policy a case is coordinated."""

    policy: Word = DEFAULT_POLICY


class Closing(Given):
    """What is said at the end."""

    words: Text = ""


class Labelling(Given):
    """A Traffic Light Protocol label."""

    tlp: Label


class Following(Given):
    """A disclosure policy to follow."""

    policy: Word
    version: str = Field("", max_length=40)
    """The one that was loaded last, if left out."""


class Triggering(Given):
    """Something happened that deadlines of policies rest on."""

    trigger: Trigger
    happened_at: Instant | None = None
    """Now, if left out."""


class Extending(Given):
    """Why a deadline is extended."""

    grounds: list[Ground] = Field(min_length=1, max_length=len(Ground))


class FactSeen(Given):
    """What the world knows."""

    fact: Literal["public", "exploit-public", "attacks-seen"]
    happened_at: Instant | None = None
    """As far as is known; now, if left out."""
    source: Text = ""
    """Where it can be seen."""


class Proposing(Given):
    """Until when a case is to be kept secret."""

    ends_at: Instant
    words: Text = ""
    """Further terms, kept verbatim."""


class Accepting(Given):
    """Whether an end is accepted that gives away a case which is kept secret longer."""

    knowing_what_it_reveals: StrictBool = False


class Declining(Given):
    """Why not, if it is to be said."""

    reason: str = Field("", max_length=2000)


class Approving(ReasonGiven):
    """Why the embargo may end now."""

    knowing_what_it_reveals: StrictBool = False
    """A case that this one was parted from, or with, is kept secret longer, and one knows that."""


class ApprovingMerger(ReasonGiven):
    """Why a case may be merged with one whose embargo ends earlier."""

    other: Key = Field(alias="with")
    """Key of the other case."""


class Withdrawing(Given):
    """Which of the own approvals is withdrawn."""

    purpose: Word = "release"
    """As the approvals of the coordination have it."""


class Approved(Form):
    """A coordinator's word was kept."""

    ended: bool
    """It was the second one, and the embargo has ended."""


class ApprovalState(Form):
    """What became of an approval."""

    purpose: str
    reason: str
    at: datetime
    withdrawn_at: datetime | None


class CaseOpened(Form):
    """The case that a finding has now."""

    case: CaseKey


class Relaying(Given):
    """To whom a case is handed on."""

    to: str = Field(min_length=1, max_length=300, examples=["CERT/CC"])
    """Name of the other coordinator."""
    identifier: str = Field("", max_length=200)
    """Their own name for the case, if it is known already."""
    permission: str = Field("", max_length=1000)
    """Who allowed it and how, where the label under which it came forbids to pass it on."""
    namespace: str = Field("", max_length=1000, examples=["https://coordination.example.org"])
    """An address that we control, as CSAF asks for; this instance's own, if left out."""
