"""How what is published is named, and words whose enumerations share a name with another one.

The framework keeps one form for each name, so these words are written out where they stand.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from django.db.models import TextChoices
from pydantic import Field, WithJsonSchema

from tidegate.desks.publications.models import CveId, Fix, Trial
from tidegate.desks.publications.states import adoption
from tidegate.faces.api.schemas.given import WITHOUT_NUL

PublicationName = Annotated[str, Field(examples=["TG-2026-k7m2x9qd"])]
FixKey = Annotated[str, Field(examples=["R-7K3M9-Q2X4D"])]
CveNumber = Annotated[str, Field(examples=["CVE-2026-12345"])]
AgeKey = Annotated[
    str, Field(examples=["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"])
]
Edits = Annotated[int, Field(ge=0, le=2**31 - 1, examples=[3])]
"""The count of edits that one has read; another one means that somebody was first."""

Sentence = Annotated[str, Field(max_length=10_000, pattern=WITHOUT_NUL)]
"""Some words; they may be left out."""


def _one_of(words: type[StrEnum | TextChoices]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": [str(word.value) for word in words]})


FixKind = Annotated[Fix.Kind, _one_of(Fix.Kind)]
TrialState = Annotated[Trial.State, _one_of(Trial.State)]
CveState = Annotated[CveId.State, _one_of(CveId.State)]
AdoptionStage = Annotated[adoption.Stage, _one_of(adoption.Stage)]
AdoptionBasis = Annotated[adoption.Basis, _one_of(adoption.Basis)]
Reached = Annotated[
    dict[str, int],
    Field(examples=[{"notified": 40, "seen": 35, "planned": 20, "applied": 10, "verified": 5}]),
]
"""How many had come to each stage, or further."""
