"""How Django knows this desk."""

from __future__ import annotations

from django.apps import AppConfig

from tidegate.instance.holders import Holder, hold


class CasesConfig(AppConfig):
    """The desk where parties work on one secret together."""

    name = "tidegate.desks.cases"
    label = "cases"

    def ready(self) -> None:
        """Listen to the desk of findings; say what the instance's keys have wrapped here."""
        from tidegate.desks.cases import receivers
        from tidegate.desks.cases.services import rewrapping

        receivers.connect()
        hold(Holder("cases", rewrapping.rewrap_case_keys, rewrapping.wrapped_by))
