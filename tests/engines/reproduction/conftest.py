"""One real sandbox for the tests of a module."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.reproduction.bench import Bench
from tidegate.engines.reproduction.trials import Laboratory
from tidegate.engines.sandbox import BubblewrapSandbox


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    """Return a laboratory with one sandbox."""
    with BubblewrapSandbox() as sandbox:
        yield Laboratory([sandbox])


@pytest.fixture(scope="module")
def bench(laboratory: Laboratory) -> Iterator[Bench]:
    """Return a workbench; its folder can be read by the sandbox's uid.

    Not below pytest's own folder: each session of pytest closes that to everybody but its user.
    """
    with tempfile.TemporaryDirectory(prefix="tidegate-bench-") as named:
        folder = Path(named)
        folder.chmod(0o755)
        yield Bench(laboratory, folder)
