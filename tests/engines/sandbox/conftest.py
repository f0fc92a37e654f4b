"""One real sandbox for the tests of a module; nothing here is replaced by a stand-in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidegate.engines.sandbox import BubblewrapSandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[BubblewrapSandbox]:
    with BubblewrapSandbox() as made:
        yield made


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that everybody can read; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="tidegate-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
