"""Entries of the ledger, as those read them who may."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from tidegate.faces.api.schemas.common import Form, Listed


class LedgerEntry(Form):
    """One thing that mattered, with its proof."""

    index: int = Field(examples=[17])
    """Its number in the log, from 0."""
    at: datetime
    kind: str = Field(examples=["consent"])
    """What happened, in a word."""
    actor: str
    """Who did it, by name."""
    person: str = Field(examples=["P-7K3M9-Q2X4D"])
    """Who did it, by key; empty for what the house does by itself."""
    case: str = Field(examples=["C-0V8TN-5KQ2R"])
    """Key of the case that it is about, if it is."""
    organisation: str = Field(examples=["O-4M1WX-9B7HE"])
    """Key of the organisation that it is about, if it is."""
    said: dict[str, Any]
    """What else it says; depends on `kind`."""
    leaf: str
    """What the public log shows of it, byte for byte."""
    proof: list[str]
    """Inclusion proof against `checkpoint`: RFC 9162, 2.1.3, each hash in base64."""


class LedgerEntries(Listed):
    """A page of entries, the newest first."""

    rows: list[LedgerEntry]
    checkpoint: str
    """The signed tree that the proofs lead to (C2SP tlog-checkpoint); empty without entries."""
