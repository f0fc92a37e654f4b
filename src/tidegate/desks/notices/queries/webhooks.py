"""An organisation's webhooks, as its administrators see them: with what became of the messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.notices.models import Sending, WebhookEndpoint
from tidegate.desks.parties.models import Organisation

_State: Final = Sending.State


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """One webhook. Its secret is shown to nobody again."""

    key: str
    organisation: str
    organisation_name: str
    url: str
    kinds: tuple[str, ...]
    """Of entries of which it is told; empty for all."""
    made_by: str
    made_at: datetime
    disabled_at: datetime | None
    disabled_reason: str
    waiting: int
    """Messages that are still to be sent."""
    set_aside: int
    """Messages that were given up; they can be tried again."""
    last_at: datetime | None
    """When something was last sent, or tried."""
    last_result: str
    """What came of that, in a few words; never what the endpoint has answered."""


def list_administered(actor: Actor) -> list[tuple[str, str]]:
    """Return key and name of the organisations whose webhooks the actor keeps, by name."""
    led = narrowed(actor, Organisation.objects.filter(suspended_at=None), Act.ADMINISTER)
    return list(led.order_by("name", "pk").values_list("key", "name"))


def administered(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """Return the webhooks of the organisations that the actor administers."""
    led = narrowed(actor, Organisation.objects.all(), Act.ADMINISTER)
    return WebhookEndpoint.objects.filter(organisation__in=led.values("pk"))


def find_webhook(actor: Actor, key: str) -> WebhookEndpoint:
    """Return one webhook.

    Raises:
        NotFoundError: there is none of that key in an organisation that the actor administers.
    """
    named = as_written(key)
    found = administered(actor).select_related("organisation").filter(key=named).first()
    if found is None:
        raise NotFoundError("webhook", named)
    return found


def list_webhooks(actor: Actor, organisation: str = "") -> list[WebhookRow]:
    """Return the webhooks of the organisations that the actor administers, or of one of them.

    Raises:
        NotFoundError: there is no such organisation that the actor administers.
    """
    rows = administered(actor).select_related("organisation")
    if organisation:
        key = as_written(organisation)
        rows = rows.filter(
            organisation=find(actor, Organisation.objects.all(), Act.ADMINISTER, key=key)
        )
    counted = rows.annotate(
        waiting=Count("sendings", Q(sendings__state=_State.WAITING)),
        aside=Count("sendings", Q(sendings__state=_State.SET_ASIDE)),
    )
    return [_row(row) for row in counted.order_by("organisation__name", "pk")]


def get_webhook(actor: Actor, key: str) -> WebhookRow:
    """Return one webhook, as the list shows it.

    Raises:
        NotFoundError: there is none of that key in an organisation that the actor administers.
    """
    found = find_webhook(actor, key)
    return next(row for row in list_webhooks(actor, found.organisation.key) if row.key == found.key)


def purpose_of(webhook: WebhookEndpoint) -> str:
    """Return what a webhook's secret is sealed for."""
    return f"secret of the webhook {webhook.key}"


def _row(row: WebhookEndpoint) -> WebhookRow:
    last = row.sendings.exclude(last_try_at=None).order_by("-last_try_at", "-pk").first()
    return WebhookRow(
        row.key,
        row.organisation.key,
        row.organisation.name,
        row.url,
        tuple(row.kinds),
        row.made_by,
        row.made_at,
        row.disabled_at,
        row.disabled_reason,
        getattr(row, "waiting", 0),
        getattr(row, "aside", 0),
        last.last_try_at if last else None,
        _result(last) if last else "",
    )


def _result(last: Sending) -> str:
    return "taken" if last.state == _State.SENT else last.reason
