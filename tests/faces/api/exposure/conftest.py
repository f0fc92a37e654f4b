"""It is the moment at which the tests of the desk begin, for every program that asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import override_settings

from tests.desks.exposure.rooms import NOW, Room, make_operator
from tests.faces.api.programs import Program


@pytest.fixture(autouse=True)
def standing_still(monkeypatch: Any) -> Iterator[None]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@dataclass
class Operator(Program):
    """A program of an operator's administrator."""

    of: Room


@pytest.fixture
def operator(db: None) -> Operator:
    """Make an agency's administrator, with a program."""
    return Operator(make_operator("Water Office", scope="fceb", zone="America/New_York"))
