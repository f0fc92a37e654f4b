"""Secrets of webhooks, carried over to the newest of the instance's keys after a rotation."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from tidegate.desks.notices.models import WebhookEndpoint
from tidegate.desks.notices.queries.webhooks import purpose_of
from tidegate.desks.parties.sealed import rewrapped, wrapper_of


def rewrap() -> int:
    """Wrap every secret's key anew; return how many webhooks had one that an older key wrapped.

    Raises:
        SealError: a secret was changed.
        HomeError: one of the instance's keys is missing.
    """
    changed = 0
    with transaction.atomic():
        for webhook in WebhookEndpoint.objects.select_for_update().order_by("pk"):
            before = (webhook.secret, webhook.previous_secret)
            webhook.secret, webhook.previous_secret = (
                rewrapped(one, purpose_of(webhook)) if one else "" for one in before
            )
            if (webhook.secret, webhook.previous_secret) != before:
                webhook.save(update_fields=["secret", "previous_secret"])
                changed += 1
    return changed


def wrapped_by() -> Iterator[str]:
    """Yield which of the instance's keys wraps each secret's key.

    Raises:
        SealError: a secret was changed.
    """
    for webhook in WebhookEndpoint.objects.order_by("pk"):
        for one in (webhook.secret, webhook.previous_secret):
            if one:
                yield wrapper_of(one, purpose_of(webhook))
