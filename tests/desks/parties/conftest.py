"""Passwords are hashed quickly where it is not the hashing that matters."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
