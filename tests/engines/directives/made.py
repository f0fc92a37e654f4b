"""Directives and facts that tests are made of."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.engines.rules.made import known
from tidegate.engines.directives import (
    Directive,
    Duty,
    Exposed,
    Facts,
    Occurrence,
    duties,
    shipped_directives,
)
from tidegate.engines.rules import deadline, policy_set_for

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shipped(name: str) -> Directive:
    return next(one for one in shipped_directives() if one.id == name)


def happened(event: str, at: str, subject: str = "", directive: str = "cra-article-14"):
    return Occurrence(directive, event, utc(at), subject)


def exposed(subject: str, *values: str | None, **more: Any) -> Exposed:
    found = known(*values, **more)
    return Exposed(
        subject, f"label of {subject}", deadline(policy_set_for(found.scope), found, NEW_YORK)
    )


def asked(
    name: str | Directive, *whom: str, now: datetime = NOW, zone=NEW_YORK, **facts: Any
) -> dict[str, Duty]:
    """Return duties by what follows the directive's identifier in their keys."""
    directive = shipped(name) if isinstance(name, str) else name
    told = duties(directive, Facts(frozenset(whom), **facts), zone, now=now)
    made = {duty.key.partition("/")[2]: duty for duty in told}
    assert len(made) == len(told)
    return made


def document(**changes: Any) -> dict[str, Any]:
    """Return a small directive that is good."""
    return {
        "schema": "urn:tidegate:directive:1",
        "id": "own-1",
        "citation": "OWN 1",
        "title": "Our own",
        "issuer": "We",
        "kind": "framework",
        "issued": "2026-01-31",
        "status": "in-force",
        "scope": {"other": "binding", "sector/energy": "guidance"},
        "sources": [
            {
                "url": "https://example.org/own",
                "read": "2026-11-27",
                "terms": "primary",
                "note": "Ours.",
            }
        ],
        "events": [{"name": "it-broke", "words": "it broke"}],
        "requirements": [
            {
                "id": "mend",
                "words": "Mend it.",
                "binds": [{"whom": "other", "force": "binding"}],
                "clock": {"kind": "days-after", "event": "it-broke", "days": 2},
            }
        ],
    } | changes


def clocked(clock: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return that directive with another clock."""
    value = document(**changes)
    value["requirements"][0]["clock"] = clock
    return value


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def day(text: str) -> date:
    return date.fromisoformat(text)
