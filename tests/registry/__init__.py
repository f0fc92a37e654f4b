"""A package registry for tests, on loopback: see `server.Registry`.

Its fixtures come into a folder of tests by one line in that folder's `conftest.py`:

    from tests.registry import cache, ecosystems, registry  # noqa: F401

`registry` is an empty, running `Registry`; `cache` an empty `Cache`; `ecosystems` has both
ecosystems over them, with the bounds `QUICK` and without a sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.server import Registry
from tidegate.engines.reproduction.ecosystems import Cache, Ecosystems
from tidegate.engines.reproduction.ecosystems.download import Bounds

QUICK = Bounds(
    page_bytes=1 << 20,
    archive_bytes=4 << 20,
    connect_seconds=2.0,
    silent_seconds=2.0,
    total_seconds=4.0,
    pause_seconds=0.01,
)
"""Bounds under which the nastiest answer is over soon."""

__all__ = ["QUICK", "Registry", "cache", "ecosystems", "registry"]


@pytest.fixture
def registry() -> Iterator[Registry]:
    """Give a registry that has nothing yet."""
    with Registry() as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Give a cache that has nothing yet."""
    return Cache(tmp_path / "cache")


@pytest.fixture
def ecosystems(registry: Registry, cache: Cache) -> Iterator[Ecosystems]:
    """Give npm and PyPI as the registry has them; nothing is built, for want of a sandbox."""
    with Ecosystems(
        cache=cache,
        npm_settings=registry.npm_settings,
        pip_settings=registry.pip_settings,
        bounds=QUICK,
    ) as made:
        yield made
