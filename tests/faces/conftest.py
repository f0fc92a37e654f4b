"""What tests of the faces share: whoever asks has signed in as a coordinator."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.faces.signing_in import signed_in


@pytest.fixture
def client(db: None) -> Client:
    """Return a client of the console."""
    found: Client = signed_in(Client())
    return found
