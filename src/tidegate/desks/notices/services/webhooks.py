"""Webhooks of an organisation: added, disabled, given another secret, tried again.

Nothing is sent to an address when it is added, and nothing that it answers is ever shown: whoever
could try an address and read back what comes would look at this machine's network through it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import find, require_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.notices.channels.addresses import DestinationError, destination_of
from tidegate.desks.notices.channels.signing import new_webhook_secret
from tidegate.desks.notices.kinds import TABLE
from tidegate.desks.notices.models import Sending, WebhookEndpoint
from tidegate.desks.notices.queries.webhooks import find_webhook, purpose_of
from tidegate.desks.notices.services import outbox
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.sealed import opened, sealed
from tidegate.instance.webhooks import webhook_hosts

MOST_WEBHOOKS: Final = 20
"""Of one organisation that are not disabled."""

BOTH_SIGN_FOR: Final = timedelta(days=1)
"""How long a replaced secret still signs beside the new one."""

KINDS: Final = tuple(sorted(kind for kind, telling in TABLE.items() if telling.reaches_programs))
"""Kinds of entries of which a webhook can be told."""


@dataclass(frozen=True, slots=True)
class WebhookMade:
    """A webhook, and its secret, which nothing shows again."""

    webhook: WebhookEndpoint
    secret: str = field(repr=False)


def add_webhook(
    actor: Actor,
    organisation: str,
    url: str,
    *,
    kinds: Collection[str] = (),
    at: datetime,
    secret: Callable[[], str] = new_webhook_secret,
) -> WebhookMade:
    """Have an organisation's programs told at an address.

    Args:
        actor: who administers the organisation.
        organisation: its key.
        url: the address, with https.
        kinds: of entries of which it is told; all that the organisation's people are told of,
            without any.
        at: now.
        secret: returns a new secret.

    Raises:
        NotFoundError: there is no such organisation that the actor administers.
        NotPossibleError: a webhook must not lead there, a kind is not known, or there are too many.
    """
    wanted = _kinds(kinds)
    try:
        destination_of(url, allowed_hosts=webhook_hosts())
    except DestinationError as error:
        raise NotPossibleError(str(error)) from error
    with transaction.atomic():
        rows = Organisation.objects.select_for_update()
        to = find(actor, rows, Act.ADMINISTER, key=as_written(organisation))
        if WebhookEndpoint.objects.filter(organisation=to, disabled_at=None).count() >= (
            MOST_WEBHOOKS
        ):
            raise NotPossibleError(
                f"{to.name} has {MOST_WEBHOOKS} webhooks, which is the most; disable one first"
            )
        shown = secret()
        made = WebhookEndpoint(
            organisation=to, url=url, kinds=wanted, made_by=actor.name, made_at=at
        )
        made.secret = sealed(shown, purpose_of(made))
        made.save()
        append("webhook-added", at=at, actor=actor, organisation=to.key, webhook=made.key)
        return WebhookMade(made, shown)


def disable_webhook(actor: Actor, key: str, *, at: datetime) -> WebhookEndpoint:
    """Send nothing more to a webhook; what waits for it is dropped.

    Raises:
        NotFoundError: there is none of that key that the actor administers.
        NotPossibleError: it is disabled already.
    """
    with transaction.atomic():
        webhook = _locked(actor, key)
        if webhook.disabled_at is not None:
            raise NotPossibleError(f"{webhook.key} is disabled already")
        _disable(webhook, f"by {actor.name}"[:200], at)
        append(
            "webhook-disabled",
            at=at,
            actor=actor,
            organisation=webhook.organisation.key,
            webhook=webhook.key,
        )
        return webhook


def rotate_secret(
    actor: Actor, key: str, *, at: datetime, secret: Callable[[], str] = new_webhook_secret
) -> WebhookMade:
    """Give a webhook another secret; for a day the one before signs, too.

    Raises:
        NotFoundError: there is none of that key that the actor administers.
        NotPossibleError: it is disabled.
    """
    with transaction.atomic():
        webhook = _locked(actor, key)
        if webhook.disabled_at is not None:
            raise NotPossibleError(f"{webhook.key} is disabled; add a new webhook instead")
        shown = secret()
        webhook.previous_secret, webhook.previous_until = webhook.secret, at + BOTH_SIGN_FOR
        webhook.secret = sealed(shown, purpose_of(webhook))
        webhook.save(update_fields=["secret", "previous_secret", "previous_until"])
        append(
            "webhook-secret-rotated",
            at=at,
            actor=actor,
            organisation=webhook.organisation.key,
            webhook=webhook.key,
        )
        return WebhookMade(webhook, shown)


def retry_webhook(actor: Actor, key: str, *, at: datetime) -> int:
    """Have the messages to a webhook that were set aside tried again; return how many.

    Raises:
        NotFoundError: there is none of that key that the actor administers.
        NotPossibleError: it is disabled.
    """
    with transaction.atomic():
        webhook = _locked(actor, key)
        if webhook.disabled_at is not None:
            raise NotPossibleError(f"{webhook.key} is disabled; nothing is sent there")
        WebhookEndpoint.objects.filter(pk=webhook.pk).update(failing_since=None)
        return outbox.revive(Sending.objects.filter(endpoint=webhook), at)


def retry_mails(actor: Actor, *, at: datetime) -> int:
    """Have mails that were set aside tried again; return how many.

    Raises:
        NotFoundError: the actor does not run the instance.
    """
    require_with_instance(actor, Act.ADMINISTER)
    with transaction.atomic():
        return outbox.revive(Sending.objects.filter(channel=Sending.Channel.MAIL), at)


def secrets_of(webhook: WebhookEndpoint, at: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first; for what is sent.

    Raises:
        SealError: one was changed.
        HomeError: the instance's key is missing.
    """
    standing = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and at < webhook.previous_until:
        standing.append(webhook.previous_secret)
    return [opened(one, purpose_of(webhook)) for one in standing]


