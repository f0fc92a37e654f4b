"""What tests of following share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.updates.following.pulls import Client, client_of
from tests.engines.updates.following.repositories import Repository


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def client(repository: Repository, tmp_path: Path) -> Client:
    return client_of(repository, tmp_path)
