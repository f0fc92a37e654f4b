"""How Django knows this desk."""

from __future__ import annotations

from django.apps import AppConfig

from tidegate.instance.holders import Holder, hold


class PartiesConfig(AppConfig):
    """The desk of organisations and people."""

    name = "tidegate.desks.parties"
    label = "parties"

    def ready(self) -> None:
        """Say what is kept that the instance's keys have wrapped."""
        from tidegate.desks.parties.services import rewrapping

        hold(Holder("sign-ins", rewrapping.rewrap, rewrapping.wrapped_by))
