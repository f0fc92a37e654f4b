"""A desk that is filled once for a file; each test takes back what it does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction

from tests.desks.publications.rooms import NOW
from tests.faces.console.publications import desk as desks
from tests.faces.console.publications.desk import Desk


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Desk]:
    """Fill the desk with what is written, handed in and published."""
    public = {"TIDEGATE_PUBLIC_URL": "https://gate.example.org"}
    with patch.dict(os.environ, public), django_db_blocker.unblock(), transaction.atomic():
        yield desks.fill(NOW)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def at_its_time() -> Iterator[None]:
    """Let it be the time of the desk."""
    with patch("django.utils.timezone.now", return_value=NOW):
        yield
