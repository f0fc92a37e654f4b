"""How Django knows this desk."""

from __future__ import annotations

from django.apps import AppConfig

from tidegate.instance.holders import Holder, hold


class ExposureConfig(AppConfig):
    """The desk of exposure."""

    name = "tidegate.desks.exposure"
    label = "exposure"

    def ready(self) -> None:
        """Say what the instance's keys have wrapped here."""
        from tidegate.desks.exposure import receivers
        from tidegate.desks.exposure.services import rewrapping

        receivers.connect()

        hold(Holder("exposure", rewrapping.rewrap_kept, rewrapping.wrapped_by))
