"""What tests of the gateway share: one scripted endpoint, and one house with small bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faces.gateway.house import House, open_house
from tidegate.faces.demo.endpoint import ScriptedEndpoint, playing

LIMITS = {
    "request": 1 << 20,
    "answer": 2 << 20,
    "held": 1 << 20,
    "fault": 1 << 16,
    "kept": 1 << 16,
    "idle_seconds": 1.5,
    "connect_seconds": 3.0,
    "unknown_seconds": 0.05,
    "again_seconds": 0.5,
}


@pytest.fixture(scope="session")
def _played() -> Iterator[tuple[str, ScriptedEndpoint]]:
    with playing() as played:
        yield played


@pytest.fixture(scope="session")
def endpoint(_played: tuple[str, ScriptedEndpoint]) -> str:
    """Return the scripted endpoint's address."""
    return _played[0]


@pytest.fixture
def script(_played: tuple[str, ScriptedEndpoint]) -> ScriptedEndpoint:
    """Return the scripted endpoint, which has seen nothing yet."""
    _played[1].seen.clear()
    return _played[1]


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory, make_home: Callable[[Path], Path]
) -> Iterator[House]:
    """Return a house with the gateway."""
    home = make_home(tmp_path_factory.mktemp("house") / "home")
    with open_house(home, limits=LIMITS) as opened:
        yield opened
