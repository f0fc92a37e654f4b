"""The names of notices, of webhooks, and of what is sent: `N-7K3M9-Q2X4D`."""

from __future__ import annotations

from tidegate.desks.access.keys import new_key


def new_notice_key() -> str:
    """Return a new name for a notice."""
    return new_key("N")


def new_webhook_key() -> str:
    """Return a new name for a webhook; it is no secret."""
    return new_key("W")


def new_sending_key() -> str:
    """Return a new name for a mail or a message to a webhook: its id over all tries."""
    return new_key("S")
