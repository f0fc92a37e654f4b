"""A case with a draft of its publication and a fix, for tests that ask every operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.desks.exposure.rooms import Room
from tests.desks.publications.adopting import make_publication
from tests.desks.publications.trials import DIFF, let_climb, proven_room
from tests.faces.access.publication_things import AGE_KEY
from tests.faces.api.programs import Program
from tidegate.desks.publications.models import Fix
from tidegate.desks.publications.services import recipients


@dataclass
class Furnished:
    """Tokens, parameters and bodies for the beginnings of paths."""

    tokens: dict[str, str]
    paths: dict[str, dict[str, Any]]
    bodies: dict[str, dict[str, Any]]


def furnished(operator: Room) -> Furnished:
    """Begin a publication, offer and try a fix, publish something else; all for one operator."""
    now = timezone.now()
    room = proven_room()
    writes = Program(room.one)
    case = f"/cases/{room.key}"
    begun = writes.does("/publications", {"case": room.key}, 201)
    fix = writes.does(f"{case}/fixes", {"patch": DIFF.decode()}, 201)
    let_climb(Fix.objects.get(key=fix["key"]), now)
    given = {"number": "CVE-2026-12345", "cna": "openjs"}
    number = writes.does(f"{case}/cve-id/assign", given, 201)["number"]
    out = make_publication(at=now - timedelta(days=1)).identifier
    recipients.register(operator.actor, operator.key, AGE_KEY, at=now)
    publication = {"key": begun["identifier"]}
    record = writes.told(f"/publications/{begun['identifier']}/record")["record"]
    own = Program(operator).secret
    return Furnished(
        {
            "/fixes": writes.secret,
            "/publications": writes.secret,
            "/publications/{key}/adoption/own": own,
            "/adoption": own,
            "/cve-ids": writes.secret,
            "/update-keys": own,
        },
        {
            "/fixes": {"key": fix["key"], "number": 1},
            "/publications": {**publication, "format": "osv", "word": "osv", "name": "a.diff"},
            "/publications/{key}/adoption": {"key": out},
            "/cve-ids": {"key": number},
        },
        {
            "/publications": {
                "case": room.key,
                "edits": 0,
                "record": record,
                "digest": begun["digest"],
                "organisations": [],
                "tlp": "TLP:CLEAR",
                "parts": ["products"],
            },
            "/update-keys": {"organisation": operator.key, "recipient": AGE_KEY},
        },
    )
