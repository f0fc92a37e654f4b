"""Links, nominations and events."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from tidegate.faces.api.schemas.common import (
    CaseKey,
    FinderName,
    FindingKey,
    Form,
    Json,
    Listed,
    ReasonGiven,
)


class Linked(Form):
    """Two findings are related, says somebody, for a reason."""

    id: int
    kind: str = Field(examples=["duplicate-of"])
    """`duplicate-of`, `variant-of` or `incomplete-fix-of`."""
    source: FindingKey
    """The later finding: it is what `kind` says of `target`."""
    source_title: str
    source_case: CaseKey | None
    target: FindingKey
    target_title: str
    target_case: CaseKey | None
    basis: str = Field(examples=["behaviour"])
    """`exact`, `reference`, `behaviour`, `crossing` or `person`."""
    reason: str
    evidence: Json
    made_by: str
    made_at: datetime
    undone_by: str
    """Empty while the link stands."""
    undone_at: datetime | None
    undone_reason: str


class Nominated(Form):
    """Two findings might be one bug; nothing follows from it until somebody decides."""

    id: int
    earlier: FindingKey
    earlier_title: str
    earlier_case: CaseKey | None
    later: FindingKey
    later_title: str
    later_case: CaseKey | None
    score: float
    """0 to 1; only for sorting."""
    reasons: list[Json]
    suggestion: str = Field(examples=["duplicate-of"])
    state: str
    """`open`, `accepted` or `declined`."""
    made_at: datetime
    decided_by: str
    decided_at: datetime | None
    decided_reason: str


class Nominations(Listed):
    """A page of nominations."""

    rows: list[Nominated]


class Happening(Form):
    """One thing that happened."""

    id: int
    at: datetime
    actor: FinderName
    """Who did it; `tidegate` for the house."""
    verb: str = Field(examples=["judged"])
    case: CaseKey | None
    finding: FindingKey | None
    detail: Json


class Acceptance(ReasonGiven):
    """Why a nomination is right, and as what."""

    kind: Literal["duplicate-of", "variant-of", "incomplete-fix-of"] = "duplicate-of"
    """What the later finding is of the earlier one."""
