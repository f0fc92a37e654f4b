"""Documents for tests, and the shortest way to hand them in."""

from __future__ import annotations

import io
import json
from typing import Any

from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import Delivery
from tidegate.desks.findings.services import intake


def record(number: int, **more: Any) -> dict[str, Any]:
    """Return a native finding without a proof."""
    return {
        "schema": "urn:tidegate:finding:1",
        "id": f"lab-{number}",
        "title": f"finding {number}",
        "target": {"purl": "pkg:npm/minimist@1.2.0"},
        "effect": "prototype-pollution",
        **more,
    }


def proof(text: str) -> dict[str, Any]:
    """Return what makes a record one with a proof."""
    return {"pov": {"language": "javascript", "entry": "a.js", "files": {"a.js": text}}}


def lines(*records: Any) -> bytes:
    """Return JSON Lines."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def hand_in(content: bytes, finder: str = "Lab A", **more: Any) -> Delivery:
    """Hand in a document as a finder."""
    given = {"name": "findings.jsonl", "finder": finder, "channel": "cli", **more}
    return intake.receive(OWNER, io.BytesIO(content), **given)
