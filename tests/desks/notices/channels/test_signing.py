"""A receiver with the specification's own library believes what was sent, and nothing else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tidegate.desks.notices.channels.signing import (
    body_of,
    new_webhook_secret,
    signed_headers,
)


def now() -> datetime:
    # The library looks at the clock itself.
    return datetime.now(UTC)


def test_what_was_sent_is_believed_and_says_ids_and_a_kind():
    secret = new_webhook_secret()
    body = body_of("message-sent", now(), {"case": "C-1", "organisation": "O-1", "message": ""})
    headers = signed_headers("S-1", now(), body, [secret])
    said = Webhook(secret).verify(body, headers)
    assert said["type"] == "message-sent"
    assert said["data"] == {"case": "C-1", "organisation": "O-1"}
    assert headers["webhook-id"] == "S-1"


def test_a_changed_body_id_or_time_is_not_believed():
    secret = new_webhook_secret()
    body = body_of("message-sent", now(), {"case": "C-1"})
    headers = signed_headers("S-1", now(), body, [secret])
    later = str(int(headers["webhook-timestamp"]) + 1)
    for changed_body, changed in (
        (body + b" ", {}),
        (body, {"webhook-id": "S-2"}),
        (body, {"webhook-timestamp": later}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(changed_body, {**headers, **changed})
    with pytest.raises(WebhookVerificationError):
        Webhook(new_webhook_secret()).verify(body, headers)


def test_while_a_secret_is_replaced_both_are_believed():
    old, new = new_webhook_secret(), new_webhook_secret()
    body = body_of("message-sent", now(), {})
    headers = signed_headers("S-1", now(), body, [new, old])
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)


def test_the_time_of_a_try_is_the_same_instant_in_every_zone():
    secret = new_webhook_secret()
    moment = now()
    elsewhere = moment.astimezone(timezone(timedelta(hours=-7)))
    body = body_of("message-sent", moment, {})
    assert body == body_of("message-sent", elsewhere, {})
    assert signed_headers("S-1", moment, body, [secret]) == signed_headers(
        "S-1", elsewhere, body, [secret]
    )


def test_a_secret_has_the_form_and_the_length_of_the_specification():
    secret = new_webhook_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert secret != new_webhook_secret()


def test_a_body_is_the_same_each_time():
    moment = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert json.loads(body_of("merge", moment, {"case": "C-1"})) == {
        "type": "merge",
        "timestamp": "2026-11-26T12:00:00.000Z",
        "data": {"case": "C-1"},
    }
