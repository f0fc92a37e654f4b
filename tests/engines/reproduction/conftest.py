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
def bench(laboratory: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Return a workbench; its folder can be read by the sandbox's uid."""
    folder = tmp_path_factory.mktemp("bench")
    everybodys = Path(tempfile.gettempdir())
    for above in (folder, *folder.parents):
        if everybodys not in above.parents:
            break
        above.chmod(0o755)
    return Bench(laboratory, folder)