def note_failing(webhook: WebhookEndpoint, at: datetime) -> None:
    """Tell a webhook's people, once, that messages to it are set aside."""
    with transaction.atomic():
        rows = WebhookEndpoint.objects.filter(pk=webhook.pk, failing_since=None)
        if rows.update(failing_since=at):
            append(
                "webhook-set-aside",
                at=at,
                actor=HOUSE,
                organisation=webhook.organisation.key,
                webhook=webhook.key,
            )


def note_working(webhook: WebhookEndpoint) -> None:
    """Keep that a webhook takes messages; its people are told when it fails again."""
    if webhook.failing_since is not None:
        WebhookEndpoint.objects.filter(pk=webhook.pk).update(failing_since=None)


def note_gone(webhook: WebhookEndpoint, at: datetime) -> None:
    """Disable a webhook that says itself that it wants nothing more."""
    with transaction.atomic():
        row = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
        if row.disabled_at is not None:
            return
        _disable(row, "the endpoint says that it is gone", at)
        append(
            "webhook-disabled",
            at=at,
            actor=HOUSE,
            organisation=webhook.organisation.key,
            webhook=webhook.key,
        )


def _disable(webhook: WebhookEndpoint, reason: str, at: datetime) -> None:
    webhook.disabled_at, webhook.disabled_reason = at, reason
    webhook.save(update_fields=["disabled_at", "disabled_reason"])
    waiting = Sending.objects.filter(endpoint=webhook, state=Sending.State.WAITING)
    waiting.update(
        state=Sending.State.DROPPED, reason="the webhook was disabled", claimed_until=None
    )


def _locked(actor: Actor, key: str) -> WebhookEndpoint:
    found = find_webhook(actor, key)
    rows = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=found.pk)


def _kinds(kinds: Collection[str]) -> list[str]:
    wanted = sorted(set(kinds))
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown:
        raise NotPossibleError(
            f"a webhook is not told of {unknown[0][:40]!r}; known are {', '.join(KINDS)}"
        )
    return wanted
