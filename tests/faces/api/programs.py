"""Programs of people, each with a token, and a case that two organisations could work on."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.desks.cases.makers import Party, coordinator, make_proven_case, party
from tests.desks.exposure.rooms import Room
from tests.desks.reviews.making import Side
from tests.faces.api.conftest import PREFIX
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.services.tokens import create_token


@dataclass
class Program:
    """Asks the API as a person, with a token of theirs."""

    of: Party | Side | Room
    scopes: Collection[Scope] = tuple(Scope)
    client: Client = field(
        default_factory=lambda: Client(SERVER_NAME="localhost", raise_request_exception=False)
    )
    secret: str = ""

    def __post_init__(self) -> None:
        made = create_token(self.of.actor, "tests", self.scopes, at=timezone.now())
        self.secret = made.secret

    @property
    def key(self) -> str:
        """The organisation's key."""
        return self.of.key

    def get(self, path: str) -> Any:
        return self.client.get(_address(path), headers=self._headers())

    def post(self, path: str, body: Any = None) -> Any:
        raw = json.dumps({} if body is None else body).encode()
        return self.client.post(
            _address(path), raw, content_type="application/json", headers=self._headers()
        )

    def send(self, path: str, raw: bytes, media_type: str = "application/octet-stream") -> Any:
        """Return what a POST of a document answers."""
        return self.client.post(
            _address(path), raw, content_type=media_type, headers=self._headers()
        )

    def told(self, path: str) -> Any:
        """Return what a GET answers, after a look that it is well."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def does(self, path: str, body: Any = None, status: int = 200) -> Any:
        """Return what a POST answers, after a look that it is well."""
        answer = self.post(path, body)
        assert answer.status_code == status, answer.content
        return answer.json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


@dataclass
class World:
    """Two coordinators, two vendors, and a proven case."""

    coordinator: Program
    other_coordinator: Program
    vendor: Program
    other_vendor: Program
    case: Case

    @property
    def path(self) -> str:
        """Of the case."""
        return f"/cases/{self.case.key}"

    def opened(self) -> str:
        """Open the case's coordination; return the case's path."""
        self.coordinator.does(f"{self.path}/coordination", status=201)
        return self.path

    def shared(self) -> str:
        """Let the vendor take part, where there is no embargo; return the case's path."""
        path = self.opened()
        invite(self.coordinator, path, self.vendor)
        self.vendor.does(f"{path}/participants/{self.vendor.key}/accept")
        return path

    def secret(self, days: float = 30) -> str:
        """Let the vendor take part under an embargo in force; return the case's path."""
        path = self.opened()
        invite(self.coordinator, path, self.vendor)
        self.coordinator.does(f"{path}/embargo", {"ends_at": ahead(days)}, 201)
        agree(self.vendor, path)
        self.coordinator.does(f"{path}/embargo/accept")
        return path


def make_world() -> World:
    """Return a world of which nobody knows but coordinators."""
    return World(
        Program(coordinator(Role.ADMINISTRATOR)),
        Program(coordinator()),
        Program(party(role=Role.ADMINISTRATOR)),
        Program(party(role=Role.ADMINISTRATOR)),
        make_proven_case(),
    )


def invite(by: Program, path: str, whom: Program, role: str = "vendor") -> Any:
    """Invite an organisation to a case."""
    return by.does(f"{path}/participants", {"organisation": whom.key, "role": role}, 201)


def agree(who: Program, path: str) -> Any:
    """Agree to the terms on the table, as they are read."""
    terms = who.told(f"{path}/embargo")["on_the_table"]
    return who.does(f"{path}/participants/{who.key}/accept", {"terms": terms})


def ahead(days: float) -> str:
    """Return an instant so many days from now, on a full second."""
    return instant(timezone.now().replace(microsecond=0) + timedelta(days=days))


def instant(at: datetime) -> str:
    """Write an instant as the API does."""
    return at.isoformat().replace("+00:00", "Z")


def _address(path: str) -> str:
    return path if path.startswith(PREFIX) else PREFIX + path
