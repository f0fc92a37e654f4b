"""Receipts that are handed in to be checked, and what came of it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tidegate.faces.api.schemas.common import Form, Given


class ReceiptToCheck(Given):
    """A receipt, and the key it should be signed with."""

    receipt: dict[str, Any] = Field(
        examples=[
            {"payload": "e30=", "payloadType": "application/vnd.in-toto+json", "signatures": []}
        ]
    )
    """The DSSE envelope."""
    public_key: str | None = Field(None, max_length=4096)
    """The signer's Ed25519 key as PEM; this instance's own if left out."""


class Subject(Form):
    """One thing that the receipt is about."""

    name: str
    sha256: str


class CheckedReceipt(Form):
    """Whether a receipt is valid, and what it says then."""

    valid: bool
    reason: str
    """What is wrong with it; empty for a valid one."""
    keyid: str
    """Of the key that signed it; empty for an invalid one."""
    subjects: list[Subject]
    predicate: dict[str, Any]
    """What was run, and the verdict; empty for an invalid receipt."""
