"""The names under which organisations, people and tokens are spoken of: `O-7K3M9-Q2X4D`."""

from __future__ import annotations

from tidegate.desks.access.keys import new_key


def new_organisation_key() -> str:
    """Return a new name for an organisation."""
    return new_key("O")


def new_person_key() -> str:
    """Return a new name for a person."""
    return new_key("P")


def new_invitation_key() -> str:
    """Return a new name for an invitation."""
    return new_key("I")


def new_token_key() -> str:
    """Return a new name for a token; it is no secret."""
    return new_key("T")
