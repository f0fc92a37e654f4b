"""Desks that are filled once for a file; each test takes back what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction

from tests.faces.console.exposure import bank as banks
from tests.faces.console.exposure import seeded_directives
from tests.faces.console.exposure.bank import LATER, Bank
from tests.faces.console.exposure.seeded_directives import World


@pytest.fixture(scope="module")
def bank(django_db_setup: None, django_db_blocker: Any) -> Iterator[Bank]:
    """Fill the desk with a bank that runs a few things."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield banks.fill()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def asked(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Fill the desk with organisations of which directives ask something."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seeded_directives.fill(seeded_directives.NOW)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def at_its_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let it be the time of the desk that a test is about."""
    now = LATER if "bank" in request.fixturenames else seeded_directives.NOW
    with patch("django.utils.timezone.now", return_value=now):
        yield
