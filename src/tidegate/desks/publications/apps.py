"""How Django knows this desk."""

from __future__ import annotations

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    """The desk of publications.

    Its texts are sealed with the keys of cases, which the desk of cases holds and rotates.
    """

    name = "tidegate.desks.publications"
    label = "publications"

    def ready(self) -> None:
        """Listen to what becomes of cases."""
        from tidegate.desks.publications import receivers

        receivers.connect()
