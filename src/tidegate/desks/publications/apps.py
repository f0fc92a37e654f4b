"""How Django knows this desk."""

from __future__ import annotations

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    """The desk of publications."""

    name = "tidegate.desks.publications"
    label = "publications"
