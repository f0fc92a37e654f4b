"""The desk, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    """Findings: intake, reproduction, duplicates, cases."""

    name = "tidegate.desks.findings"
    label = "findings"
    verbose_name = "Findings"
