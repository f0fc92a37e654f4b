"""How Django knows this desk."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The desk that runs under all others."""

    name = "tidegate.desks.ledger"
    label = "ledger"
