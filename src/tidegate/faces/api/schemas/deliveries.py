"""Deliveries: as lists show them, with their refusals, and as their finder is told of them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.faces.api.schemas.common import (
    DeliveryKey,
    Digest,
    FinderName,
    FindingKey,
    Form,
    Listed,
    Stage,
    Verdict,
)


class Delivery(Form):
    """One document that was handed in."""

    key: DeliveryKey
    finder: FinderName
    channel: str
    """`cli`, `api` or `upload`."""
    name: str
    """The file's name, as its sender wrote it."""
    format: str
    """Empty: recognised by content."""
    target: str
    sha256: Digest
    size: int
    """Bytes, as they came."""
    state: str
    """`receiving`, `stored` (kept, not read to its end yet) or `read`."""
    received_at: datetime
    read_at: datetime | None
    accepted: int
    repeated: int
    """Records that this finder had handed in before."""
    refused: int


class Deliveries(Listed):
    """A page of deliveries."""

    rows: list[Delivery]


class Refused(Form):
    """A record that is not a finding: where it stands, and what would mend it."""

    number: int
    """Its number among all records, from 1."""
    line: int | None
    field: str = Field(examples=["target.purl"])
    """Empty for the record as a whole."""
    reason: str


class Refusals(Listed):
    """A page of refused records."""

    rows: list[Refused]


class DeliveryWhole(Delivery):
    """A delivery with a page of its refusals."""

    refusals: Refusals


class ToldFinding(Form):
    """What a finder is told of one of his findings."""

    key: FindingKey
    reference: str
    """His own name for it."""
    received_at: datetime
    stage: Stage
    verdict: Verdict
    reason: str
    receipt: str | None
    """Address of its receipt; null until there is one."""


class ToldFindings(Listed):
    """A page of what a finder is told of."""

    rows: list[ToldFinding]


class ToldDelivery(Form):
    """What a finder is told of one of his deliveries: of his own findings, and of nothing else."""

    key: DeliveryKey
    finder: FinderName
    name: str
    sha256: Digest
    size: int
    state: str
    received_at: datetime
    accepted: int
    repeated: int
    refused: int
    findings: ToldFindings
    refusals: Refusals
