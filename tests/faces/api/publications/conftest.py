"""It is the moment at which the tests of the desk begin, for every program that asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import override_settings

from tests.desks.publications.rooms import NOW, Room
from tests.desks.publications.trials import proven_room
from tests.faces.api.programs import Program
from tidegate.desks.publications.services.publishing import publish_due


@pytest.fixture(autouse=True)
def standing_still(monkeypatch: Any) -> Iterator[None]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@dataclass
class Desk:
    """A case that is proven and coordinated, and programs of the people around it."""

    room: Room
    one: Program
    """Of a coordinator, who writes."""
    other: Program
    """Of another coordinator, who approves."""
    reader: Program
    """Of one who only reads."""
    vendor: Program
    finder: Program
    stranger: Program

    @property
    def case(self) -> str:
        """The path of the case."""
        return f"/cases/{self.room.key}"

    def begun(self) -> str:
        """Begin the publication; return its path."""
        made = self.one.does("/publications", {"case": self.room.key}, 201)
        return f"/publications/{made['identifier']}"

    def published(self, path: str = "") -> str:
        """Write, approve and let it out; return the path of the publication."""
        path = path or self.begun()
        self.one.does(f"{path}/submit")
        digest = self.other.told(f"{path}/approval")["digest"]
        self.other.does(f"{path}/approve", {"digest": digest})
        assert publish_due(NOW) == 1
        return path


@pytest.fixture
def desk(db: None) -> Desk:
    room = proven_room()
    named = ("one", "other", "reader", "vendor", "finder", "stranger")
    return Desk(room, *(Program(getattr(room, name)) for name in named))
