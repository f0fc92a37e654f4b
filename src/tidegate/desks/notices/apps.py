"""How Django knows this desk, and what it listens to."""

from __future__ import annotations

from django.apps import AppConfig

from tidegate.instance.holders import Holder, hold
from tidegate.instance.webhooks import webhook_hosts


class NoticesConfig(AppConfig):
    """The desk that tells people that something waits for them."""

    name = "tidegate.desks.notices"
    label = "notices"

    def ready(self) -> None:
        """Listen to the ledger; say what the instance's keys have wrapped here.

        Raises:
            HomeError: a setting of this desk is wrong, which is told now rather than in a log.
        """
        from tidegate.desks.notices import receivers
        from tidegate.desks.notices.services import rewrapping

        webhook_hosts()
        receivers.connect()
        hold(Holder("webhooks", rewrapping.rewrap, rewrapping.wrapped_by))
