"""The names of messages and attachments: `M-7K3M9-Q2X4D`."""

from __future__ import annotations

from tidegate.desks.access.keys import new_key


def new_message_key() -> str:
    """Return a new name for a message."""
    return new_key("M")


def new_attachment_key() -> str:
    """Return a new name for an attachment."""
    return new_key("A")
