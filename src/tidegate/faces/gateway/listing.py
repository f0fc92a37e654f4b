"""The models of a grant, in a form that both protocols' clients read."""

from __future__ import annotations

import json
from datetime import UTC

from tidegate.faces.gateway.checking import Checked
from tidegate.faces.gateway.refusing import Answer


def models(checked: Checked) -> Answer:
    """Return the names of a grant's endpoints, as the answer to GET /v1/models."""
    grant = checked.usable.grant
    begins = (grant.issued_at or grant.begins_at).astimezone(UTC)
    listed = [
        {
            "id": name,
            # OpenAI's.
            "object": "model",
            "created": int(begins.timestamp()),
            "owned_by": "developer",
            # Anthropic's.
            "type": "model",
            "display_name": name,
            "created_at": begins.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        for name in checked.names
    ]
    document = {
        "object": "list",
        "data": listed,
        "has_more": False,
        "first_id": checked.names[0] if checked.names else None,
        "last_id": checked.names[-1] if checked.names else None,
    }
    body = json.dumps(document).encode()
    headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
    return Answer(200, headers, body)
