"""How what operators run, and what belongs to it, is named; and words that several forms share."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from tidegate.faces.api.schemas.given import WITHOUT_NUL, Key

_DAY: Final = timedelta(days=1)
_MOST_AT_ONCE: Final = 10_000

AssetKey = Annotated[str, Field(examples=["H-7K3M9-Q2X4D"])]
InventoryKey = Annotated[str, Field(examples=["B-7K3M9-Q2X4D"])]
ExposureKey = Annotated[str, Field(examples=["X-7K3M9-Q2X4D"])]
ExceptionKey = Annotated[str, Field(examples=["Z-7K3M9-Q2X4D"])]
StatementKey = Annotated[str, Field(examples=["Y-7K3M9-Q2X4D"])]
DelegationKey = Annotated[str, Field(examples=["J-7K3M9-Q2X4D"])]
ChangeNoticeKey = Annotated[str, Field(examples=["K-7K3M9-Q2X4D"])]
VulnerabilityName = Annotated[str, Field(examples=["CVE-2026-1001"])]
Ecosystem = Annotated[str, Field(examples=["Debian:12"])]
DirectiveName = Annotated[str, Field(examples=["bod-26-04"])]


def _in_days(span: Any) -> Any:
    return span / _DAY if isinstance(span, timedelta) else span


Age = Annotated[float, BeforeValidator(_in_days), Field(examples=[1.5])]
"""A span, in days."""


def null_for_empty(text: Any) -> Any:
    """Return null for an empty text: for what is one of some words, or nothing."""
    return text or None


Keys = Annotated[list[Key], Field(min_length=1, max_length=_MOST_AT_ONCE)]
"""What is changed at once: all of it, or nothing."""

Line = Annotated[str, Field(max_length=300, pattern=WITHOUT_NUL)]
"""Some words on one line; they may be left out."""

Name = Annotated[str, Field(min_length=1, max_length=300, pattern=WITHOUT_NUL)]
"""Some words on one line."""

Sentences = Annotated[str, Field(min_length=1, max_length=10_000)]
"""A sentence or some."""
