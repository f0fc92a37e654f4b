"""`/notices` and `/webhooks`: what waits for whoever asks, and how people and programs are told."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.notices.queries import notices
from tidegate.desks.notices.queries.webhooks import get_webhook, list_webhooks
from tidegate.desks.notices.services import choosing, reading, webhooks
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.notices import (
    Choice,
    Chosen,
    Feed,
    Marked,
    NewWebhook,
    Notice,
    Notices,
    Retried,
    Webhook,
    Webhooks,
    WebhookSecret,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["notices"])
webhooks_router: Final = Router(tags=["webhooks"])


@router.get("", response={200: Notices, 400: Problem}, operation_id="listNotices")
def list_notices(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    unread: Annotated[bool, Query(False, description="Only those that were not read.")],
) -> Any:
    """List the notices of whoever asks, the newest first."""
    page = notices.list_notices(
        actor_of(request), unread=unread, cursor=cursor, limit=limit, at=timezone.now()
    )
    return listed(request, response, page)


@router.post("/read", response={200: Marked, 422: Problem}, operation_id="readAllNotices")
def read_all(request: HttpRequest) -> Any:
    """Mark all notices of whoever asks as read."""
    return {"marked": reading.mark_all_read(actor_of(request), at=timezone.now())}


@router.get("/preferences", response={200: Choice}, operation_id="getNoticePreferences")
def get_preferences(request: HttpRequest) -> Any:
    """Return how whoever asks is told."""
    return notices.choice_of(actor_of(request))


@router.post(
    "/preferences",
    response={200: Choice, 404: Problem, 409: Problem, 422: Problem},
    operation_id="setNoticePreferences",
)
def set_preferences(request: HttpRequest, chosen: Chosen) -> Any:
    """Choose how often there is mail; what concerns the own account is mailed in any case."""
    choosing.set_preference(actor_of(request), chosen.mail)
    return notices.choice_of(actor_of(request))


@router.post("/feed", response={201: Feed, 404: Problem, 422: Problem}, operation_id="makeFeed")
def make_feed(request: HttpRequest) -> Any:
    """Give the own feed a new address; the one before ends."""
    made = choosing.make_feed_token(actor_of(request), at=timezone.now())
    return Status(201, {"path": f"/feeds/{made.secret}/atom.xml"})


@router.post(
    "/feed/end",
    response={200: Choice, 404: Problem, 409: Problem, 422: Problem},
    operation_id="endFeed",
)
def end_feed(request: HttpRequest) -> Any:
    """End the own feed."""
    choosing.revoke_feed_token(actor_of(request), at=timezone.now())
    return notices.choice_of(actor_of(request))


@router.post(
    "/{key}/read", response={200: Notice, 404: Problem, 422: Problem}, operation_id="readNotice"
)
def read(request: HttpRequest, key: str) -> Any:
    """Mark a notice as read."""
    now = timezone.now()
    marked = reading.mark_read(actor_of(request), key, at=now)
    return notices.get_notice(actor_of(request), marked.key, at=now)


@webhooks_router.get("", response={200: Webhooks, 404: Problem}, operation_id="listWebhooks")
def index(
    request: HttpRequest,
    organisation: Annotated[
        str, Query("", max_length=20, description="Key of one; all that you administer without it.")
    ],
) -> Any:
    """List webhooks of the organisations that whoever asks administers."""
    return {"rows": list_webhooks(actor_of(request), organisation)}


@webhooks_router.post(
    "",
    response={201: WebhookSecret, 404: Problem, 409: Problem, 422: Problem},
    operation_id="addWebhook",
)
def add(request: HttpRequest, response: HttpResponse, wanted: NewWebhook) -> Any:
    """Have an organisation's programs told at an address. Nothing is sent there to try it."""
    actor = actor_of(request)
    made = webhooks.add_webhook(
        actor, wanted.organisation, wanted.url, kinds=wanted.kinds, at=timezone.now()
    )
    response["Location"] = f"{request.path}/{made.webhook.key}"
    shown = {"webhook": get_webhook(actor, made.webhook.key), "secret": made.secret}
    return Status(201, shown)


@webhooks_router.get("/{key}", response={200: Webhook, 404: Problem}, operation_id="getWebhook")
def get(request: HttpRequest, key: str) -> Any:
    """Return a webhook, with what came of the last try."""
    return get_webhook(actor_of(request), key)


@webhooks_router.post(
    "/{key}/disable",
    response={200: Webhook, 404: Problem, 409: Problem, 422: Problem},
    operation_id="disableWebhook",
)
def disable(request: HttpRequest, key: str) -> Any:
    """Send nothing more to a webhook."""
    actor = actor_of(request)
    return get_webhook(actor, webhooks.disable_webhook(actor, key, at=timezone.now()).key)


@webhooks_router.post(
    "/{key}/rotate",
    response={200: WebhookSecret, 404: Problem, 409: Problem, 422: Problem},
    operation_id="rotateWebhookSecret",
)
def rotate(request: HttpRequest, key: str) -> Any:
    """Give a webhook another secret; for a day the one before signs, too."""
    actor = actor_of(request)
    made = webhooks.rotate_secret(actor, key, at=timezone.now())
    return {"webhook": get_webhook(actor, made.webhook.key), "secret": made.secret}


@webhooks_router.post(
    "/{key}/retry",
    response={200: Retried, 404: Problem, 409: Problem, 422: Problem},
    operation_id="retryWebhook",
)
def retry(request: HttpRequest, key: str) -> Any:
    """Have the messages to a webhook that were set aside tried again."""
    return {"retried": webhooks.retry_webhook(actor_of(request), key, at=timezone.now())}
