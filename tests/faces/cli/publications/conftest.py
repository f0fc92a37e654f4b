"""It is the moment at which the tests of the desk begin; commands are put together once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.desks.publications.conftest import own_home
from tests.desks.publications.rooms import NOW
from tests.faces.cli.exposure.running import built
from tidegate.faces.cli import acting, screens

__all__ = ["own_home"]

WIDE = 400
"""Columns, so that tables break no word."""


@pytest.fixture(autouse=True)
def standing_still(monkeypatch: Any, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    monkeypatch.setattr("typer.testing._get_command", lambda _: built())
    monkeypatch.setattr(screens.OUT, "_width", WIDE)
    monkeypatch.setattr(screens.ERRORS, "_width", WIDE)
    monkeypatch.chdir(tmp_path)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
    acting.choose("")
