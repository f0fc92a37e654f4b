"""How Django knows this desk."""

from __future__ import annotations

from django.apps import AppConfig

from tidegate.instance.endpoints import endpoint_hosts
from tidegate.instance.holders import Holder, hold


class ReviewsConfig(AppConfig):
    """The desk of engagements."""

    name = "tidegate.desks.reviews"
    label = "reviews"

    def ready(self) -> None:
        """Say what the instance's keys have wrapped here; tell of a wrong setting at once."""
        from tidegate.desks.reviews.services import rewrapping

        endpoint_hosts()
        hold(Holder("reviews", rewrapping.rewrap_kept, rewrapping.wrapped_by))
