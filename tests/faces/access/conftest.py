"""One random world for tests that look at one thing in it, and a clock that stands still."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.desks.access.world import World
from tests.desks.access.worlds import build
from tests.faces.access.faces import standing_still


@pytest.fixture
def quiet() -> Iterator[None]:
    """Let refusals, of which there are thousands here, not be logged."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(db: None, quiet: None) -> Iterator[World]:
    """Build a world; it is the moment of it."""
    with standing_still():
        yield build(7)
