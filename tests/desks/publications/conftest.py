"""Passwords are hashed quickly; and, where it is asked for, a home that no other test writes to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from tidegate.instance.keyring import key_folder


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let what is published lie in a folder of its own; the instance's keys stay those of all."""
    monkeypatch.setenv("TIDEGATE_KEYS", str(key_folder()))
    monkeypatch.setenv("TIDEGATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TIDEGATE_PUBLIC_URL", "https://gate.example.org")
    return tmp_path / "home"
