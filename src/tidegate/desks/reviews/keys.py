"""The names of engagements and of what belongs to them: `E-7K3M9-Q2X4D`."""

from __future__ import annotations

from tidegate.desks.access.keys import new_key


def new_engagement_key() -> str:
    """Return a new name for an engagement."""
    return new_key("E")


def new_grant_key() -> str:
    """Return a new name for a grant."""
    return new_key("G")


def new_endpoint_key() -> str:
    """Return a new name for an endpoint of a model."""
    return new_key("U")


def new_call_key() -> str:
    """Return a new name for a call."""
    return new_key("L")


def new_evidence_key() -> str:
    """Return a new name for a piece of evidence."""
    return new_key("V")


def new_request_key() -> str:
    """Return a new name for something that takes two persons."""
    return new_key("Q")
