"""The desk, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig

from tidegate.instance.holders import Holder, hold


class FindingsConfig(AppConfig):
    """Findings: intake, reproduction, duplicates, cases."""

    name = "tidegate.desks.findings"
    label = "findings"
    verbose_name = "Findings"

    def ready(self) -> None:
        """Say what is kept that the instance's keys have wrapped."""
        from tidegate.desks.findings.services import rewrapping

        hold(Holder("deliveries", rewrapping.rewrap_delivery_keys, rewrapping.wrapped_by))
