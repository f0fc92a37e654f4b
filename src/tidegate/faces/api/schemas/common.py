"""What all forms share: keys, words, a page's links, a problem."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field


class Form(Schema):
    """A form; the text under a field describes it in the OpenAPI document."""

    model_config = ConfigDict(
        from_attributes=True, use_attribute_docstrings=True, extra="ignore", frozen=True
    )


class Given(BaseModel):
    """The form of a body; the text under a field describes it in the OpenAPI document.

    It is an object and nothing else, for the framework's own forms take whatever has attributes.
    What it does not know it refuses: with one letter wrong in `persons`, a message for one would
    be a message to all.
    """

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid", frozen=True)


FindingKey = Annotated[str, Field(examples=["F-7K3M9-Q2X4D"])]
CaseKey = Annotated[str, Field(examples=["C-0V8TN-5KQ2R"])]
DeliveryKey = Annotated[str, Field(examples=["D-4M1WX-9B7HE"])]
FinderName = Annotated[str, Field(examples=["Example AI Lab"])]
PackageName = Annotated[str, Field(examples=["minimist", "@scope/name"])]
PackageType = Annotated[str, Field(examples=["npm", "pypi"])]
Purl = Annotated[str, Field(examples=["pkg:npm/minimist@1.2.0"])]
Effect = Annotated[str, Field(examples=["prototype-pollution"])]
Severity = Annotated[str, Field(examples=["high"])]
Stage = Annotated[str, Field(examples=["judged"])]
Verdict = Annotated[str, Field(examples=["reproduced"])]
Vers = Annotated[str, Field(examples=["vers:npm/<1.2.6"])]
Digest = Annotated[
    str, Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
]
Json = Any


class Listed(Form):
    """A page of a list. The `Link` header names the same pages (RFC 8288)."""

    next: str | None = Field(examples=["/api/v1/findings?sort=-severity&cursor=WyI5YzE"])
    """Address of the page after this one; null at the end."""
    previous: str | None
    """Address of the page before this one; null at the beginning."""
    sort: str = Field(examples=["-received"])
    """How the list is sorted; `-` for the largest or newest first."""
    note: str
    """Something to know about this list, such as that a search looked at the newest matches only;
    mostly empty."""


class WrongPart(Form):
    """One wrong part of a request."""

    detail: str
    """What is wrong with it, and what to do."""
    pointer: str | None = Field(None, examples=["#/reason"])
    """JSON pointer into the body."""
    parameter: str | None = Field(None, examples=["cursor"])
    """Name of the parameter."""


class Problem(Form):
    """An error, as RFC 9457 describes it."""

    type: str = Field(examples=["urn:tidegate:problem:not-here"])
    """What kind of error; stays the same."""
    title: str
    status: int
    detail: str
    """What is wrong here, and what to do."""
    errors: list[WrongPart] | None = None


class ReasonGiven(Given):
    """Why a person decides so."""

    reason: str = Field(min_length=1, max_length=2000, examples=["Both cut the same check."])
    """One sentence for whoever reads the history."""
