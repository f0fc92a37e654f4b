"""What a webhook says, and how it is signed: thin bodies after Standard Webhooks 1.0.0.

A body names what happened by ids and a kind, and carries no content: whoever receives it asks the
API, with the rights that they have. From: https://www.standardwebhooks.com/
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

PREFIX: Final = "whsec_"
_BYTES: Final = 32
"""Of a secret; the specification asks for 24 to 64."""


def new_webhook_secret(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a new secret, as the specification writes it."""
    return PREFIX + base64.b64encode(random(_BYTES)).decode("ascii")


def body_of(kind: str, at: datetime, ids: Mapping[str, str]) -> bytes:
    """Return the JSON body of one message; `ids` are names of what it is about, by what they are.

    The same message has the same bytes each time that it is sent.
    """
    said = {
        "type": kind,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {name: key for name, key in ids.items() if key},
    }
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode("ascii")


def signed_headers(
    message: str, at: datetime, body: bytes, secrets_: Sequence[str]
) -> dict[str, str]:
    """Return the headers that go with a body.

    Args:
        message: names the message; the same over all tries, so that it is taken in once.
        at: the time of this try.
        body: what is sent.
        secrets_: those that are good now, the newest first; while one is being replaced, two.
    """
    moment = at.astimezone(UTC)
    text = body.decode("ascii")
    signatures = (Webhook(secret).sign(message, moment, text) for secret in secrets_)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
